import { addAmounts } from '@writ/contract'
import type { AnyRecord, RecordOf } from '@writ/evidence'
import {
  altered,
  batch,
  det,
  type Fits,
  type Forgery,
  find,
  LOW,
  minus,
  obs,
  ok,
  priced,
  type Records,
  refusing,
  single,
  withLimits,
} from './keyed-alterations.fixture.ts'

// What single steps say of themselves, of each other and of their frames. For tests only.

type ItemRecord = RecordOf<'model.item'>

/** The items of a run's first batch, of which two at least came back. */
function itemsOf(records: Records): readonly [ItemRecord, ItemRecord, ...ItemRecord[]] {
  const [first, second, ...more] = records.filter(
    (record) => record.kind === 'model.item',
  ) as unknown as ItemRecord[]
  if (first === undefined || second === undefined) throw new Error('The run has no batch.')
  return [first, second, ...more]
}

/** Leaves an item out; the records behind it move up. */
function left(name: string, fits: Fits<'model.item'>): Forgery {
  return {
    name,
    of: 'wide',
    forge: ({ records }) => {
      const target = find(records, 'model.item', fits)
      const moved = (seq: number): number => (seq > target.seq ? seq - 1 : seq)
      return records
        .filter(({ seq }) => seq !== target.seq)
        .map((record) => {
          const obs =
            'command' in record.obs ? { ...record.obs, command: moved(record.obs.command) } : record.obs
          return { ...record, seq: moved(record.seq), obs } as AnyRecord
        })
    },
  }
}

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
  'items of a batch': [
    left('one missing', ({ det: { item } }) => item === 2),
    {
      name: 'one twice, in place of another',
      of: 'wide',
      forge: ({ records }) => {
        const [first, second] = itemsOf(records)
        return altered(records, second, () => ({ det: first.det, obs: first.obs }))
      },
    },
    det('the output of another', 'wide', 'model.item', (_, records) => ({
      output: itemsOf(records)[1].det.output,
    })),
    det('an error that the result counts as come back', 'wide', 'model.item', () => ({
      outcome: 'error',
      code: 'MODEL_FAILED',
    })),
    det('charged less than its attempt', 'wide', 'model.item', ({ det: { charged: before } }) => ({
      charged: { ...before, inputTokens: before.inputTokens - 1 },
    })),
    obs('an attempt that was not begun', 'wide', 'model.item', ({ obs: { detail } }) => ({
      detail: detail.map((one) => ({ ...one, attempt: 2 })),
    })),
    obs('an attempt of another item', 'wide', 'model.item', (_, records) => ({
      detail: itemsOf(records)[1].obs.detail,
    })),
    obs(
      'attempts told by the result too',
      'wide',
      'model.result',
      (_, records) => ({ detail: itemsOf(records)[0].obs.detail }),
      batch,
    ),
    {
      name: 'less metered, and charged so everywhere',
      of: 'wide',
      forge: ({ records }) => {
        const [
          {
            seq,
            det: { charged: before },
          },
        ] = itemsOf(records)
        const less = priced(before.inputTokens - 10, before.outputTokens)
        return records.map((record): AnyRecord => {
          if (record.seq === seq && record.kind === 'model.item')
            return {
              ...record,
              det: { ...record.det, charged: less },
              obs: { ...record.obs, detail: record.obs.detail.map((one) => ({ ...one, charged: less })) },
            }
          if (record.kind !== 'run.close' && !(record.kind === 'model.result' && batch(record))) return record
          const charged = addAmounts(minus(record.det.charged, before), less)
          return { ...record, det: { ...record.det, charged } } as AnyRecord
        })
      },
    },
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
