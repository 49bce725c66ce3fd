import { isWritError } from '@writ/contract'
import { expect, test } from 'vitest'
import { CALL, OPEN, RESULT } from './altered-run.fixture.ts'
import { InFlight } from './completeness-in-flight.ts'

const LIMIT = 2

/** Says of a call, by its number, how many requests were under way; `items` asks for several. */
type Sent = { readonly call: number; readonly at: number; readonly inFlight: number; readonly items?: number }
/** Answers a call: its first attempt, or another that is described, took so long. */
type Ended = { readonly result: number; readonly tookMs: number; readonly attempt?: number }

function judge(steps: readonly (Sent | Ended)[], fork?: number): string {
  const { limits } = OPEN.det
  const shared = fork === undefined ? {} : { fork: { records: fork } }
  const flight = new InFlight({
    ...OPEN.det,
    limits: { ...limits, concurrency: LIMIT },
    ...(shared as object),
  })
  const sent = new Map<number, typeof CALL>()
  try {
    for (const [seq, step] of steps.entries()) {
      if ('call' in step) {
        const { call: n, at, inFlight, items = 1 } = step
        const call = { ...CALL, seq, n, det: { ...CALL.det, items }, obs: { at, inFlight } }
        sent.set(n, call)
        flight.call(call, `${n}`)
        continue
      }
      const { result: n, tookMs, attempt = 1 } = step
      const detail = RESULT.obs.detail.slice(0, 1).map((one) => ({ ...one, attempt, tookMs }))
      flight.result({ ...RESULT, seq, n, obs: { ...RESULT.obs, detail } }, sent.get(n) ?? CALL)
    }
    return 'ok'
  } catch (error) {
    if (isWritError(error)) return `${String(error.data.code)} ${String(error.data.at)}`
    throw error
  }
}

const first: Sent = { call: 0, at: 1000, inFlight: 1 }

test.each<[string, readonly (Sent | Ended)[], string]>([
  ['one after another', [first, { result: 0, tookMs: 10 }, { call: 1, at: 1010, inFlight: 1 }], 'ok'],
  ['two at once', [first, { call: 1, at: 1005, inFlight: 2 }, { result: 0, tookMs: 10 }], 'ok'],
  [
    'two at once, and said to be one',
    [first, { call: 1, at: 1005, inFlight: 1 }, { result: 0, tookMs: 10 }],
    'COUNT_MISMATCH 1/obs/inFlight',
  ],
  ['one that had just ended', [first, { call: 1, at: 1009, inFlight: 1 }, { result: 0, tookMs: 10 }], 'ok'],
  [
    'one whose first attempt is not described',
    [first, { call: 1, at: 1005, inFlight: 1 }, { result: 0, tookMs: 10, attempt: 2 }],
    'ok',
  ],
  [
    'a batch, of which no record tells how many were sent',
    [
      { ...first, items: 9 },
      { call: 1, at: 1005, inFlight: 1 },
      { result: 0, tookMs: 10 },
    ],
    'ok',
  ],
  ['more than may be', [{ ...first, inFlight: LIMIT + 1 }], 'LIMIT_EXCEEDED 0/obs/inFlight'],
])('%s', (_, steps, told) => expect(judge(steps)).toBe(told))

test('what a fork took over was not under way when it was recorded', () => {
  const overlap: readonly (Sent | Ended)[] = [
    first,
    { call: 1, at: 1005, inFlight: 1 },
    { result: 0, tookMs: 10 },
  ]
  expect(judge(overlap, 2)).toBe('ok')
  expect(judge(overlap, 0)).toBe('COUNT_MISMATCH 1/obs/inFlight')
})
