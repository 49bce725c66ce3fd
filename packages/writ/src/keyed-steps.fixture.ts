import {
  batch,
  det,
  type Forgery,
  find,
  LOW,
  obs,
  ok,
  refusing,
  single,
  withLimits,
} from './keyed-alterations.fixture.ts'

// What single steps say of themselves, of each other and of their frames. For tests only.

export const STEPS: Readonly<Record<string, readonly Forgery[]>> = {
  'what a read touched': [
    det(
      'no partitions and no decisions',
      'wide',
      'context.read',
      () => ({ partitions: [], decisions: [] }),
      ok,
    ),
    det(
      'a partition allowed and left out',
      'wide',
      'context.read',
      () => ({ partitions: [] }),
      (record) => ok(record) && record.det.decisions.length > 0,
    ),
    det(
      'a partition named twice',
      'wide',
      'context.read',
      ({ det: { partitions } }) => ({
        partitions: [...partitions, ...partitions],
      }),
      ok,
    ),
    det(
      'a listing that leaves one out',
      'wide',
      'context.search',
      ({ det: { partitions } }) => ({
        partitions: partitions.slice(1),
      }),
      ({ det: { op } }) => op === 'docs',
    ),
    det('nothing said to be withheld', 'wide', 'context.read', () => ({ withheld: false }), refusing),
    det(
      'something said to be withheld',
      'wide',
      'context.read',
      () => ({ withheld: true }),
      (record) => !refusing(record),
    ),
  ],
  'operations and kinds': [
    det(
      'a search that reads',
      'wide',
      'context.search',
      () => ({ op: 'read' }),
      ({ det: { op } }) => op === 'grep',
    ),
    det('a read that searches', 'wide', 'context.read', () => ({ op: 'search' }), ok),
    det(
      'a value of the host that lists documents',
      'wide',
      'local',
      () => ({ op: 'docs' }),
      ({ det: { op } }) => op === 'cite',
    ),
  ],
  'outcome and code': [
    det(
      'a denial that is an error',
      'wide',
      'context.read',
      () => ({ outcome: 'error' }),
      ({ det: { outcome } }) => outcome === 'denied',
    ),
    det(
      'an outcome without a code',
      'wide',
      'context.read',
      () => ({ code: null }),
      ({ det: { outcome } }) => outcome === 'denied',
    ),
    det(
      'a call that failed for no reason',
      'limited',
      'model.call',
      () => ({ code: null }),
      ({ det: { outcome } }) => outcome === 'limit',
    ),
  ],
  'outcomes of a batch': [
    det('one too few', 'wide', 'model.result', () => ({ outcomes: { ok: 3 } }), batch),
    det('others', 'wide', 'model.result', () => ({ outcomes: { error: 4 } }), batch),
    det('an error of those that came back', 'wide', 'model.result', () => ({ outcome: 'error' }), batch),
    det('another of a single call', 'wide', 'model.result', () => ({ outcomes: { error: 1 } }), single),
  ],
  'a join and the records of its child': [
    det('another charge', 'wide', 'frame.join', ({ det: { charged: before } }) => ({
      charged: { ...before, inputTokens: before.inputTokens - 1 },
    })),
    det('more citations', 'wide', 'frame.join', () => ({ citations: 7 }), ok),
    det(
      'no citations',
      'wide',
      'frame.join',
      () => ({ citations: 0 }),
      ({ det: { citations } }) => citations > 0,
    ),
    det('a lower label', 'wide', 'frame.join', () => ({ label: LOW }), ok),
    det(
      'an error of a child that named its answer',
      'wide',
      'frame.join',
      () => ({
        outcome: 'error',
        code: 'NO_ANSWER',
        delivered: 'error',
        citations: 0,
      }),
      ok,
    ),
    det(
      'a value of a child whose model failed',
      'wide',
      'frame.join',
      () => ({
        outcome: 'ok',
        code: null,
        delivered: 'value',
      }),
      (record) => !ok(record),
    ),
    det(
      'an error delivered as a value',
      'wide',
      'frame.join',
      () => ({ delivered: 'value' }),
      (record) => !ok(record),
    ),
    det(
      'a sealed value delivered',
      'shares',
      'frame.join',
      () => ({ delivered: 'value' }),
      ({ det: { delivered } }) => delivered === 'sealed',
    ),
  ],
  times: [
    obs('a record before the one it follows', 'wide', 'cell', ({ obs: { at } }) => ({ at: at - 60_000 })),
    obs(
      'a result before its command',
      'wide',
      'model.result',
      (_, records) => ({
        at: find(records, 'run.open').obs.at,
      }),
      batch,
    ),
    obs(
      'a call that took longer than there was time for',
      'wide',
      'model.result',
      ({ obs: { tookMs } }) => ({
        tookMs: tookMs + 60_000,
      }),
      single,
    ),
    obs(
      'an attempt that took longer than its call',
      'wide',
      'model.result',
      ({ obs: { detail } }) => ({
        detail: detail.map((attempt) => ({ ...attempt, tookMs: attempt.tookMs + 5_000 })),
      }),
      single,
    ),
    obs('a run that took no time', 'wide', 'run.close', () => ({ tookMs: 0 })),
    {
      name: 'a run that took longer than its limit',
      of: 'wide',
      forge: ({ records }) =>
        withLimits(records, { timeoutMs: 1_000 }).map((record) =>
          record.kind === 'run.close'
            ? {
                ...record,
                obs: { ...record.obs, at: record.obs.at + 60_000, tookMs: record.obs.tookMs + 60_000 },
              }
            : record,
        ),
    },
  ],
}
