import { type Det, isWritError, label, type Obs, type RecordKind, type RunRecord } from '@writ/contract'
import { expect, test } from 'vitest'
import { hex } from './encoding.ts'
import { rootOf } from './merkle.ts'
import { type AnyRecord, encodeRecord } from './record.ts'
import { sampleRecords } from './sample-run.fixture.ts'
import { verifyCompleteness } from './verify-completeness.ts'

// Every case is a run whose keeper signs whatever it says: nothing but COMPLETENESS can find it.

const records = sampleRecords()

function judge(altered: readonly AnyRecord[]): string {
  try {
    return verifyCompleteness({ records: altered, leaves: altered.map((record) => encodeRecord(record)) })
  } catch (error) {
    if (isWritError(error)) return `${String(error.data.code)} ${String(error.data.at)}`
    throw error
  }
}

function find<K extends RecordKind>(kind: K, lane = '0', skip = 0): RunRecord<K> & { kind: K } {
  const found = records.filter((record) => record.kind === kind && record.lane === lane)[skip]
  if (found === undefined) throw new Error(`no ${kind} in ${lane}`)
  return found as unknown as RunRecord<K> & { kind: K }
}

const CALL = find('model.call')
const RESULT = find('model.result', '0', 1) // that of the first call
const RETRY = find('model.attempt')
const SPAWN = find('frame.spawn')
const JOIN = find('frame.join')
const CHILD_READ = find('context.read', '0.0')
const CHILD_CALL = find('model.call', '0.0')
const CHILD_RESULT = find('model.result', '0.0')
const READ = find('context.read')
const RELEASE = find('output.release')
const CLOSE = find('run.close')

type Change<K extends RecordKind> = {
  det?: Partial<Det[K]>
  obs?: Partial<Obs[K]>
  n?: number
  lane?: string
}

/** The run with one record changed. */
function change<K extends RecordKind>(target: RunRecord<K>, to: Change<K>): readonly AnyRecord[] {
  return records.map((record) =>
    record.seq === target.seq
      ? ({
          ...record,
          ...to,
          det: { ...record.det, ...to.det },
          obs: { ...record.obs, ...to.obs },
        } as AnyRecord)
      : record,
  )
}

/** Numbers records anew, with the commands they name, child roots and the counts of the close. */
function consistent(altered: readonly AnyRecord[]): readonly AnyRecord[] {
  const seqs = new Map(altered.map((record, i) => [record.seq, i]))
  const numbered = altered.map((record, seq) => {
    const obs =
      'command' in record.obs ? { ...record.obs, command: seqs.get(record.obs.command) ?? 0 } : record.obs
    return { ...record, seq, obs } as AnyRecord
  })
  return numbered.map((record) => {
    if (record.kind === 'frame.join') {
      const own = numbered
        .slice(0, record.seq)
        .filter(({ lane }) => lane === record.det.child)
        .map((item) => encodeRecord(item))
      return { ...record, obs: { ...record.obs, childRoot: hex(rootOf(own)), childRecords: own.length } }
    }
    if (record.kind !== 'run.close') return record
    const steps = new Set(numbered.map(({ lane, n }) => `${lane}/${n}`)).size
    return { ...record, det: { ...record.det, steps } }
  })
}

const without = (...dropped: readonly { seq: number }[]): readonly AnyRecord[] =>
  consistent(records.filter((record) => !dropped.some(({ seq }) => seq === record.seq)))

/** Moves a record to stand right after another. */
function moved(target: { seq: number }, after: { seq: number }): readonly AnyRecord[] {
  const rest = records.filter(({ seq }) => seq !== target.seq)
  return consistent(
    rest.flatMap((record) =>
      record.seq === after.seq ? [record, ...records.filter(({ seq }) => seq === target.seq)] : [record],
    ),
  )
}

function inserted(after: { seq: number }, added: object): readonly AnyRecord[] {
  const extra = { ...added, seq: 1000 } as AnyRecord
  return consistent(records.flatMap((record) => (record.seq === after.seq ? [record, extra] : [record])))
}

