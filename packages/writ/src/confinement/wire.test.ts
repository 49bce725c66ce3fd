import { createServer, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { JsonSize } from './json-size.ts'
import { Wire } from './wire.ts'

/** What a wire hears of the bytes that the other side writes, in pieces. */
async function heard(
  pieces: readonly (string | Buffer)[],
  { most, last }: { readonly most?: JsonSize; readonly last?: unknown } = {},
): Promise<{ messages: unknown[]; broken: string[] }> {
  const messages: unknown[] = []
  const broken: string[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const other = new Socket().connect(address.port, '127.0.0.1').on('error', () => undefined)
  const own = await accepted
  const events = {
    onMessage: (value: unknown) => {
      messages.push(value)
      if (value === last) wire.close()
    },
    onBroken: (reason: string) => broken.push(reason),
  }
  const wire = new Wire(own, events, most)
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

  it('hears nothing after whoever hears it closed it', async () => {
    expect(await heard(['1\n2\n3\n'], { last: 2 })).toEqual({ messages: [1, 2], broken: [] })
  })

  it.each([
    ['is too long', `"${'x'.repeat(20)}"\n`],
    ['is too long', 'x'.repeat(21)],
    ['holds too much', '[1,2,3,4,5]\n'],
    ['holds too much', '[[[]]]\n'],
  ])('breaks at a line that %s', async (why, line) => {
    const most = { bytes: 20, items: 4, depth: 2 }
    const expected = { messages: [[[1, 2]], '[[[,,,'], broken: [`a line that ${why}`] }
    expect(await heard(['[[1,2]]\n', '"[[[,,,"\n', line, '{"b":1}\n'], { most })).toEqual(expected)
  })
})
