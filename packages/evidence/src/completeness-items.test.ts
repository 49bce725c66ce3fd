import { type Attempt, addAmounts, type Det, defined, NOTHING, type Obs } from '@writ/contract'
import { describe, expect, test } from 'vitest'
import { CALL, consistent, find, judge, RESULT, RETRY, records } from './altered-run.fixture.ts'
import { merkleOfItems } from './commitment.ts'
import { certainlyBegun, newPending } from './completeness-commands.ts'
import { NamedRequests } from './completeness-items.ts'
import { sha256Hex } from './crypto.ts'
import { utf8 } from './encoding.ts'
import type { RecordOf } from './fold-run.ts'
import type { AnyRecord } from './record.ts'

// The sample run as it is recorded since items of a batch have records of their own, and altered.

const USAGE = find('model.usage')
const outputOf = (item: number): string => sha256Hex(utf8(`output ${item}`))
const OUTPUTS = [0, 1].map(outputOf)
const DETAILS = [USAGE.obs.detail, RESULT.obs.detail]

interface Altered {
  readonly det?: Partial<Det['model.item']>
  readonly obs?: Partial<Obs['model.item']>
}

function itemRecord(item: number, { det, obs }: Altered = {}): AnyRecord {
  const detail: readonly Attempt[] = DETAILS[item] ?? []
  const charged = detail.reduce((sum, attempt) => addAmounts(sum, attempt.charged), NOTHING)
  return {
    ...RESULT,
    seq: 2000 + item,
    kind: 'model.item',
    det: { item, outcome: 'ok', output: outputOf(item), charged, code: null, ...det },
    obs: { at: RESULT.obs.at, command: CALL.seq, detail, ...obs },
  } as unknown as AnyRecord
}

const FIRST = itemRecord(0)
const SECOND = itemRecord(1)
const failed = { outcome: 'error', code: 'MODEL_FAILED' } as const

const INPUTS = [0, 1].map((item) => sha256Hex(utf8(`input ${item}`)))

/** The items with the requests that they name. */
function naming(first: string | undefined, second: string | undefined): readonly AnyRecord[] {
  return [first, second].map((input, item) => itemRecord(item, { det: defined({ input }) }))
}

/** The run with a command for the requests. */
function asking(items: readonly AnyRecord[]): readonly AnyRecord[] {
  const input = merkleOfItems(INPUTS)
  return run(items).map((record) =>
    record.seq === CALL.seq ? ({ ...record, det: { ...record.det, input } } as AnyRecord) : record,
  )
}

/** The run with these records in place of the list of attempts, and a result that has what they come to. */
function run(items: readonly AnyRecord[], result: Altered = {}): readonly AnyRecord[] {
  const answered = {
    ...RESULT,
    det: { ...RESULT.det, output: merkleOfItems(OUTPUTS), ...result.det },
    obs: { ...RESULT.obs, detail: [], ...result.obs },
  } as AnyRecord
  return consistent(
    records
      .filter(({ seq }) => seq !== USAGE.seq)
      .flatMap((record) => (record.seq === RESULT.seq ? [...items, answered] : [record])),
  )
}

