import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { boundedFetch, MAX_REPLY_BYTES, requireOwnAddress } from './bounded-fetch.ts'

describe('boundedFetch', () => {
  /** A server of one reply of so many bytes, and whether its connection was ended before it was through. */
  async function serve(bytes: number): Promise<{ url: string; cut: Promise<boolean> }> {
    const cut = Promise.withResolvers<boolean>()
    const server = createServer((_, response) => {
      response.on('close', () => cut.resolve(!response.writableFinished))
      response.end(Buffer.alloc(bytes, 'x'))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, cut: cut.promise }
  }

  it('gives a reply up to the bound', async () => {
    const { url } = await serve(MAX_REPLY_BYTES)
    expect((await (await boundedFetch(url)).bytes()).length).toBe(MAX_REPLY_BYTES)
  })

  it('ends a reply that grows past the bound, and its connection', async () => {
    const { url, cut } = await serve(4 * MAX_REPLY_BYTES)
    const reply = await boundedFetch(url)
    await expect(reply.bytes().then(({ length }) => length)).rejects.toThrow(
      `the reply passed ${MAX_REPLY_BYTES} bytes`,
    )
    expect(await cut).toBe(true)
  })
})

describe('a reply that says a length within the bound', () => {
  const body = Buffer.alloc(4 * MAX_REPLY_BYTES, 'x')
  const chunk = `${body.length.toString(16)}\r\n`

  it.each([
    ['is compressed', ['content-encoding: gzip', `content-length: ${gzipSync(body).length}`], gzipSync(body)],
    [
      'comes in chunks',
      ['content-length: 5', 'transfer-encoding: chunked'],
      Buffer.concat([Buffer.from(chunk), body]),
    ],
    ['goes on', ['content-length: 5'], body],
    ['says two', ['content-length: 5', `content-length: ${body.length}`], body],
  ])('is no larger than the bound where it %s', async (_, headers, sent) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).write(`HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n\r\n`)
      socket.end(sent)
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const reply = boundedFetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const length = await reply
      .then((response) => response.bytes())
      .then(
        (bytes) => bytes.length,
        () => 0,
      )
    expect(length).toBeLessThanOrEqual(5)
  })
})

const at =
  (...addresses: string[]) =>
  (): Promise<{ address: string }[]> =>
    Promise.resolve(addresses.map((address) => ({ address })))

describe('requireOwnAddress', () => {
  it('accepts addresses of this machine', async () => {
    await expect(requireOwnAddress('localhost', at('::1', '127.0.0.1'))).resolves.toBeUndefined()
    await expect(requireOwnAddress('localhost')).resolves.toBeUndefined()
  })

  it.each([['10.0.0.1'], ['::1', '93.184.216.34'], ['0.0.0.0'], ['::'], ['::ffff:10.0.0.1']])(
    'sends nothing where the network answers %s',
    async (...addresses) => {
      const refused = requireOwnAddress('localhost', at(...addresses))
      await expect(refused).rejects.toMatchObject({
        code: 'ENOTFOUND',
        message: expect.stringMatching(/not this machine/),
      })
    },
  )
})
