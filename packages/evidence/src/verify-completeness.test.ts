import { label, NOTHING } from '@writ/contract'
import { expect, test } from 'vitest'
import {
  aborted,
  at,
  CALL,
  CHILD_CALL,
  CHILD_READ,
  CHILD_RESULT,
  CLOSE,
  change,
  consistent,
  DENIED,
  find,
  HIGHER,
  inserted,
  JOIN,
  judge,
  moved,
  OPEN,
  READ,
  RELEASE,
  RESULT,
  RETRY,
  RULED,
  records,
  SPAWN,
  TURN,
  without,
} from './altered-run.fixture.ts'
import type { AnyRecord } from './record.ts'

/** The run in which nobody asked what is left of the budget. */
function untold(altered: readonly AnyRecord[]): readonly AnyRecord[] {
  return altered.map((record) =>
    record.kind === 'local' ? { ...record, det: { ...record.det, op: 'cite', budget: null } } : record,
  )
}

// Every case is a run whose keeper signs whatever it says: nothing but COMPLETENESS can find it.

test('the sample run is complete, also when its numbers are made anew', () => {
  expect(judge(records)).toBe('24 records, 16 steps in 2 frames, 7 model requests.')
  expect(judge(consistent(records))).toBe(judge(records))
})

test('steps may be recorded in another order than they were asked for', () => {
  expect(judge(moved(find('model.call', '0', 2), READ))).toContain('16 steps')
})

test('a run may stop anywhere when it says so', () => {
  for (let from = 1; from < records.length - 1; from++) expect(judge(aborted(from))).toContain('records')
})

