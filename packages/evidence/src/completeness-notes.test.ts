import { type Det, label, type RecordedNotes } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { Notes } from './completeness-notes.ts'
import type { RecordOf } from './fold-run.ts'

// What records may say of notes. Every way of saying otherwise is refused.

const HASH = 'f'.repeat(64)
const LABEL = label('internal', [], true)
const CORPUS = { id: 'docs', collection: 'c', owner: 'ann', label: LABEL, purposes: ['general'] }
const SIZE = { documents: 3, bytes: 9, pack: HASH }
const GIVEN: RecordedNotes = {
  partitions: [
    {
      ...CORPUS,
      ...SIZE,
      id: 'n',
      collection: 'notes',
      runs: [
        { run: 'r1', notes: 1 },
        { run: 'r2', notes: 2 },
      ],
    },
  ],
  stale: 0,
  leftOut: 0,
  unreadable: [],
}

function opened(given: RecordedNotes | undefined = GIVEN): Notes {
  const partitions = [{ ...CORPUS, ...SIZE }]
  const notes = given === undefined ? {} : { notes: given }
  return new Notes({ partitions, questionLabel: label('public'), ...notes } as unknown as Det['run.open'])
}

function step(det: Partial<Det['context.search']>): RecordOf<'context.search'> {
  const whole = { op: 'notes', outcome: 'ok', partitions: ['n'], ...det }
  return { kind: 'context.search', det: whole } as unknown as RecordOf<'context.search'>
}

function closing(notes: Det['run.close']['notes'], status = 'complete'): RecordOf<'run.close'> {
  return { kind: 'run.close', det: { status, notes } } as unknown as RecordOf<'run.close'>
}

const refused = expect.objectContaining({ data: expect.objectContaining({ code: 'NOTES_DIFFER' }) })

describe('what a run was given', () => {
  const [first = GIVEN.partitions[0]] = GIVEN.partitions
  it.each([
    ['a partition of the corpus', { id: 'docs' }],
    ['another collection', { collection: 'c' }],
    ['other runs than notes', { documents: 4 }],
    ['a label that no document has', { label: label('secret', [], true) }],
  ])('is refused as %s', (_, other) => {
    expect(() => opened({ ...GIVEN, partitions: [{ ...first, ...other } as typeof first & object] })).toThrow(
      refused,
    )
  })
})

describe('what frames were shown', () => {
  it.each<[string, Partial<Det['context.search']>]>([
    ['a search that touched notes', { op: 'search' }],
    ['notes that are documents', { partitions: ['docs'] }],
    ['a note that there is not', { notes: [3] }],
    ['a note twice', { notes: [1, 1] }],
    ['an empty list', { notes: [] }],
    ['notes of what was not touched', { partitions: [], notes: [0] }],
    ['notes of a step that failed', { outcome: 'error', notes: [0] }],
  ])('is refused: %s', (_, det) => {
    expect(() => opened().context(step(det), 'at')).toThrow(refused)
  })
})

describe('what the close says', () => {
  const seen = (): Notes => {
    const notes = opened()
    notes.context(step({ notes: [1] }), 'at')
    notes.context(step({ notes: [1, 2] }), 'at')
    return notes
  }

  it('is what the records give', () => {
    const notes = seen()
    expect(notes.some).toBe(true)
    notes.close(closing({ shown: 2, runs: ['r2'], kept: 0 }), 'at')
    opened().close(closing(undefined), 'at')
  })

  it.each<[string, Det['run.close']['notes']]>([
    ['nothing', undefined],
    ['fewer notes', { shown: 1, runs: ['r2'], kept: 0 }],
    ['another run', { shown: 2, runs: ['r1'], kept: 0 }],
    ['notes that nobody wrote', { shown: 2, runs: ['r2'], kept: 1, content: HASH }],
    ['content of none', { shown: 2, runs: ['r2'], kept: 0, content: HASH }],
  ])('is refused: %s', (_, notes) => {
    expect(() => seen().close(closing(notes), 'at')).toThrow(refused)
  })
})
