import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { boundedFetch } from './bounded-fetch.ts'
import { errorCode } from './hide-key.ts'
import { MAX_REPLY_BYTES } from './whole-reply.ts'

/** Where a server listens on this machine until the test ends. */
async function address(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const serve = (listener: RequestListener): Promise<string> => address(createServer(listener))

/** A server that sends these bytes to whoever connects, and then ends the connection or leaves it open. */
function serveBytes(parts: readonly (string | Buffer)[], leaves = false): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    for (const part of parts) socket.write(part)
    if (!leaves) socket.end()
  })
  return address(server)
}

/** The code of what a promise rejects with. */
async function codeOf(failing: Promise<unknown>): Promise<string | undefined> {
  return errorCode(
    await failing.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
}

describe('boundedFetch', () => {
  it('sends a text with its headers, and gives the reply as it came', async () => {
    const url = await serve((request, response) => {
      const { authorization, 'content-length': length } = request.headers
      const said = (sent: string): string =>
        JSON.stringify({ method: request.method, authorization, length, sent })
      response.setHeader('x-request-id', 'r1').writeHead(201, 'Made')
      void text(request).then((sent) => response.end(said(sent)))
    })
    const headers = { Authorization: 'Bearer k' }
    const reply = await boundedFetch(url, { method: 'POST', headers, body: 'é' })
    expect([reply.status, reply.statusText, reply.ok]).toEqual([201, 'Made', true])
    expect(reply.headers.get('X-Request-Id')).toBe('r1')
    expect(await reply.json()).toEqual({ method: 'POST', authorization: 'Bearer k', length: '2', sent: 'é' })
  })

  it.each([
    ['another body', 'http://127.0.0.1/', { method: 'POST', body: new Uint8Array(1) }],
    ['a request object', new Request('http://127.0.0.1/'), {}],
  ])('sends nothing for %s', async (_, input, init) => {
    await expect(boundedFetch(input, init)).rejects.toThrow('a text or nothing')
  })

  it('uses a connection again', async () => {
    const sockets = new Set<Socket>()
    const url = await serve((request, response) => {
      sockets.add(request.socket)
      response.end('x')
    })
    for (let n = 0; n < 3; n += 1) expect(await (await boundedFetch(url)).text()).toBe('x')
    expect(sockets.size).toBe(1)
  })

  it('follows no redirect', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    expect((await boundedFetch(url, { method: 'POST', body: 'secret' })).status).toBe(307)
    expect(asked).toBe(1)
  })

  it.each([204, 205, 304])('gives the reply %d, which has no body', async (status) => {
    const url = await serve((_, response) => void response.writeHead(status).end())
    const reply = await boundedFetch(url)
    expect([reply.status, await reply.text()]).toEqual([status, ''])
  })

  it('rejects where nobody listens, as fetch does', async () => {
    const server = createTcpServer()
    const url = await address(server)
    server.close()
    await once(server, 'close')
    await expect(boundedFetch(url)).rejects.toThrow(new TypeError('fetch failed'))
    expect(await codeOf(boundedFetch(url))).toBe('ECONNREFUSED')
  })

  it.each([
    ['a line that is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['a status that does not exist', 'HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a coding of its own', 'HTTP/1.1 200 OK\r\ncontent-encoding: aes\r\ncontent-length: 1\r\n\r\nx'],
  ])('rejects where a server answers with %s', async (_, head) => {
    await expect(boundedFetch(await serveBytes([head]))).rejects.toThrow('fetch failed')
  })
})

describe('the body of a reply', () => {
  it('may be as large as the bound', async () => {
    const url = await serve((_, response) => void response.end(Buffer.alloc(MAX_REPLY_BYTES, 'x')))
    expect((await (await boundedFetch(url)).bytes()).length).toBe(MAX_REPLY_BYTES)
  })

  it('fails past the bound, and the connection ends', async () => {
    const cut = Promise.withResolvers<boolean>()
    const url = await serve((_, response) => {
      response.on('close', () => cut.resolve(!response.writableFinished))
      response.end(Buffer.alloc(4 * MAX_REPLY_BYTES, 'x'))
    })
    const reply = await boundedFetch(url)
    await expect(reply.bytes()).rejects.toThrow(`the reply passed ${MAX_REPLY_BYTES} bytes`)
    expect(await cut.promise).toBe(true)
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is the one that was compressed by %s, up to the bound', async (coding, compress) => {
    const serving = (bytes: number): Promise<string> =>
      serve((_, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end(compress(Buffer.alloc(bytes, 'x'))),
      )
    expect(await (await boundedFetch(await serving(1000))).text()).toBe('x'.repeat(1000))
    const large = await boundedFetch(await serving(2 * MAX_REPLY_BYTES))
    expect(await codeOf(large.bytes())).toBe('REPLY_TOO_LARGE')
  })

  it.each([
    ['before its length', 'content-length: 9', 'half'],
    ['in a chunk', 'transfer-encoding: chunked', '9\r\nhalf'],
    ['with bytes after it', 'content-length: 4', 'half and more'],
    ['as no gzip', 'content-encoding: gzip\r\ncontent-length: 4', 'half'],
  ])('fails where it ends %s; the status is known', async (_, header, sent) => {
    const reply = await boundedFetch(await serveBytes([`HTTP/1.1 429 Slow\r\n${header}\r\n\r\n${sent}`]))
    expect(reply.status).toBe(429)
    expect(await codeOf(reply.text())).toMatch(/^(ECONNRESET|HPE_INVALID_CONSTANT|Z_DATA_ERROR)$/)
  })
})

describe('a request that is aborted', () => {
  const reason = new Error('enough')

  it('is not sent where it was aborted before', async () => {
    let asked = false
    const url = await serve((_, response) => {
      asked = true
      response.end()
    })
    await expect(boundedFetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(asked).toBe(false)
  })

  it.each([
    ['before a reply', []],
    ['in the middle of one', ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf']],
  ])('rejects with the reason %s', async (_, parts) => {
    const url = await serveBytes(parts, true)
    const aborting = new AbortController()
    setTimeout(() => aborting.abort(reason), 50)
    await expect(boundedFetch(url, { signal: aborting.signal })).rejects.toBe(reason)
  })
})
