import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { label } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { textFeed } from './document-source.ts'
import { buildIndex, syncIndex } from './index-file.ts'
import { writePack } from './pack-directory.ts'
import { PackSet } from './pack-set.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-index-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Every word of an index with how often it is where, and the scores of a search. */
function wordsOf(path: string): unknown {
  const db = new DatabaseSync(path)
  try {
    db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, passages, 'col')")
    const words = db.prepare('SELECT term, col, doc, cnt FROM temp.words ORDER BY term, col').all()
    const scores = db
      .prepare(
        `SELECT bm25(passages, 1, 4, 2) AS score FROM passages WHERE passages MATCH 'common' ORDER BY 1`,
      )
      .all()
    return { words, scores }
  } finally {
    db.close()
  }
}

it('has the words of what is left and no others when documents were taken out of it', () => {
  const texts = [
    ['alpha-report.md', '# Harbour\n\ncommon words\n'],
    ['beta-notes.md', '# Lantern\n\ncommon common\n'],
    ['gamma-plan.txt', 'common meadow'],
  ] as const
  const pack = join(directory, 'pack')
  const candidates = texts.map(([id, text]) => {
    return { id, label: label('internal', [], true), feed: textFeed(text) }
  })
  writePack(pack, candidates, [])
  const setWithout = (gone: readonly number[]): PackSet => new PackSet([{ pack: 'pack', gone }], () => pack)
  const [all, left] = [setWithout([]), setWithout([1])]
  const [changed, made] = [join(directory, 'changed.db'), join(directory, 'made.db')]
  syncIndex(all, changed, () => {})
  syncIndex(left, changed, () => {})
  buildIndex(left, made, () => {})
  all.close()
  left.close()
  expect(wordsOf(changed)).toEqual(wordsOf(made))
})
