import { type Label, label } from '@writ/contract'
import { expect, test } from 'vitest'
import {
  at,
  CALL,
  CHILD_CALL,
  CHILD_READ,
  change,
  consistent,
  DENIED,
  find,
  HIGHER,
  JOIN,
  judge,
  LAST_TURN,
  OPEN,
  QUESTION,
  READ,
  RELEASE,
  RESULT,
  RULED,
  records,
  SPAWN,
  stopped,
  TURN,
} from './altered-run.fixture.ts'
import type { AnyRecord } from './record.ts'
import { OWNER, pack, sampleEvidence } from './sample-run.fixture.ts'
import { verifyEvidence } from './verify.ts'

// What decisions, grants, scopes, labels and charges must be to belong to their steps.

const [GRANT = CALL.det.decision] = READ.det.decisions
const [CHILD_GRANT = CALL.det.decision] = CHILD_READ.det.decisions

const SECOND_READ = find('context.read', '0', 1)

/** The run with steps added to the root after a record; the numbers of later root steps make room. */
function stepsAfter(after: { seq: number; n: number }, ...added: readonly object[]): readonly AnyRecord[] {
  const made = added.map((step, i) => ({ ...step, n: after.n + 1 + i, seq: 1000 + i }) as AnyRecord)
  return consistent(
    records.flatMap((record) => {
      const later = record.lane === '0' && record.n > after.n
      const moved = later ? ({ ...record, n: record.n + added.length } as AnyRecord) : record
      return record.seq === after.seq ? [moved, ...made] : [moved]
    }),
  )
}

/** A spawn that gives its child a text of its own, which the child reads. */
const OWN_TEXT = consistent(
  change(SPAWN, { det: { scope: ['own'] } }).map((record) =>
    record.seq === CHILD_READ.seq
      ? ({
          ...record,
          det: {
            ...CHILD_READ.det,
            partitions: ['own'],
            decisions: [{ ...CHILD_GRANT, resource: 'partition:own' }],
          },
        } as AnyRecord)
      : record,
  ),
)

test('a later step uses a grant without a new decision', () => {
  const again = { ...READ, det: { ...READ.det, decisions: [] } }
  expect(judge(stepsAfter(READ, again))).toContain('17 steps')
})

test('a step may end before the earlier one that was asked for its grant', () => {
  const again = { ...READ, det: { ...READ.det, decisions: [] } }
  const run = stepsAfter(READ, again)
  const swapped = (at: number): readonly AnyRecord[] =>
    consistent(run.map((record, i) => (i === at ? run[at + 1] : i === at + 1 ? run[at] : record) ?? record))
  expect(judge(swapped(READ.seq))).toContain('17 steps')
  const later = { ...READ, det: { ...READ.det, decisions: [GRANT] } }
  const first = change(READ, { det: { decisions: [] } })[READ.seq]
  const turned = stepsAfter(READ, later).map((record) =>
    record.seq === READ.seq && first !== undefined ? first : record,
  )
  expect(judge(turned)).toBe(`NOT_GRANTED ${at(READ, '/det/partitions')}`)
})

test('of a run that was aborted, a grant may be missing only with the step that has it', () => {
  const early = { ...READ, det: { ...READ.det, decisions: [] }, n: READ.n + 1 } as AnyRecord
  const run = (n: number): readonly AnyRecord[] => [
    ...records.slice(0, READ.seq),
    { ...early, n, seq: READ.seq },
    stopped(READ.seq + 1, n + 1),
  ]
  expect(judge(run(READ.n + 1))).toContain('records')
  expect(judge(run(READ.n))).toBe(`NOT_GRANTED ${at(READ, '/det/partitions')}`)
})

/** The read without a decision, as step `n` at a place of its own; one that touched nothing was cancelled. */
const bare = (n: number, seq: number, partitions: readonly string[] = ['p1']): AnyRecord => {
  const ended = partitions.length > 0 ? {} : ({ outcome: 'cancelled', code: 'CANCELLED' } as const)
  return { ...READ, n, seq, det: { ...READ.det, decisions: [], partitions, ...ended } } as AnyRecord
}