test.each<[string, readonly AnyRecord[], string]>([
  ['nothing', [], `NOT_OPENED ${at({ seq: 0 })}`],
  ['the opening dropped', records.slice(1), `NOT_OPENED ${at({ seq: 0 })}`],
  [
    'a second opening',
    inserted(READ, { ...find('run.open'), n: READ.n + 1 }),
    `NOT_OPENED ${at({ seq: READ.seq + 1 })}`,
  ],
  ['the close dropped', records.slice(0, -1), `NOT_CLOSED ${at(RELEASE)}`],
  [
    'a record after the close',
    inserted(CLOSE, { ...find('cell'), n: CLOSE.n + 1 }),
    `NOT_CLOSED ${at(CLOSE)}`,
  ],
  ['a close in a child', change(CLOSE, { lane: '0.0' }), `NOT_CLOSED ${at(CLOSE, '/lane')}`],
  [
    'a record dropped',
    records.filter((record) => record !== records[5]),
    `SEQ_GAP ${at({ seq: 5 }, '/seq')}`,
  ],
  ['a step number skipped', change(READ, { n: 99 }), `N_GAP ${at(CLOSE)}`],
  ['a step dropped, numbers closed up', without(READ), `N_GAP ${at({ seq: CLOSE.seq - 1 })}`],
  ['a step repeated', inserted(READ, READ), `N_GAP ${at({ seq: READ.seq + 1 }, '/n')}`],
  ['a child step dropped', without(CHILD_READ), `N_GAP ${at({ seq: JOIN.seq - 1 })}`],
  ['a command dropped', without(CHILD_CALL), `NO_COMMAND ${at(CHILD_CALL, '/obs/command')}`],
  [
    'a result before its command',
    moved(CHILD_RESULT, CHILD_READ),
    `NO_COMMAND ${at(CHILD_CALL, '/obs/command')}`,
  ],
  ['a result twice', inserted(RESULT, RESULT), `NO_COMMAND ${at({ seq: RESULT.seq + 1 }, '/obs/command')}`],
  [
    'a result of another command',
    change(RESULT, { obs: { command: SPAWN.seq } }),
    `NO_COMMAND ${at(RESULT, '/obs/command')}`,
  ],
  ['a result of another step', change(RESULT, { n: 9 }), `NO_COMMAND ${at(RESULT, '/obs/command')}`],
  [
    'a result in another lane',
    change(CHILD_RESULT, { lane: '0' }),
    `NO_COMMAND ${at(CHILD_RESULT, '/obs/command')}`,
  ],
  [
    'a retry of nothing',
    moved(RETRY, RESULT),
    `SPENDING_MISMATCH ${at({ seq: RESULT.seq - 1 }, '/det/charged/calls')}`,
  ],
  ['a retry of no item', change(RETRY, { obs: { item: 2 } }), `NO_COMMAND ${at(RETRY, '/obs/item')}`],
  ['a retry told twice', inserted(RETRY, RETRY), `ATTEMPT_GAP ${at({ seq: RETRY.seq + 1 }, '/obs/attempt')}`],
  ['a first attempt', change(RETRY, { obs: { attempt: 1 } }), `ATTEMPT_GAP ${at(RETRY, '/obs/attempt')}`],
  [
    'a retry before another',
    change(RETRY, { obs: { attempt: 3 } }),
    `ATTEMPT_GAP ${at(RETRY, '/obs/attempt')}`,
  ],
  [
    'a retry of an item as the retry of another',
    inserted(RETRY, { ...RETRY, obs: { ...RETRY.obs, item: 0, attempt: 3 } }),
    `ATTEMPT_GAP ${at({ seq: RETRY.seq + 1 }, '/obs/attempt')}`,
  ],
  [
    'a retry after the result',
    inserted(RESULT, RETRY),
    `NO_COMMAND ${at({ seq: RESULT.seq + 1 }, '/obs/command')}`,
  ],
  ['a result dropped', without(RESULT), `UNANSWERED ${at({ seq: CLOSE.seq - 1 })}`],
  ['a child result dropped', without(CHILD_RESULT), `UNANSWERED ${at({ seq: JOIN.seq - 1 })}`],
  ['a join dropped', without(JOIN), `UNANSWERED ${at({ seq: CLOSE.seq - 1 })}`],
  [
    'an answered command that was denied',
    change(CALL, { det: { outcome: 'denied', code: 'POLICY_DENIED' } }),
    `NO_COMMAND ${at(RETRY, '/obs/command')}`,
  ],
  ['a spawn dropped', without(SPAWN), `LANE_NOT_OPEN ${at(SPAWN, '/lane')}`],
  [
    'a spawn that did not happen',
    change(SPAWN, {
      det: { outcome: 'limit', code: 'BUDGET_EXCEEDED', model: '', scope: [], bound: NOTHING },
    }),
    `LANE_NOT_OPEN ${at(CHILD_READ, '/lane')}`,
  ],
  [
    'a child record before its spawn',
    moved(CHILD_READ, READ),
    `LANE_NOT_OPEN ${at({ seq: READ.seq + 1 }, '/lane')}`,
  ],
  ['a child record after its join', moved(CHILD_RESULT, JOIN), `UNANSWERED ${at({ seq: JOIN.seq - 1 })}`],
  [
    'a child step after its join',
    inserted(JOIN, { ...CHILD_READ, n: 2 }),
    `LANE_NOT_OPEN ${at({ seq: JOIN.seq + 1 }, '/lane')}`,
  ],
  [
    'a spawn of a grandchild',
    change(SPAWN, { det: { child: '0.0.0' } }),
    `BAD_SPAWN ${at(SPAWN, '/det/child')}`,
  ],
  ['a spawn of itself', change(SPAWN, { det: { child: '0' } }), `BAD_SPAWN ${at(SPAWN, '/det/child')}`],
  [
    'a child spawned twice',
    inserted(JOIN, { ...SPAWN, n: SPAWN.n + 1, det: { ...SPAWN.det, label: JOIN.det.label } }),
    `BAD_SPAWN ${at({ seq: JOIN.seq + 1 }, '/det/child')}`,
  ],
  [
    'a join of another child',
    change(JOIN, { det: { child: '0.1' } }),
    `CHILD_MISMATCH ${at(JOIN, '/det/child')}`,
  ],
  [
    'another child root',
    change(JOIN, { obs: { childRoot: '0'.repeat(64) } }),
    `CHILD_MISMATCH ${at(JOIN, '/obs/childRoot')}`,
  ],
  [
    'another child length',
    change(JOIN, { obs: { childRecords: 2 } }),
    `CHILD_MISMATCH ${at(JOIN, '/obs/childRoot')}`,
  ],
  [
    'a child record altered',
    change(CHILD_READ, { obs: { tookMs: 99 } }),
    `CHILD_MISMATCH ${at(JOIN, '/obs/childRoot')}`,
  ],
  [
    'a denied call made',
    change(CALL, { det: { decision: DENIED } }),
    `NOT_ALLOWED ${at(CALL, '/det/decision')}`,
  ],
  [
    'a pending spawn made',
    change(SPAWN, { det: { decision: { ...SPAWN.det.decision, verdict: 'pending' } } }),
    `NOT_ALLOWED ${at(SPAWN, '/det/decision')}`,
  ],
  [
    'a release without a decision',
    change(RELEASE, { det: { decision: null } }),
    `NOT_ALLOWED ${at(RELEASE, '/det/decision')}`,
  ],
  [
    'a decision for another depth',
    change(CALL, { det: { decision: { ...CALL.det.decision, depth: 1 } } }),
    `DEPTH_MISMATCH ${at(CALL, '/det')}`,
  ],
  [
    'a read decided for another depth',
    change(READ, { det: { decisions: [{ ...CALL.det.decision, depth: 1 }] } }),
    `DEPTH_MISMATCH ${at(READ, '/det')}`,
  ],
  [
    'a label that falls at the next read',
    change(READ, { det: { label: HIGHER } }),
    `LABEL_FELL ${at(CALL, '/det/label')}`,
  ],
  [
    'a read below the question',
    change(READ, { det: { label: label('public') } }),
    `LABEL_FELL ${at(READ, '/det/label')}`,
  ],
  [
    'a spawn below its parent',
    change(SPAWN, { det: { label: label('public', [], true) } }),
    `LABEL_FELL ${at(SPAWN, '/det/label')}`,
  ],
  [
    'a child below its parent',
    change(CHILD_READ, { det: { label: label('public', [], true) } }),
    `LABEL_FELL ${at(CHILD_READ, '/det/label')}`,
  ],
  [
    'a join below its child',
    change(JOIN, { det: { label: label('internal', [], true) } }),
    `LABEL_FELL ${at(JOIN, '/det/label')}`,
  ],
  [
    'a release that loses a category',
    change(RELEASE, { det: { label: label('confidential', [], true) } }),
    `LABEL_FELL ${at(RELEASE, '/det/label')}`,
  ],
  [
    'a close that loses distrust',
    change(CLOSE, { det: { label: label('confidential', ['PII']) } }),
    `LABEL_FELL ${at(CLOSE, '/det/label')}`,
  ],
  [
    'a charge altered',
    change(RESULT, { det: { charged: { ...RESULT.det.charged, outputTokens: 14 } } }),
    `SPENDING_MISMATCH ${at(RESULT, '/det/charged/outputTokens')}`,
  ],
  [
    'a close that charges less',
    change(CLOSE, { det: { charged: { ...CLOSE.det.charged, costMicroUsd: 0 } } }),
    `SPENDING_MISMATCH ${at(CLOSE, '/det/charged/costMicroUsd')}`,
  ],
  [
    'an attempt not charged',
    change(RESULT, { obs: { attempts: 4 } }),
    `SPENDING_MISMATCH ${at(RESULT, '/det/charged/calls')}`,
  ],
  ['more calls than begun', change(CALL, { det: { items: 1 } }), `NO_COMMAND ${at(RETRY, '/obs/item')}`],
  [
    'a depth beyond the limit',
    change(find('run.open'), { det: { limits: { ...find('run.open').det.limits, maxDepth: 0 } } }),
    `LIMIT_EXCEEDED ${at(SPAWN, '/det/child')}`,
  ],
  [
    'calls beyond the limit',
    change(find('run.open'), { det: { limits: { ...find('run.open').det.limits, maxCalls: 3 } } }),
    `LIMIT_EXCEEDED ${at(RESULT)}`,
  ],
  [
    'tokens reserved beyond the limit',
    untold(change(OPEN, { det: { limits: { ...OPEN.det.limits, maxTokens: 207 } } })),
    `LIMIT_EXCEEDED ${at(TURN)}`,
  ],
  [
    'money reserved beyond the limit',
    untold(change(OPEN, { det: { limits: { ...OPEN.det.limits, maxCostMicroUsd: 17 } } })),
    `LIMIT_EXCEEDED ${at(TURN)}`,
  ],
  ['fewer frames', change(CLOSE, { det: { frames: 1 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/frames')}`],
  ['less depth', change(CLOSE, { det: { maxDepth: 0 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/maxDepth')}`],
  ['more steps', change(CLOSE, { det: { steps: 17 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/steps')}`],
  [
    'a complete run without a release',
    change(RELEASE, { det: { outcome: 'denied', code: 'POLICY_DENIED' } }),
    `RELEASE_MISPLACED ${at(CLOSE, '/det/status')}`,
  ],
  [
    'a release that is not last',
    inserted(RELEASE, { ...find('cell'), n: RELEASE.n + 1 }),
    `RELEASE_MISPLACED ${at(RELEASE)}`,
  ],
])('%s is found', (_, altered, verdict) => {
  expect(judge(altered)).toBe(verdict)
})

test('an aborted run counts every call in doubt as sent', () => {
  const open = find('run.open')
  const stopped = aborted(RETRY.seq)
  const limited = (maxCalls: number): readonly AnyRecord[] => {
    const det = { ...open.det, limits: { ...open.det.limits, maxCalls } }
    return stopped.map((record) => (record.kind === 'run.open' ? { ...record, det } : record))
  }
  expect(judge(limited(3))).toContain('records')
  expect(judge(limited(2))).toBe(`LIMIT_EXCEEDED ${at(RETRY)}`)
})

test('what an aborted run has in doubt is said beside its requests', () => {
  expect(judge(aborted(RETRY.seq))).toMatch(
    / 1 model request for certain; 2 calls are in doubt: begun, perhaps sent, /,
  )
  expect(judge(aborted(RETRY.seq + 1))).toMatch(/ 2 model requests for certain; 2 calls are in doubt: /)
  expect(judge(records)).not.toContain('doubt')
})

test('retries go on in the order of their attempts, item by item', () => {
  const later = [
    { item: 1, attempt: 3 },
    { item: 0, attempt: 2 },
    { item: 1, attempt: 4 },
  ].map((obs, i) => ({ ...RETRY, seq: 1000 + i, obs: { ...RETRY.obs, ...obs } }))
  const run = records.flatMap((record) => (record.seq === RETRY.seq ? [record, ...later] : [record]))
  expect(judge(consistent(run as readonly AnyRecord[]))).toContain('27 records')
})

const DENIED_REASON = { code: 'POLICY_DENIED', data: {} }

test('two roads to no answer are complete: a refused release, and none at all', () => {
  const decision = { ...RULED, verdict: 'deny' } as const
  const refused = change(RELEASE, { det: { outcome: 'denied', decision, code: 'POLICY_DENIED' } })
  const denied = refused.map((record) =>
    record.kind === 'run.close'
      ? ({
          ...record,
          det: { ...record.det, status: 'denied', reason: DENIED_REASON, basis: null, support: null },
          obs: { ...record.obs, reason: 'Policy refused the release.' },
        } as AnyRecord)
      : record,
  )
  expect(judge(denied)).toContain('24 records')
})
