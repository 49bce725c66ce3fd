import { addAmounts, NOTHING } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import {
  charged,
  det,
  type Forgery,
  find,
  limits,
  obs,
  ok,
  priced,
  single,
  spawned,
  withLimits,
} from './keyed-alterations.fixture.ts'

// What was spent, reserved and counted, and the limits of it. For tests only.

export const AMOUNTS: Readonly<Record<string, readonly Forgery[]>> = {
  'limits of turns and depth': [
    limits('fewer turns than were taken', { maxTurns: 1 }),
    limits('less depth than there was', { maxDepth: 0 }),
  ],
  'limits of steps': [
    limits('fewer in a cell', { cellSteps: 1 }),
    limits('fewer in a frame', { frameSteps: 6 }),
  ],
  'limit of bytes released': [
    limits('fewer than were', { maxOutputBytes: 1 }),
    det('fewer said to be', 'wide', 'output.release', ({ det: { bytes } }) => ({ bytes: bytes - 1 })),
  ],
  'requests under way': [
    limits('a lower limit', { concurrency: 1 }),
    {
      name: 'a lower limit that every call keeps',
      of: 'wide',
      forge: ({ records }) =>
        records.map((record): AnyRecord => {
          if (record.kind === 'run.open')
            return { ...record, det: { ...record.det, limits: { ...record.det.limits, concurrency: 1 } } }
          return record.kind === 'model.call' && ok(record)
            ? { ...record, obs: { ...record.obs, inFlight: 1 } }
            : record
        }),
    },
  ],
  reservations: [
    limits('calls charged beyond the limit', { maxCalls: 4 }),
    {
      name: 'tokens that were reserved, not charged, beyond it',
      of: 'wide',
      forge: ({ records }) => {
        const { held } = find(records, 'strategy.chosen').det
        const { bound } = find(records, 'model.call').det
        const taken = addAmounts(held, bound)
        return withLimits(records, { maxTokens: taken.inputTokens + taken.outputTokens - 1 })
      },
    },
    {
      name: 'money that was reserved, not charged, beyond it',
      of: 'wide',
      forge: ({ records }) =>
        withLimits(records, { maxCostMicroUsd: find(records, 'model.call').det.bound.costMicroUsd - 1 }),
    },
    det('nothing held back for the root', 'wide', 'strategy.chosen', () => ({ held: NOTHING })),
    det('fewer tokens held back for the root', 'wide', 'strategy.chosen', ({ det: { held } }) => ({
      held: { ...held, outputTokens: held.outputTokens - 1 },
    })),
    det(
      'one turn held back for a child',
      'wide',
      'frame.spawn',
      ({ det: { bound } }) => ({
        bound: { ...bound, calls: 1 },
      }),
      ok,
    ),
    det('a lower bound of a call', 'wide', 'model.call', ({ det: { bound } }) => ({
      bound: { ...bound, ...priced(bound.inputTokens - 400, bound.outputTokens) },
    })),
  ],
  usage: [
    obs('attempts that are not described', 'wide', 'model.result', () => ({ detail: [] }), single),
    obs(
      'attempts that were not made',
      'wide',
      'model.result',
      ({ obs: { detail } }) => ({
        attempts: 2,
        detail: [...detail, { ...detail[0], attempt: 2 }],
      }),
      single,
    ),
    charged(
      'a charge below what was metered',
      'wide',
      single,
      ({ charged: { inputTokens, outputTokens } }) => ({
        charged: priced(inputTokens - 10, outputTokens),
      }),
    ),
    charged('metered, where nothing was said', 'wide', single, () => ({
      meteredInputTokens: null,
      charged: priced(10, 1),
    })),
    charged('fewer tokens than the bytes received can be', 'wide', single, () => ({
      receivedBytes: 1_000_000,
    })),
    charged('other bytes sent than the bound counts', 'wide', single, ({ sentBytes }) => ({
      sentBytes: sentBytes - 3,
    })),
    charged('metered what was charged the bound', 'wide', single, () => ({ chargedAs: 'bound' })),
    charged('the cost of another price', 'wide', single, ({ charged: before }) => ({
      charged: { ...before, costMicroUsd: before.costMicroUsd - 1 },
    })),
  ],
  shares: [
    det(
      'more calls than a part',
      'shares',
      'frame.spawn',
      ({ det: { share } }) => ({
        share: share && { ...share, calls: share.calls + 1 },
      }),
      spawned('apart'),
    ),
    det(
      'more steps than a part',
      'shares',
      'frame.spawn',
      ({ det: { share } }) => ({
        share: share && { ...share, steps: share.steps * 2 },
      }),
      spawned('blind'),
    ),
    det(
      'no limit of tokens',
      'shares',
      'frame.spawn',
      ({ det: { share } }) => ({
        share: share && { ...share, tokens: null },
      }),
      spawned('apart'),
    ),
  ],
  'the budget a frame was told': [
    ...(['depth', 'turns', 'steps', 'calls', 'tokens'] as const).map((key) =>
      det(
        `more ${key}`,
        'wide',
        'local',
        ({ det: { budget } }) => ({ budget: budget && { ...budget, [key]: (budget[key] ?? 0) + 100_000 } }),
        ({ det: { budget } }) => budget !== null,
      ),
    ),
    det(
      'a budget of a citation',
      'wide',
      'local',
      (_, records) => ({
        budget: find(records, 'local', ({ det: { budget } }) => budget !== null).det.budget,
      }),
      ({ det: { op } }) => op === 'cite',
    ),
  ],
}