function aborted(from: number): readonly AnyRecord[] {
  const head = records.slice(0, from)
  const n = new Set(head.filter(({ lane }) => lane === '0').map((record) => record.n)).size
  const det = { code: 'INTERRUPTED' }
  return [...head, { ...CLOSE, seq: from, n, kind: 'run.abort', det, obs: { at: 1, message: 'stopped' } }]
}

test('the sample run is complete, also when its numbers are made anew', () => {
  expect(judge(records)).toBe('20 records, 14 steps in 2 frames, 6 model requests.')
  expect(judge(consistent(records))).toBe(judge(records))
})

test('steps may be recorded in another order than they were asked for', () => {
  expect(judge(moved(find('model.call', '0', 1), READ))).toContain('14 steps')
})

test('a run may stop anywhere when it says so', () => {
  for (let from = 1; from < records.length - 1; from++) expect(judge(aborted(from))).toContain('records')
})

const at = (target: { seq: number }, pointer = ''): string => `records.ndjson#/${target.seq}${pointer}`
const HIGHER = label('restricted', ['PII'], true)
const DENIED = { ...CALL.det.decision, verdict: 'deny' } as const

test.each<[string, readonly AnyRecord[], string]>([
  ['nothing', [], `NOT_OPENED ${at({ seq: 0 })}`],
  ['the opening dropped', records.slice(1), `NOT_OPENED ${at({ seq: 0 })}`],
  [
    'a second opening',
    inserted(READ, { ...find('run.open'), n: READ.n + 1 }),
    `NOT_OPENED ${at({ seq: 3 })}`,
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
    change(CALL, { det: { outcome: 'denied' } }),
    `NO_COMMAND ${at(RETRY, '/obs/command')}`,
  ],
  ['a spawn dropped', without(SPAWN), `LANE_NOT_OPEN ${at(SPAWN, '/lane')}`],
  [
    'a spawn that did not happen',
    change(SPAWN, { det: { outcome: 'limit' } }),
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
    inserted(JOIN, { ...SPAWN, n: SPAWN.n + 1 }),
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
    `LABEL_FELL ${at(find('model.result'), '/det/label')}`,
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
    `SPENDING_MISMATCH ${at(CLOSE, '/det/charged/outputTokens')}`,
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
    'tokens beyond the limit',
    change(find('run.open'), { det: { limits: { ...find('run.open').det.limits, maxTokens: 109 } } }),
    `LIMIT_EXCEEDED ${at(find('model.result', '0', 2))}`,
  ],
  [
    'money beyond the limit',
    change(find('run.open'), { det: { limits: { ...find('run.open').det.limits, maxCostMicroUsd: 9 } } }),
    `LIMIT_EXCEEDED ${at(find('model.result', '0', 2))}`,
  ],
  ['fewer frames', change(CLOSE, { det: { frames: 1 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/frames')}`],
  ['less depth', change(CLOSE, { det: { maxDepth: 0 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/maxDepth')}`],
  ['more steps', change(CLOSE, { det: { steps: 15 } }), `COUNT_MISMATCH ${at(CLOSE, '/det/steps')}`],
  [
    'a complete run without a release',
    change(RELEASE, { det: { outcome: 'denied' } }),
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

test('an aborted run counts the bound of every call in doubt against its limits', () => {
  const open = find('run.open')
  const stopped = aborted(RETRY.seq)
  const limited = (maxCalls: number): readonly AnyRecord[] => {
    const det = { ...open.det, limits: { ...open.det.limits, maxCalls } }
    return stopped.map((record) => (record.kind === 'run.open' ? { ...record, det } : record))
  }
  expect(judge(limited(3))).toContain('records')
  expect(judge(limited(2))).toBe(`LIMIT_EXCEEDED ${at(RETRY)}`)
})

test('two roads to no answer are complete: a refused release, and none at all', () => {
  const refused = change(RELEASE, { det: { outcome: 'denied', decision: DENIED, code: 'POLICY_DENIED' } })
  const denied = refused.map((record) =>
    record.kind === 'run.close' ? { ...record, det: { ...record.det, status: 'denied' as const } } : record,
  )
  expect(judge(denied)).toContain('20 records')
})
