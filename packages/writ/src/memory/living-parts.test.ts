import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { label } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { textFeed } from './document-source.ts'
import { livingParts } from './living-parts.ts'
import { writePack } from './pack-directory.ts'
import { PackSet } from './pack-set.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-living-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

it('counts of a document that came more than once the last, and what was gone before stays gone', () => {
  const packs = { old: ['a', 'b', 'c'], first: ['d', 'e'], second: ['d', 'f'] }
  for (const [name, ids] of Object.entries(packs)) {
    const candidates = ids.map((id) => ({ id, label: label('internal', [], true), feed: textFeed(id) }))
    writePack(join(directory, name), candidates, [])
  }
  const before = [{ pack: 'old', gone: [0] }]
  const added = ['first', 'second'].map((pack) => ({ pack, gone: [] }))
  const set = new PackSet([...before, ...added], (pack) => join(directory, pack))
  try {
    const living = livingParts(set, { before, stays: (id) => id !== 'b', came: (id) => id !== 'f' })
    expect(living).toEqual([
      { pack: 'old', gone: [0, 1] },
      { pack: 'first', gone: [0] },
      { pack: 'second', gone: [1] },
    ])
  } finally {
    set.close()
  }
})
