import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Citation,
  type KeptNotes,
  type Label,
  type LabelledNote,
  type Ledger,
  label,
  MAX_RECORD_BYTES,
  type Partition,
} from '@writ/contract'
import { sha256Hex } from '@writ/evidence'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { givenNotes } from './given-notes.ts'

// What of the notes that runs left is given to another, and under which label. The corpus and the ledger are made up.

const PUBLIC = label('public', [], true)
const INTERNAL = label('internal', [], true)
const PII = label('confidential', ['PII'], true)
const PHI = label('confidential', ['PHI'], true)
const TEXT = 'Notice is thirty days.'
const ASKING = { purpose: 'general', questionLabel: label('internal') }

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-notes-'))
  mkdirSync(join(home, 'notes', 'shelf'), { recursive: true })
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

const partition = (id: string, of: Label, purposes = ['general']): Partition => {
  return { id, collection: 'c', label: of, purposes, owner: 'ann', documents: 1, bytes: 9, packSha256: '' }
}

/** A corpus with a document in each partition, named like it. */
function corpus(...partitions: readonly Partition[]): Parameters<typeof givenNotes>[1] {
  const read = (
    text: string,
    start: number,
    end: number,
  ): { readonly text: string; readonly sha256: string } => {
    const cut = text.slice(start, end)
    return { text: cut, sha256: sha256Hex(Buffer.from(cut)) }
  }
  return {
    partitions,
    locate: (doc) => {
      const found = partitions.find(({ id }) => id === doc)
      return (
        found && { id: doc, partition: doc, title: doc, mediaType: '', bytes: TEXT.length, outlineSize: 0 }
      )
    },
    read: (doc, start, end) => Promise.resolve({ doc, start, end, ...read(TEXT, start, end) }),
    origin: () => Promise.resolve(undefined),
  }
}

function cite(doc: string, quote = 'thirty days'): Citation {
  const start = TEXT.indexOf('thirty days')
  return { doc, start, end: start + quote.length, sha256: sha256Hex(Buffer.from(quote)), quote }
}

const note = (key: string, of: Label, ...citations: Citation[]): LabelledNote => ({
  key,
  value: key,
  citations,
  label: of,
})

/** A ledger in which these runs left these notes, and marks of them. */
function left(
  runs: Readonly<Record<string, readonly LabelledNote[]>>,
  purpose = 'general',
): Parameters<typeof givenNotes>[0] {
  for (const run of Object.keys(runs))
    writeFileSync(
      join(home, 'notes', 'shelf', `${run}.json`),
      '{"schema":"writ.note-mark/1","closing":7,"forgotten":[]}',
    )
  const payload = (run: string): Promise<Uint8Array> => {
    const kept: KeptNotes = { purpose, notes: runs[run] ?? [] }
    return Promise.resolve(Buffer.from(JSON.stringify(kept)))
  }
  return { home, shelf: 'shelf', ledger: { payload } as unknown as Ledger }
}

it('labels notes like the lowest documents that cover them, and gives none that no documents do', async () => {
  const documents = corpus(partition('open', PUBLIC), partition('people', PII), partition('health', PHI))
  const given = await givenNotes(
    left({
      r1: [
        note('low', INTERNAL, cite('open')),
        note('people', PII, cite('open')),
        note('cites people', INTERNAL, cite('people')),
        note('both', label('confidential', ['PHI', 'PII'], true), cite('open')),
      ],
    }),
    documents,
    ASKING,
  )
  expect(given).toMatchObject({ stale: 0, leftOut: 1, unreadable: [] })
  const keys = given.partitions.map(({ partition: { label: of }, notes }) => [
    of,
    notes.map(({ key }) => key),
  ])
  expect(keys).toEqual([
    [INTERNAL, ['low']],
    [PII, ['people', 'cites people']],
  ])
  expect(given.partitions.map(({ partition: { collection } }) => collection)).toEqual(['notes', 'notes'])
})