test('a grant asked for after the step that used it is none, whenever it is recorded', () => {
  const early = bare(READ.n + 1, 1001)
  const late = { ...READ, n: READ.n + 2, seq: 1002 } as AnyRecord
  const run = stepsAfter(READ, early, late).flatMap((record) => {
    if (record.seq === READ.seq) return [early, late, bare(READ.n, 1000, [])]
    return record.seq === READ.seq + 1 || record.seq === READ.seq + 2 ? [] : [record]
  })
  expect(judge(consistent(run))).toBe(`NOT_GRANTED ${at(READ, '/det/partitions')}`)
})

test('a grant that never comes is found when the child is joined or the run aborted', () => {
  const child = records.map((record) => {
    if (record.lane !== '0.0') return record
    const det = record.seq === CHILD_READ.seq ? { ...CHILD_READ.det, decisions: [] } : record.det
    return { ...record, n: 1 - record.n, det } as AnyRecord
  })
  expect(judge(consistent(child))).toBe(`NOT_GRANTED ${at(CHILD_READ, '/det/partitions')}`)
  const aborted = [
    ...records.slice(0, READ.seq),
    bare(READ.n + 1, READ.seq),
    bare(READ.n, READ.seq + 1, []),
    stopped(READ.seq + 2, READ.n + 2),
  ]
  expect(judge(aborted)).toBe(`NOT_GRANTED ${at(READ, '/det/partitions')}`)
})

test('a call of the first cell is decided for what was read before its turn', () => {
  const taint = READ.det.label
  const run = (called: Label): readonly AnyRecord[] =>
    consistent(
      records.flatMap((record): AnyRecord[] => {
        const { det } = record
        if (record.seq === READ.seq) return []
        if (record.seq === TURN.seq)
          return [
            { ...READ, n: TURN.n } as AnyRecord,
            {
              ...record,
              n: READ.n,
              det: { ...det, label: taint, decision: { ...TURN.det.decision, taint } },
            } as AnyRecord,
          ]
        if (record.n === TURN.n && record.lane === '0')
          return [{ ...record, n: READ.n, det: { ...det, label: taint } } as AnyRecord]
        if (record.seq === CALL.seq)
          return [
            { ...record, det: { ...det, decision: { ...CALL.det.decision, taint: called } } } as AnyRecord,
          ]
        return [record]
      }),
    )
  expect(judge(run(taint))).toContain('16 steps')
  expect(judge(run(QUESTION))).toBe(`TAINT_MISMATCH ${at(CALL, '/det')}`)
})

test('a child may read the text it was given, and pass it on', () => {
  expect(judge(OWN_TEXT)).toContain('16 steps')
})

test('a decision may be taken before a read of the same cell raised the label', () => {
  const decision = { ...CALL.det.decision, taint: QUESTION }
  expect(judge(change(CALL, { det: { decision } }))).toContain('16 steps')
})