/** What is refused, and where in the record that is. */
function refused(altered: readonly AnyRecord[]): string {
  return judge(altered).replace(/records\.ndjson#\/\d+/, '')
}

describe('items of a batch', () => {
  test('come back in any order, once each, and make its result', () => {
    expect(judge(run([FIRST, SECOND]))).toContain('16 steps')
    expect(judge(run([SECOND, FIRST]))).toContain('16 steps')
  })

  test('name the requests of the command, all of them or none', () => {
    const [first, second] = INPUTS
    expect(judge(asking(naming(first, second)))).toContain('16 steps')
    expect(judge(asking(naming(undefined, undefined)))).toContain('16 steps')
    expect(refused(asking(naming(second, first)))).toBe('ITEM_MISMATCH ')
    expect(refused(asking(naming(first, first)))).toBe('ITEM_MISMATCH ')
    expect(refused(asking(naming(first, undefined)))).toBe('ITEM_MISMATCH ')
  })

  test('name them in every batch that is asked for after the first that does', () => {
    const named = new NamedRequests()
    const pending = newPending()
    const call = (seq: number): typeof CALL => ({ ...CALL, seq })
    const item = (seq: number, input?: string): RecordOf<'model.item'> => {
      const record = itemRecord(0, { det: defined({ input }) })
      return { ...record, seq } as RecordOf<'model.item'>
    }
    const take = (at: number, ...of: Parameters<typeof item>) => named.item(item(...of), call(at), '')
    const end = (at: number) => named.result(call(at), pending, '')
    // A run from before that goes on: what was asked before it did may be told as it was.
    take(1, 3)
    end(2)
    take(4, 6, INPUTS[0])
    take(5, 7)
    end(5)
    expect(() => take(8, 9)).toThrow('names no request')
    expect(() => end(8)).toThrow('have no records')
    take(8, 9, INPUTS[0])
  })

  test('may be some of them errors', () => {
    const item = itemRecord(1, { det: failed })
    expect(judge(run([FIRST, item], { det: { outcomes: { ok: 1, error: 1 } } as object }))).toContain(
      '16 steps',
    )
  })

  test.each<[string, readonly AnyRecord[], string]>([
    ['one missing', run([FIRST]), 'ITEM_MISMATCH '],
    ['one twice', run([FIRST, FIRST, SECOND]), 'ITEM_MISMATCH /det/item'],
    ['one that the batch does not have', run([itemRecord(1, { det: { item: 2 } })]), 'NO_COMMAND /det/item'],
    ['one of no command', run([itemRecord(0, { obs: { command: 1 } })]), 'NO_COMMAND /obs/command'],
    [
      'another output',
      run([FIRST, itemRecord(1, { det: { output: outputOf(0) } })]),
      'ITEM_MISMATCH /det/output',
    ],
    [
      'outputs of each other',
      run([itemRecord(0, { det: { output: outputOf(1) } }), itemRecord(1, { det: { output: outputOf(0) } })]),
      'ITEM_MISMATCH /det/output',
    ],
    [
      'another outcome than is counted',
      run([FIRST, itemRecord(1, { det: failed })]),
      'ITEM_MISMATCH /det/outcomes/ok',
    ],
    [
      'an outcome without its code',
      run([itemRecord(0, { det: { outcome: 'error' } })]),
      'OUTCOME_MISMATCH /det/outcome',
    ],
    [
      'one that came back unsent',
      run([itemRecord(0, { det: { charged: NOTHING }, obs: { detail: [] } }), SECOND]),
      'OUTCOME_MISMATCH /det/outcome',
    ],
    [
      'another charge than its attempts',
      run([itemRecord(0, { det: { charged: { ...NOTHING, calls: 1 } } }), SECOND]),
      'SPENDING_MISMATCH /det/charged/inputTokens',
    ],
    [
      'fewer calls than attempts',
      run([FIRST, itemRecord(1, { det: { charged: { ...chargeOf(SECOND), calls: 1 } } })]),
      'SPENDING_MISMATCH /det/charged/calls',
    ],
    [
      'another attempt than was begun',
      run([itemRecord(0, { obs: { detail: DETAILS[0]?.map((one) => ({ ...one, attempt: 2 })) ?? [] } })]),
      'ATTEMPT_GAP /obs/detail/0/attempt',
    ],
    [
      'its attempts out of order',
      run([FIRST, itemRecord(1, { obs: { detail: [...(DETAILS[1] ?? [])].reverse() } })]),
      'ATTEMPT_GAP /obs/detail/1/attempt',
    ],
    [
      'attempts of another item',
      run([itemRecord(0, { obs: { detail: DETAILS[1] ?? [] } })]),
      'ITEM_MISMATCH /obs/detail/0/item',
    ],
    [
      'attempts told again by the result',
      run([FIRST, SECOND], { obs: { detail: DETAILS[1] ?? [] } as object }),
      'ITEM_MISMATCH /obs/detail',
    ],
    ['attempts told beside it', run([FIRST, { ...USAGE, seq: 2002 } as AnyRecord, SECOND]), 'ITEM_MISMATCH '],
    ['one begun again after it came back', run([SECOND, FIRST, retry(3)]), 'ITEM_MISMATCH '],
    [
      'an attempt longer than there was time for',
      run([
        itemRecord(0, { obs: { detail: DETAILS[0]?.map((one) => ({ ...one, tookMs: 5_000 })) ?? [] } }),
        SECOND,
      ]),
      'TIME_MISMATCH /obs/detail/0/tookMs',
    ],
    [
      'a result that charges more than they do',
      run([FIRST, SECOND], {
        det: { charged: addAmounts(RESULT.det.charged, { ...NOTHING, outputTokens: 1 }) },
      }),
      'SPENDING_MISMATCH /det/charged/outputTokens',
    ],
  ])('%s', (_, altered, verdict) => expect(refused(altered)).toBe(verdict))

  test('of a call for one request are none', () => {
    const turn = find('model.result')
    const alone = {
      ...itemRecord(0),
      n: turn.n,
      obs: { at: 0, command: turn.obs.command, detail: turn.obs.detail },
    }
    const altered = records.flatMap((record) =>
      record.seq === turn.seq ? [alone as AnyRecord, record] : [record],
    )
    expect(refused(consistent(altered))).toBe('NO_COMMAND /det/item')
  })

  test('of an aborted run count for what they were charged, the others for what was certainly begun', () => {
    const begun = {
      ...newPending(),
      retriesOf: new Map([
        [0, 1],
        [1, 2],
      ]),
    }
    expect(certainlyBegun(begun)).toEqual({ ...NOTHING, calls: 4 })
    begun.items.set(1, { outcome: 'ok', output: outputOf(1) })
    begun.returned = { ...NOTHING, calls: 3, inputTokens: 7 }
    expect(certainlyBegun(begun)).toEqual({ ...NOTHING, calls: 4, inputTokens: 7 })
  })
})

function chargeOf(record: AnyRecord): Det['model.item']['charged'] {
  return (record as RecordOf<'model.item'>).det.charged
}

function retry(attempt: number): AnyRecord {
  return { ...RETRY, seq: 2003, obs: { ...RETRY.obs, attempt } } as AnyRecord
}
