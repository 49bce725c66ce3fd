import { NOTHING, type ReusedItems } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { at, CALL, consistent, HIGHER, judge, RESULT, records } from './altered-run.fixture.ts'
import { merkleOfItems } from './commitment.ts'
import type { Lane } from './completeness-lanes.ts'
import { ReusableCalls } from './completeness-reuse.ts'
import { sha256Hex } from './crypto.ts'
import { utf8 } from './encoding.ts'
import type { RecordPlace, RunShare } from './fold-run.ts'
import type { AnyRecord } from './record.ts'

// What a sub-call that was not sent may say of the one that answers it.

const WHOLE: ReusedItems = {
  item: 0,
  items: CALL.det.items,
  lane: CALL.lane,
  n: CALL.n,
  of: 0,
  input: CALL.det.input,
  output: RESULT.det.output,
}

/** The command of a call that sends nothing, right after the result of the batch that answers it. */
const SEQ = RESULT.seq + 1

/** The run with a call that is answered by the batch before it, as its record says. */
function reusing(
  reused: readonly ReusedItems[] | undefined,
  more: Partial<(typeof CALL)['det']> = {},
): readonly AnyRecord[] {
  const { det } = CALL
  const n = RESULT.n + 1
  const call = {
    ...CALL,
    n,
    seq: 1000,
    det: { ...det, items: 0, bound: NOTHING, ...(reused === undefined ? {} : { reused }), ...more },
    obs: { ...CALL.obs, inFlight: 0 },
  }
  const result = {
    ...RESULT,
    n,
    seq: 1001,
    det: { ...RESULT.det, outcome: 'ok', code: null, outcomes: {}, charged: NOTHING },
    obs: { ...RESULT.obs, command: 1000, attempts: 0, detail: [], tookMs: 0 },
  }
  const sent = (more.outcome ?? 'ok') === 'ok' ? [call, result] : [call]
  return consistent(
    records.flatMap((record) => {
      const later = record.lane === '0' && record.n > RESULT.n
      const moved = later ? ({ ...record, n: record.n + 1 } as AnyRecord) : record
      return record.seq === RESULT.seq ? [moved, ...(sent as unknown as AnyRecord[])] : [moved]
    }),
  )
}

const place = (pointer: string): string => `BAD_REUSE ${at({ seq: SEQ }, pointer)}`

describe('a call that another one answers', () => {
  it('is part of a complete run', () => {
    expect(judge(reusing([WHOLE]))).toContain('records')
  })

  it('may name a part of it, of which the records of an older run hold no commitment', () => {
    expect(judge(reusing([{ ...WHOLE, items: 1, input: RESULT.det.output }]))).toContain('records')
  })

  it('names of a part of a batch whose items have records the requests and answers of those items, which came back well', () => {
    const share = {} as RunShare
    const [first, second] = [CALL.det.input, RESULT.det.output]
    const asked = [first, second].map((text) => sha256Hex(utf8(`asked ${text}`)))
    const named =
      (output: string, outcome: 'ok' | 'error' = 'ok', input = asked[0] ?? '') =>
      (): void => {
        const calls = new ReusableCalls()
        const items = new Map(
          [0, 1].map((item) => [item, { outcome, input: asked[item], output: item === 0 ? first : second }]),
        )
        calls.result(RESULT, CALL, share, items)
        const reused = [
          { ...WHOLE, items: 1, of: 0, input: merkleOfItems([input]), output: merkleOfItems([output]) },
        ]
        const place = { frame: { share }, at: 'a' } as unknown as RecordPlace<Lane>
        calls.call({ ...CALL, det: { ...CALL.det, items: 1, reused } }, place)
      }
    expect(named(first)).not.toThrow()
    expect(named(second)).toThrow('answered something else')
    expect(named(first, 'ok', asked[1])).toThrow('asked something else')
    expect(named(first, 'error')).toThrow('has no answer')
  })

  const contradictions: readonly (readonly [string, ReusedItems, string])[] = [
    ['a step that is none', { ...WHOLE, n: 900 }, '/det/reused/0'],
    ['a step of another frame that has not come', { ...WHOLE, lane: '0.0' }, '/det/reused/0'],
    ['other requests', { ...WHOLE, input: RESULT.det.output }, '/det/reused/0/input'],
    ['other answers', { ...WHOLE, output: CALL.det.input }, '/det/reused/0/output'],
    ['more requests than it has', { ...WHOLE, items: WHOLE.items + 1 }, '/det/reused/0/of'],
    ['requests beyond its last', { ...WHOLE, of: 1 }, '/det/reused/0/of'],
    ['one request of many', { ...WHOLE, of: null }, '/det/reused/0/of'],
    ['no requests', { ...WHOLE, items: 0 }, '/det/reused/0'],
    ['requests that the step itself has not', { ...WHOLE, item: 5 }, '/det/reused/0'],
  ]
  it.each(contradictions)('does not name %s', (_, reused, pointer) => {
    expect(judge(reusing([reused]))).toBe(place(pointer))
  })

  it('names each of its own requests once', () => {
    expect(judge(reusing([WHOLE, WHOLE]))).toBe(place('/det/reused/1'))
  })

  it('does not cross a label', () => {
    expect(judge(reusing([WHOLE], { label: HIGHER }))).toBe(place('/det/reused/0'))
  })

  it('is asked of the same model, for the same length', () => {
    expect(judge(reusing([WHOLE], { maxOutputTokens: CALL.det.maxOutputTokens + 1 }))).toBe(
      place('/det/reused/0'),
    )
  })

  it('is no turn, and was allowed', () => {
    expect(judge(reusing([], {}))).toBe(place('/det/reused'))
    expect(judge(reusing(undefined, { merged: 0, items: 0 }))).toBe(place('/det/merged'))
    const refused = { outcome: 'limit', code: 'BUDGET_EXCEEDED' } as const
    expect(judge(reusing([WHOLE], refused))).toBe(place('/det/reused'))
  })
})
