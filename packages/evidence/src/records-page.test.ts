import { readFileSync } from 'node:fs'
import { RECORD_KINDS, type RecordKind } from '@writ/contract'
import { expect, test } from 'vitest'
import type { AnyRecord } from './record.ts'
import { recordShapes } from './record-shape.ts'
import { sampleRecords } from './sample-run.fixture.ts'
import { shaped } from './shape.ts'

// docs/reference/records.md against the shapes: a verifier written from the page accepts what this one does.

const page = readFileSync(new URL('../../../docs/reference/records.md', import.meta.url), 'utf8')

interface Member {
  readonly name: string
  readonly optional: boolean
  readonly shape: string
}

function section(heading: string): string {
  const [, after = ''] = page.split(`${heading}\n`)
  return after.split(/^#/m)[0] ?? ''
}

function members(text: string, row: RegExp): Member[] {
  return [...text.matchAll(row)].map(([, name = '', mark = '', shape = '']) => ({
    name,
    optional: mark === '?',
    shape,
  }))
}

const inRecord = (kind: RecordKind, part: 'det' | 'obs'): Member[] =>
  members(section(`## \`${kind}\``), new RegExp(`^\\| ${part} \\| \`(\\w+)(\\??)\` \\| ([^|]+) \\|`, 'gm'))
const within = (shape: string): Member[] =>
  members(section(`### ${shape}`), /^\| `(\w+)(\??)` \| ([^|]+) \|/gm)

const NESTED = [
  'label',
  'amount',
  'limits',
  'decision',
  'user',
  'partition',
  'model',
  'fallbacks',
  'profile',
  'passed model',
  'fork',
  'script',
  'named script',
  'python package',
  'spawned script',
  'conversation',
  'earlier run',
  'check',
  'votes',
  'attempt',
  'reuse',
  'place',
  'confinement',
  'share',
  'budget',
  'plan',
  'reason',
  'support',
  'coverage',
  'looked',
  'source',
  'notes',
  'note partition',
  'note run',
  'closing notes',
]
const HASH = 'f'.repeat(64)

/** A value of a shape as the page words it. */
function exampleOf(shape: string): unknown {
  const [first = ''] = shape.split(/ or |, /)
  const word = first.trim()
  const quoted = /^`([^`]+)`$/.exec(word)?.[1]
  if (quoted !== undefined) return quoted
  if (NESTED.includes(word)) return made(within(word))
  const single = word.replace(/s$/, '')
  if (NESTED.includes(single)) return [made(within(single))]
  const simple: Record<string, unknown> = {
    count: 1,
    counts: [1],
    flag: true,
    text: 'a',
    texts: ['a', 'b'],
    digest: HASH,
    commitment: HASH,
    outcome: 'ok',
    lane: '0',
    run: '01890a5d-ac96-774b-bcce-b302099a8057',
    runs: ['01890a5d-ac96-774b-bcce-b302099a8057'],
    'counts by outcome': { ok: 1 },
    'names of checks': ['citations'],
    'texts and integers by name': { limit: 'calls' },
  }
  expect(Object.keys(simple), `the page has the shape '${shape}'`).toContain(word)
  return simple[word]
}

function made(rows: readonly Member[]): Record<string, unknown> {
  return Object.fromEntries(rows.map(({ name, shape }) => [name, exampleOf(shape)]))
}

function recordOf(kind: RecordKind, det: object, obs: object): unknown {
  const run = '01890a5d-ac96-774b-bcce-b302099a8057'
  return { v: 2, run, seq: 0, lane: '0', n: 0, kind, det, obs }
}

function accepted(kind: RecordKind, record: unknown): boolean {
  try {
    shaped(recordShapes[kind], record, () => {
      throw new Error('misfit')
    })
    return true
  } catch {
    return false
  }
}

test.each(RECORD_KINDS)(
  'a record made from what the page says of %s is one, and needs each member',
  (kind) => {
    const [det, obs] = [inRecord(kind, 'det'), inRecord(kind, 'obs')]
    expect(accepted(kind, recordOf(kind, made(det), made(obs)))).toBe(true)
    for (const { name, optional } of det) {
      const { [name]: _, ...rest } = made(det)
      expect(accepted(kind, recordOf(kind, rest, made(obs))), name).toBe(optional)
    }
    for (const { name } of obs) {
      const { [name]: _, ...rest } = made(obs)
      expect(accepted(kind, recordOf(kind, made(det), rest)), name).toBe(false)
    }
  },
)

test('a real run has the members of the page and no other', () => {
  const records: readonly AnyRecord[] = sampleRecords()
  for (const { kind, det, obs } of records) {
    for (const [part, value] of [['det', det] as const, ['obs', obs] as const]) {
      const known = new Set(inRecord(kind, part).map(({ name }) => name))
      expect(Object.keys(value).filter((name) => !known.has(name))).toEqual([])
    }
  }
})
