import { createServer, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Wire } from './wire.ts'

/** What a wire hears of the bytes that the other side writes, in pieces. */
async function heard(
  pieces: readonly (string | Buffer)[],
): Promise<{ messages: unknown[]; broken: string[] }> {
  const messages: unknown[] = []
  const broken: string[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const other = new Socket().connect(address.port, '127.0.0.1').on('error', () => undefined)
  const own = await accepted
  new Wire(own, {
    onMessage: (value) => messages.push(value),
    onBroken: (reason) => broken.push(reason),
  })
  const closed = new Promise((resolve) => own.once('close', resolve))
  for (const piece of pieces) {
    other.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  other.end()
  await closed
  server.close()
  return { messages, broken }
}

describe('a wire', () => {
  it('takes messages however they are cut', async () => {
    const text = '{"a":"ä\\n"}\n[1]\n'
    const bytes = Buffer.from(text)
    const expected = { messages: [{ a: 'ä\n' }, [1]], broken: [] }
    expect(await heard([bytes])).toEqual(expected)
    expect(await heard([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected)
  })

  it('takes nothing that no newline ends', async () => {
    expect(await heard(['{"a":1}\n{"b"'])).toEqual({ messages: [{ a: 1 }], broken: [] })
  })

  it.each([
    ['no JSON', 'garbage\n'],
    ['bytes', Buffer.from([0, 255, 10])],
    ['an empty line', '\n'],
    ['deeper JSON than can be read', `${'['.repeat(1e6)}\n`],
    ['two values', '1 2\n'],
  ])('breaks at %s, and hears nothing after it', async (_what, piece) => {
    const { messages, broken } = await heard(['{"a":1}\n', piece, '{"b":1}\n'])
    expect(messages).toEqual([{ a: 1 }])
    expect(broken).toEqual(['a line that is no JSON'])
  })
})