it('gives the newest of a key, label by label, so that a higher note hides no lower one', async () => {
  const runs = {
    r1: [note('k', INTERNAL, cite('open'))],
    r2: [note('k', INTERNAL, cite('open')), note('k', PII, cite('people'))],
  }
  const given = await givenNotes(
    left(runs),
    corpus(partition('open', INTERNAL), partition('people', PII)),
    ASKING,
  )
  expect(given.partitions.map(({ notes }) => notes.map(({ run }) => run))).toEqual([['r2'], ['r2']])
  expect(given.leftOut).toBe(1)
})

it('drops notes whose bytes moved, changed or went, and keeps to the purpose', async () => {
  const documents = corpus(partition('open', INTERNAL), partition('other', INTERNAL, ['audit']))
  const runs = {
    r1: [
      note('stands', INTERNAL, cite('open')),
      note('changed', INTERNAL, cite('open', 'ninety days')),
      note('one of two', INTERNAL, cite('open'), { ...cite('open'), start: 0, end: 11 }),
      note('gone', INTERNAL, cite('nowhere')),
      note('beyond', INTERNAL, { ...cite('open'), end: 900 }),
    ],
  }
  const given = await givenNotes(left(runs), documents, ASKING)
  expect(given).toMatchObject({ stale: 4, partitions: [{ notes: [{ key: 'stands' }] }] })
  const both = corpus(partition('open', INTERNAL, ['general', 'audit']))
  for (const one of [documents, both])
    expect(await givenNotes(left(runs, 'audit'), one, ASKING)).toMatchObject({ partitions: [], leftOut: 1 })
  expect(await givenNotes(left(runs, 'audit'), both, { ...ASKING, purpose: 'audit' })).toMatchObject({
    partitions: [{ notes: [{ key: 'stands' }] }],
  })
})

it('names runs whose notes are damaged, and goes on with the others', async () => {
  const shelf = left({ r1: [note('k', INTERNAL, cite('open'))], r2: [], r3: [] })
  writeFileSync(join(home, 'notes', 'shelf', 'r2.json'), 'not JSON')
  writeFileSync(
    join(home, 'notes', 'shelf', 'r3.json'),
    '{"schema":"writ.note-mark/1","closing":-1,"forgotten":[]}',
  )
  writeFileSync(join(home, 'notes', 'shelf', 'stray'), '')
  const given = await givenNotes(shelf, corpus(partition('open', INTERNAL)), ASKING)
  expect(given).toMatchObject({ unreadable: ['r2', 'r3'], partitions: [{ notes: [{ key: 'k' }] }] })
  const altered = {
    ...shelf,
    ledger: { payload: () => Promise.reject(new Error('damaged')) } as unknown as Ledger,
  }
  expect(await givenNotes(altered, corpus(partition('open', INTERNAL)), ASKING)).toMatchObject({
    partitions: [],
    unreadable: ['r1', 'r2', 'r3'],
  })
})

it('gives no more than the opening record has room to name, the newest runs first', async () => {
  const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`
  const runs = Object.fromEntries(
    Array.from({ length: 900 }, (_, n) => [
      id(n),
      [note(`low ${n}`, INTERNAL, cite('open')), note(`high ${n}`, PII, cite('people'))],
    ]),
  )
  const shelf = left(runs)
  for (let n = 900; n < 1_100; n += 1)
    writeFileSync(join(home, 'notes', 'shelf', `${id(n)}.json`), 'not JSON')
  const documents = corpus(partition('open', INTERNAL), partition('people', PII))
  const { partitions, leftOut, unreadable } = await givenNotes(shelf, documents, ASKING)
  const given = partitions.flatMap(({ notes }) => notes.map(({ run }) => run))
  expect(given.length + leftOut).toBe(1_800)
  const oldest = [...given].sort()[0] ?? ''
  expect(new Set(given)).toEqual(new Set(Object.keys(runs).filter((run) => run >= oldest)))
  expect(unreadable).toEqual(Array.from({ length: 100 }, (_, n) => id(1_000 + n)))
  const declared = partitions.map(({ partition: said, notes }) => {
    return { ...said, pack: 'f'.repeat(64), runs: notes.map(({ run }) => ({ run, notes: 1 })) }
  })
  const bytes = JSON.stringify({ partitions: declared, unreadable }).length
  expect(bytes).toBeGreaterThan(MAX_RECORD_BYTES / 2)
  expect(bytes).toBeLessThan(MAX_RECORD_BYTES - 16 * 1024)
})
