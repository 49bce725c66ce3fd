import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { label } from '@writ/contract'
import { expect, it } from 'vitest'
import { writePack } from './pack-directory.ts'
import { PackSet } from './pack-set.ts'
import { packedFeed } from './packed-feed.ts'
import type { Candidate } from './selection.ts'

it('packs a document again from a pack with all that its parser knew: the same bytes', () => {
  const place = mkdtempSync(join(tmpdir(), 'writ-packed-feed-'))
  try {
    const text = Buffer.from('a line\nanother\n'.repeat(300))
    const source = { file: 'book.xlsx', sha256: '0'.repeat(64) }
    const json = (value: unknown) => (): Buffer => Buffer.from(JSON.stringify(value))
    const given: readonly Candidate[] = [
      ['plain.txt', {}],
      ['utf16.txt', { original: { encoding: 'utf-16le', bytes: 9000, marks: [] } }],
      ['member.txt', { extract: source }],
      [
        'book.xlsx',
        {
          extract: {
            ...source,
            format: 'xlsx' as const,
            notes: json({ title: 'Book', outline: [] }),
            tables: json([{ name: 'Sheet', rows: [[1, 2]] }]),
          },
        },
      ],
    ].map(([id, fed]) => ({
      id: id as string,
      label: label('internal'),
      feed: (take) => {
        take(text)
        return fed as ReturnType<Candidate['feed']>
      },
    }))
    const [first, second] = [join(place, 'first'), join(place, 'second')]
    const pack = writePack(first, given, []) ?? ''
    const set = new PackSet([{ pack, gone: [] }], () => first)
    const again = set.documents.map((doc) => ({
      id: doc.id,
      label: label('internal'),
      feed: packedFeed(set, doc),
    }))
    expect(writePack(second, again, [])).toBe(pack)
    set.close()
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true)
  } finally {
    rmSync(place, { recursive: true })
  }
})
