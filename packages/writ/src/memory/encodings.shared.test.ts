import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ContextStore, encodedBytes, type Library, type Span, type TextEncoding } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CODECS } from './codec.ts'
import { openLibrary } from './index.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

let space: Workspace
let library: Library
beforeEach(async () => {
  space = workspace()
  library = await openLibrary(space.home)
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const sentence = (n: number): string =>
  `§ ${n}: Die Kündigungsfrist beträgt „${n}“ Tage, also 5 € je Straße.\r\n`
/** Long enough for many marks, and with one line that needs virtual breaks. */
const german = [
  ...Array.from({ length: 2000 }, (_, n) => sentence(n)),
  `${'größer '.repeat(9000)}\nEnde: Öl.`,
].join('')
/** What Windows-1252 has no character for. */
const wide = `${german}\n漢字 und 😀: Ziel`

const FORMS: readonly (readonly [string, TextEncoding, string, readonly number[]])[] = [
  ['windows-1252', 'windows-1252', german, []],
  ['utf-16le', 'utf-16le', wide, []],
  ['utf-16be', 'utf-16be', wide, []],
  ['utf-16le with a mark', 'utf-16le', wide, [0xff, 0xfe]],
  ['utf-16be with a mark', 'utf-16be', wide, [0xfe, 0xff]],
]

function write(encoding: TextEncoding, text: string, mark: readonly number[]): Buffer {
  const bytes = Buffer.concat([Buffer.from(mark), CODECS[encoding].encode(Buffer.from(text))])
  space.write('letter.md', bytes)
  return readFileSync(join(space.docs, 'letter.md'))
}

describe.each(FORMS)('a file in %s', (_, encoding, text, mark) => {
  /** What a span says has to be so of the file. */
  function expectExact(file: Buffer, span: Span & { readonly text: string }): void {
    const bytes = file.subarray(span.start, span.end)
    expect(span.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(CODECS[encoding].decode(bytes)?.toString()).toBe(span.text)
  }

  const opened = async (): Promise<{ file: Buffer; store: ContextStore; partition: string }> => {
    const file = write(encoding, `# Vertrag\n\n${text}`, mark)
    const store = await library.open(space.request())
    return { file, store, partition: store.partitions[0]?.id ?? '' }
  }

  it('has spans that count in the file, wherever they come from', async () => {
    const { file, store, partition } = await opened()
    expect(store.locate('letter.md')).toMatchObject({ bytes: file.length, encoding, title: 'Vertrag' })
    expect(store.partitions[0]?.bytes).toBe(file.length)

    const grep = { ignoreCase: false, before: 0, after: 0, limit: 5000 }
    const { matches } = await store.grep(partition, { ...grep, pattern: '„(7|1999)“|Öl|größer' })
    expect(matches.length).toBeGreaterThan(3)
    for (const match of matches) expectExact(file, match)
    expect(matches.map(({ match }) => match)).toEqual(
      expect.arrayContaining(['„7“', '„1999“', 'Öl', 'größer']),
    )

    const passages = await store.search(partition, { query: 'Kündigungsfrist Straße', k: 200 })
    expect(passages.length).toBeGreaterThan(30)
    for (const passage of passages) expectExact(file, passage)

    const [heading] = await store.outline('letter.md')
    expect(heading).toMatchObject({ title: 'Vertrag', start: 0, end: file.length })
  })

  it('is read by offsets in the file, snapped to whole characters', async () => {
    const { file, store } = await opened()
    const all = await store.read('letter.md', 0, file.length)
    expectExact(file, all)
    expect(all.end).toBe(file.length)
    const step = Math.max(1, Math.floor(file.length / 400))
    for (let start = 0; start < file.length; start += step) {
      const end = Math.min(file.length, start + (start % 97))
      const read = await store.read('letter.md', start, end)
      expect(read.start).toBeLessThanOrEqual(start)
      expect(start - read.start).toBeLessThan(4)
      expect(read.end).toBeGreaterThanOrEqual(end)
      expect(read.end - end).toBeLessThan(4)
      expectExact(file, read)
    }
    await expect(store.read('letter.md', 0, file.length + 1)).rejects.toMatchObject({ code: 'BAD_SPAN' })
  })

  it('gives the place of a quote by the size of the text in front of it', async () => {
    const { file, store } = await opened()
    const all = await store.read('letter.md', 0, file.length)
    const quote = sentence(1234).trim()
    const start = encodedBytes(all.text.slice(0, all.text.indexOf(quote)), encoding)
    const cited = await store.read('letter.md', start, start + encodedBytes(quote, encoding))
    expect([cited.start, cited.text]).toEqual([start, quote])
    expectExact(file, cited)
  })

  it('has its secrets masked, and everything stays where it was', async () => {
    const token = `ghp_${'kXq7Rb2WmZ9pTf4Lc8Vh3Ns6Yd1Jg5Au0EoQ'}`
    const file = write(encoding, `Der Schlüssel ist ${token} für „Öl“.\n${text}`, mark)
    const store = await library.open(space.request())
    expect(store.omitted).toMatchObject([{ doc: 'letter.md', code: 'masked' }])
    expect(store.locate('letter.md')?.bytes).toBe(file.length)
    const { matches } = await store.grep(store.partitions[0]?.id ?? '', {
      pattern: '„1999“',
      ignoreCase: false,
      before: 0,
      after: 0,
      limit: 9,
    })
    expect(matches).toHaveLength(1)
    for (const match of matches) expectExact(file, match)
  })

  it('is the same when it is opened again', async () => {
    const { file } = await opened()
    await library.ingest('kept', space.request())
    const store = await library.openNamed('kept')
    expect(store.locate('letter.md')).toMatchObject({ bytes: file.length, encoding })
    expectExact(file, await store.read('letter.md', file.length >> 1, file.length))
  })
})
