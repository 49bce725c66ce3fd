import fc from 'fast-check'
import { expect, test } from 'vitest'
import { archiveOf, filesOf } from './archive.fixture.ts'
import { concat, utf8 } from './encoding.ts'
import { isSafeName } from './tar.ts'

const name = fc.stringMatching(/^[a-z0-9_]{1,9}(\/[a-z0-9_.]{0,1}[a-z0-9]{1,9}){0,2}$/).filter(isSafeName)
const files = fc
  .uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 1200 })), { selector: ([key]) => key, maxLength: 4 })
  .map((entries) => new Map(entries))

test('an archive gives back its files in order', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (entries) => {
      const archive = await archiveOf(entries)
      expect(archive.length % 512).toBe(0)
      expect([...(await filesOf(archive))]).toEqual([...entries])
    }),
  )
})

// The same bytes as GNU tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644.
test('the header is plain ustar', async () => {
  const header = Buffer.from((await archiveOf(new Map([['a/b.txt', new Uint8Array(513)]]))).subarray(0, 512))
  expect(header.toString('latin1', 0, 8)).toBe('a/b.txt\0')
  expect(header.toString('latin1', 100, 156)).toBe(
    '0000644\x000000000\x000000000\x0000000001001\x0000000000000\x00010377\0 ',
  )
  expect(header.toString('latin1', 156, 157)).toBe('0')
  expect(header.toString('latin1', 257, 265)).toBe('ustar\x0000')
})

const one = await archiveOf(new Map([['a', utf8('text')]]))
const put = (offset: number, text: string): Uint8Array => {
  const copy = one.slice()
  copy.set(utf8(text), offset)
  return copy
}

test.each([
  ['padding', put(512 + 300, 'x')],
  ['a modification time', put(136, '00000000001')],
  ['a mode', put(100, '0000755')],
  ['an owner name', put(265, 'root')],
  ['a link name', put(157, 'b')],
  ['a device', put(329, '0000001')],
  ['another type', put(156, '5')],
  ['bytes after the name', put(2, 'x')],
  ['a wrong checksum', put(148, '000000')],
  ['an absolute name', put(0, '/')],
  ['a size with a sign', put(124, '-')],
  ['a size past the end', put(124, '77777777777')],
  ['bytes after the end', concat([one, new Uint8Array(1)])],
  ['blocks after the end', concat([one, new Uint8Array(512)])],
  ['one end block', one.subarray(0, -512)],
  ['no end', one.subarray(0, 1024)],
  ['half a header', one.subarray(0, 300)],
  ['an entry twice', concat([one.subarray(0, 1024), one])],
  ['nothing', new Uint8Array(0)],
])('an archive with %s is refused', async (_, archive) => {
  await expect(filesOf(archive)).rejects.toEqual(
    expect.objectContaining({ data: { code: 'BAD_ARCHIVE', at: null } }),
  )
})

test('every byte of an archive matters', async () => {
  for (let i = 0; i < one.length; i++) {
    if (i >= 512 && i < 516) continue // the file's own content
    const copy = one.slice()
    copy[i] = (copy[i] ?? 0) ^ 0x40
    let read: ReadonlyMap<string, Uint8Array>
    try {
      read = await filesOf(copy)
    } catch {
      continue
    }
    expect.fail(`byte ${i} can change; read ${[...read.keys()].join()}`)
  }
})

test.each([
  '',
  '/a',
  'a/',
  'a//b',
  '../a',
  'a/../b',
  '.a',
  'a/.b',
  '-a',
  'a\\b',
  'a b',
  'ä',
  'x'.repeat(101),
])('%j is no safe name', async (unsafe) => {
  expect(isSafeName(unsafe)).toBe(false)
  await expect(archiveOf(new Map([[unsafe, new Uint8Array(0)]]))).rejects.toEqual(
    expect.objectContaining({ code: 'INTERNAL' }),
  )
})

test('a file that makes other bytes than it said is not written', async () => {
  const made = { size: 2, sha256: '', chunks: () => bytesSourceOf(Uint8Array.of(1)) }
  await expect(archiveOf(new Map([['a', made]]))).rejects.toThrow('made 1 bytes instead of 2')
})

async function* bytesSourceOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