test.each<[string, readonly AnyRecord[], string]>([
  [
    'a read without a decision',
    change(READ, { det: { decisions: [] } }),
    `NOT_GRANTED ${at(READ, '/det/partitions')}`,
  ],
  [
    'a read that was denied',
    change(READ, { det: { decisions: [{ ...GRANT, verdict: 'deny' }] } }),
    `NOT_GRANTED ${at(READ, '/det/partitions')}`,
  ],
  [
    'a read that would pass the ceiling',
    change(READ, { det: { decisions: [GRANT, DENIED] } }),
    `NOT_GRANTED ${at(READ, '/det/partitions')}`,
  ],
  [
    'a read granted for another partition',
    change(READ, { det: { decisions: [{ ...GRANT, resource: 'partition:p3' }] } }),
    `NOT_GRANTED ${at(READ, '/det/partitions')}`,
  ],
  [
    'a search under a grant to read',
    records.map((record) =>
      record.seq === SECOND_READ.seq
        ? ({
            ...record,
            kind: 'context.search',
            det: {
              ...SECOND_READ.det,
              op: 'search',
              outcome: 'ok',
              code: null,
              decisions: [],
              partitions: ['p1'],
              withheld: false,
            },
          } as AnyRecord)
        : record,
    ),
    `NOT_GRANTED ${at(SECOND_READ, '/det/partitions')}`,
  ],
  [
    'a read in a child under a grant of its parent',
    consistent(change(CHILD_READ, { det: { partitions: ['p3', 'p1'] } })),
    `NOT_GRANTED ${at(CHILD_READ, '/det/partitions')}`,
  ],
  [
    'a read with a decision to search',
    change(READ, { det: { decisions: [{ ...GRANT, action: 'context::search' }] } }),
    `WRONG_DECISION ${at(READ, '/det/decision')}`,
  ],
  [
    'a partition that was not declared',
    change(READ, { det: { partitions: ['p9'], decisions: [{ ...GRANT, resource: 'partition:p9' }] } }),
    `UNKNOWN_PARTITION ${at(READ, '/det/partitions')}`,
  ],
  [
    'a partition taken out of the opening',
    change(OPEN, { det: { partitions: OPEN.det.partitions.filter(({ id }) => id !== 'p1') } }).map(
      (record) =>
        record.kind === 'strategy.chosen' ? { ...record, det: { ...record.det, contextBytes: 40 } } : record,
    ),
    `UNKNOWN_PARTITION ${at(READ, '/det/partitions')}`,
  ],
  [
    'a child that reads outside its scope',
    change(SPAWN, { det: { scope: ['p1'] } }),
    `OUT_OF_SCOPE ${at(CHILD_READ, '/det/partitions')}`,
  ],
  [
    'a child that is given two texts',
    change(SPAWN, { det: { scope: ['own', 'other'] } }),
    `UNKNOWN_PARTITION ${at(SPAWN, '/det/scope')}`,
  ],
  [
    "a parent that reads its child's text",
    consistent(
      OWN_TEXT.map((record) =>
        record.kind === 'context.read' && record.det.outcome === 'denied'
          ? { ...record, det: { ...record.det, partitions: ['own'] } }
          : record,
      ),
    ),
    `OUT_OF_SCOPE ${at(SECOND_READ, '/det/partitions')}`,
  ],
  [
    'a child that is given the text of another',
    consistent(
      OWN_TEXT.flatMap((record) =>
        record.seq === JOIN.seq
          ? [
              record,
              {
                ...SPAWN,
                n: 50,
                seq: 1000,
                det: { ...SPAWN.det, child: '0.1', scope: ['own'], label: JOIN.det.label },
              } as AnyRecord,
            ]
          : [record],
      ),
    ),
    `OUT_OF_SCOPE ${at({ seq: JOIN.seq + 1 }, '/det/scope')}`,
  ],
  [
    'a read that leaves its partition out of the label',
    consistent(change(CHILD_READ, { det: { label: label('internal', [], true) } })),
    `LABEL_SHORT ${at(CHILD_READ, '/det/label')}`,
  ],
  [
    'a read of what nobody vouches for that stays trusted',
    change(READ, { det: { label: QUESTION } }),
    `LABEL_SHORT ${at(READ, '/det/label')}`,
  ],
  [
    'a call decided as a search',
    change(CALL, { det: { decision: { ...CALL.det.decision, action: 'context::search' } } }),
    `WRONG_DECISION ${at(CALL, '/det/decision')}`,
  ],
  [
    'a call decided for another model',
    change(CALL, { det: { decision: { ...CALL.det.decision, resource: 'model:other' } } }),
    `WRONG_DECISION ${at(CALL, '/det/decision')}`,
  ],
  [
    'a call of a model that was not declared',
    change(CALL, { det: { model: 'other', decision: { ...CALL.det.decision, resource: 'model:other' } } }),
    `UNKNOWN_MODEL ${at(CALL, '/det/model')}`,
  ],
  [
    'a child on a model that was not declared',
    change(SPAWN, { det: { model: 'other' } }),
    `UNKNOWN_MODEL ${at(SPAWN, '/det/model')}`,
  ],
  [
    'a spawn decided as a call',
    change(SPAWN, { det: { decision: CALL.det.decision } }),
    `WRONG_DECISION ${at(SPAWN, '/det/decision')}`,
  ],
  [
    'a spawn decided for another profile',
    change(SPAWN, { det: { profile: 'verifier' } }),
    `WRONG_DECISION ${at(SPAWN, '/det/decision')}`,
  ],
  [
    'a release decided as a read',
    change(RELEASE, { det: { decision: { ...RULED, action: 'context::read' } } }),
    `WRONG_DECISION ${at(RELEASE, '/det/decision')}`,
  ],
  [
    'a release decided for no sink',
    change(RELEASE, { det: { decision: { ...RULED, resource: 'partition:p1' } } }),
    `WRONG_DECISION ${at(RELEASE, '/det/decision')}`,
  ],
  [
    'a call decided below the question',
    change(CALL, { det: { decision: { ...CALL.det.decision, taint: label('public') } } }),
    `TAINT_MISMATCH ${at(CALL, '/det')}`,
  ],
  [
    'a turn decided below what earlier cells read',
    change(LAST_TURN, { det: { decision: { ...LAST_TURN.det.decision, taint: SPAWN.det.label } } }),
    `TAINT_MISMATCH ${at(LAST_TURN, '/det')}`,
  ],
  [
    'a first turn decided below what its frame was shown',
    change(CHILD_CALL, { det: { decision: { ...CHILD_CALL.det.decision, taint: SPAWN.det.label } } }),
    `TAINT_MISMATCH ${at(CHILD_CALL, '/det')}`,
  ],
  [
    'a call decided above what its frame ever had',
    change(TURN, { det: { decision: { ...TURN.det.decision, taint: HIGHER } } }),
    `TAINT_MISMATCH ${at(TURN, '/det')}`,
  ],
  [
    'a spawn decided below the question',
    change(SPAWN, { det: { decision: { ...SPAWN.det.decision, taint: label('public') } } }),
    `TAINT_MISMATCH ${at(SPAWN, '/det')}`,
  ],
  [
    'a spawn decided above its label',
    change(SPAWN, { det: { decision: { ...SPAWN.det.decision, taint: HIGHER } } }),
    `TAINT_MISMATCH ${at(SPAWN, '/det')}`,
  ],
  [
    'a read decided below the question',
    change(READ, { det: { decisions: [{ ...GRANT, taint: label('public') }] } }),
    `TAINT_MISMATCH ${at(READ, '/det')}`,
  ],
  [
    'a read decided above what its frame had',
    change(READ, { det: { decisions: [{ ...GRANT, taint: HIGHER }] } }),
    `TAINT_MISMATCH ${at(READ, '/det')}`,
  ],
  [
    'a release decided below its label',
    change(RELEASE, { det: { decision: { ...RULED, taint: SPAWN.det.label } } }),
    `TAINT_MISMATCH ${at(RELEASE, '/det')}`,
  ],
  [
    'a release decided above its label',
    change(RELEASE, { det: { decision: { ...RULED, taint: HIGHER } } }),
    `TAINT_MISMATCH ${at(RELEASE, '/det')}`,
  ],
  [
    'a parent without the label of the child it joined',
    change(SECOND_READ, { det: { label: SPAWN.det.label } }),
    `LABEL_FELL ${at(SECOND_READ, '/det/label')}`,
  ],
  ...(['inputTokens', 'outputTokens', 'costMicroUsd'] as const).map(
    (key): [string, readonly AnyRecord[], string] => [
      `a charge of ${key} above its bound`,
      change(RESULT, { det: { charged: { ...RESULT.det.charged, [key]: 2 * CALL.det.bound[key] + 1 } } }),
      `OVERCHARGED ${at(RESULT, `/det/charged/${key}`)}`,
    ],
  ),
])('%s is found though all signatures hold', async (_, altered, verdict) => {
  expect(judge(altered)).toBe(verdict)
  const report = await verifyEvidence(await pack(await sampleEvidence(altered)), { trust: OWNER.trust() })
  const failed = report.verdicts.filter(({ result }) => result === 'fail')
  const told = failed.map(({ name, code, at: place }) => `${name} ${code} ${place}`)
  // Where refusals were altered, those laid open are others.
  expect(told.filter((one) => !one.startsWith('DISCLOSURE DISCLOSED_DIFFERS'))).toEqual([
    `COMPLETENESS ${verdict}`,
  ])
})
