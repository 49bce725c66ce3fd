import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { label } from '@writ/contract'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { textFeed } from './document-source.ts'
import { type OpenPack, PackDirectory } from './pack-directory.ts'
import type { Part } from './pack-parts.ts'

let home: string
beforeEach(() => {
  // What means something else in a URL, and in one of SQLite.
  home = mkdtempSync(join(tmpdir(), 'writ-table ?#%41é&-'))
})
afterEach(() => rmSync(home, { recursive: true }))

it('knows of documents what their packs say, one by one and all together', () => {
  const directory = new PackDirectory({ packs: home, indexes: home, scratch: home, durable: false })
  const packed = (ids: readonly number[], text: string): string =>
    directory.put(
      ids.map((n) => ({
        id: `${n}.txt`,
        label: label('internal', [], true),
        feed: textFeed(`${text} ${n}`),
      })),
      [],
    ) ?? ''
  const ids = Array.from({ length: 1300 }, (_, n) => n)
  // Every second one came again; of the first pack those count no more.
  const again = ids.filter((n) => n % 2 === 0)
  const first = packed(ids, 'first')
  const inPack = ids.map((n) => `${n}.txt`).sort()
  const gone = inPack.flatMap((id, at) => (Number.parseInt(id, 10) % 2 === 0 ? [at] : []))
  const parts: Part[] = [
    { pack: first, gone },
    { pack: packed(again, `${'x'.repeat(40_000)} second`), gone: [] },
  ]
  const { table, pack, indexes } = directory.open(directory.keepParts(parts))
  expect(table.byId('none.txt')).toBeUndefined()
  for (const id of inPack) expect(table.byId(id)?.layout).toEqual(pack.byId(id))
  expect(table.byId('none.txt')).toBeUndefined()
  expect(table.list().map(({ layout }) => layout)).toEqual(pack.documents)
  for (const most of [0, 1, 5, 700, 1299, 5000]) expect(table.list(most)).toEqual(table.list().slice(0, most))
  expect(table.list(5).map(({ layout }) => layout.id)).toEqual(inPack.slice(0, 5))
  const bytes = pack.documents.reduce((sum, document) => sum + document.bytes, 0)
  expect(table.totals()).toEqual({ documents: 1300, bytes })
  for (const index of indexes) index.close()
  pack.close()
})

it('opens many packs with no statement that nobody has asked for yet', () => {
  const directory = new PackDirectory({ packs: home, indexes: home, scratch: home, durable: false })
  const parts = ['a', 'b', 'c'].map((id): Part => {
    const documents = [{ id: `${id}.txt`, label: label('internal', [], true), feed: textFeed(id) }]
    return { pack: directory.put(documents, []) ?? '', gone: [] }
  })
  const hash = directory.keepParts(parts)
  const close = ({ indexes, pack }: OpenPack): void => {
    for (const index of indexes) index.close()
    pack.close()
  }
  close(directory.open(hash)) // makes the indexes
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const asked = (): string[] =>
    prepared.mock.calls.map(([sql]) => sql).filter((sql) => / docs | totals$/.test(sql))
  try {
    const open = directory.open(hash)
    expect(asked()).toEqual([])
    expect(open.table.totals()).toEqual({ documents: 3, bytes: 3 })
    expect(asked()).toEqual(parts.map(() => 'SELECT documents, bytes FROM totals'))
    expect(open.table.byId('b.txt')?.layout).toEqual(open.pack.byId('b.txt'))
    close(open)
  } finally {
    prepared.mockRestore()
  }
})

it('tells whoever watches what is searchable already', () => {
  const directory = new PackDirectory({ packs: home, indexes: home, scratch: home, durable: false })
  const document = { id: 'a.txt', label: label('internal', [], true), feed: textFeed('four') }
  const hash = directory.put([document], []) ?? ''
  const heard = { documents: 0, bytes: 0 }
  for (const times of [1, 2]) {
    const { indexes, pack } = directory.open(hash, (documents, bytes) => {
      heard.documents += documents
      heard.bytes += bytes
    })
    expect(heard).toEqual({ documents: times, bytes: 4 * times })
    for (const index of indexes) index.close()
    pack.close()
  }
})
