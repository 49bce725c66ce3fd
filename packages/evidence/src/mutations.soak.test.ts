import { expect, test, vi } from 'vitest'
import { records } from './altered-run.fixture.ts'
import { ATTACKER, Impostor, manifested, signedAgain, unlisted, withRecords } from './mutated-file.fixture.ts'
import {
  dropped,
  duplicated,
  type Records,
  reordered,
  reparented,
  spliced,
  truncated,
} from './mutation-classes.fixture.ts'
import { distinct, expectRefused } from './refusal.fixture.ts'
import { OWNER } from './sample-run.fixture.ts'
import type { VerdictCode } from './verdict-codes.ts'

// Generated mutations of the records of a run, at least a hundred of each class and at each stage of making the file
// fit again. `mutated-bytes.long.test.ts` has those of the file itself, `mutated-authors.long.test.ts` those of who signs what.

vi.setConfig({ testTimeout: 60_000 })

/** What a step told twice, by this run or another, may break. */
const TWICE = [
  'N_GAP',
  'NO_COMMAND',
  'ATTEMPT_GAP',
  'UNANSWERED',
  'LANE_NOT_OPEN',
  'CHILD_MISMATCH',
  'SPENDING_MISMATCH',
  'RELEASE_MISPLACED',
  'LABEL_FELL',
  'TAINT_MISMATCH',
  'BUDGET_MISMATCH',
  'CLOSE_DIFFERS',
] as const

/** What COMPLETENESS may say of a class once its records are numbered anew. */
const CLASSES = {
  dropped: [
    dropped,
    [
      'N_GAP',
      'NO_COMMAND',
      'UNANSWERED',
      'LANE_NOT_OPEN',
      'NOT_GRANTED',
      'SPENDING_MISMATCH',
      'COUNT_MISMATCH',
      'RELEASE_MISPLACED',
      'CHILD_MISMATCH',
      'BUDGET_MISMATCH',
      'CLOSE_DIFFERS',
    ],
  ],
  duplicated: [duplicated, TWICE],
  reordered: [
    reordered,
    [
      'N_GAP',
      'NO_COMMAND',
      'UNANSWERED',
      'LANE_NOT_OPEN',
      'SPENDING_MISMATCH',
      'RELEASE_MISPLACED',
      'LABEL_FELL',
      'TAINT_MISMATCH',
      'CHILD_MISMATCH',
      'BUDGET_MISMATCH',
    ],
  ],
  truncated: [truncated, ['N_GAP', 'UNANSWERED', 'RELEASE_MISPLACED']],
  reparented: [
    reparented,
    ['N_GAP', 'NO_COMMAND', 'UNANSWERED', 'LANE_NOT_OPEN', 'CHILD_MISMATCH', 'BAD_SPAWN', 'DEPTH_MISMATCH'],
  ],
  spliced: [spliced, TWICE],
} as const satisfies Record<string, readonly [(anew: boolean) => unknown, readonly VerdictCode[]]>

type Class = keyof typeof CLASSES
const NAMES = Object.keys(CLASSES) as Class[]

/** A hundred of a class, none of which is the run as it was. */
function mutationsOf(name: Class, anew: boolean): readonly Records[] {
  const honest = JSON.stringify(records)
  return distinct(CLASSES[name][0](anew).filter((made) => JSON.stringify(made) !== honest))
}

/** What is noticed of records as they are, whatever was made to fit around them. */
function ordinaryCodes(name: Class): readonly VerdictCode[] {
  if (name === 'reparented') return CLASSES.reparented[1]
  // A join may stand where it stood in its own run; the child it brings is another.
  return name === 'spliced' ? ['SEQ_GAP', 'CHILD_MISMATCH'] : ['SEQ_GAP']
}

test.each(NAMES)('records %s: nothing made to fit', async (name) => {
  const refusal = { by: { INTEGRITY: ['MANIFEST_MISMATCH'] } } as const
  await expectRefused(mutationsOf(name, false), (made) => unlisted(withRecords(made)), refusal)
})

test.each(NAMES)('records %s: the manifest made to fit', async (name) => {
  await expectRefused(mutationsOf(name, false), (made) => manifested(withRecords(made)), {
    by: { INTEGRITY: ['ROOT_MISMATCH'], COMPLETENESS: ordinaryCodes(name) },
    also: { DISCLOSURE: ['NO_SUCH_FIELD', 'COMMITMENT_MISMATCH', 'DISCLOSED_DIFFERS'] },
  })
})

test.each(NAMES)('records %s: root and statements made to fit without the keys', async (name) => {
  const posing = new Impostor(OWNER, ATTACKER)
  await expectRefused(mutationsOf(name, true), (made) => signedAgain(made, posing), {
    by: { INTEGRITY: ['BAD_SIGNATURE'], AUTHORITY: ['NOT_SIGNED'], COMPLETENESS: CLASSES[name][1] },
  })
})

test.each(NAMES)('records %s: signed again with other keys', async (name) => {
  await expectRefused(mutationsOf(name, true), (made) => signedAgain(made, ATTACKER), {
    by: { AUTHORITY: ['UNKNOWN_KEY'], COMPLETENESS: CLASSES[name][1] },
  })
})

test.each(NAMES)('records %s by the keeper of the keys: only COMPLETENESS refuses', async (name) => {
  const keep = (made: Records): Promise<Uint8Array> => signedAgain(made, OWNER)
  await expectRefused(mutationsOf(name, false), keep, { by: { COMPLETENESS: ordinaryCodes(name) } })
  await expectRefused(mutationsOf(name, true), keep, { by: { COMPLETENESS: CLASSES[name][1] } })
})

test('records that name the run they were taken from are not read', async () => {
  const mutations = distinct(spliced(false, false))
  const refusal = { by: { INTEGRITY: ['WRONG_RUN'] } } as const
  await expectRefused(mutations, (made) => manifested(withRecords(made)), refusal)
  await expectRefused(mutations, (made) => signedAgain(made, OWNER), refusal)
})

test('the run as it was is refused at no stage but for who signed it', async () => {
  await expectRefused([records], (made) => manifested(withRecords(made)), { by: {} })
  await expectRefused([records], (made) => signedAgain(made, OWNER), { by: {} })
  await expectRefused([records], (made) => signedAgain(made, ATTACKER), {
    by: { AUTHORITY: ['UNKNOWN_KEY'] },
  })
  expect(NAMES).toHaveLength(6)
})
