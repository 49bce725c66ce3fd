import {
  type Amount,
  type Attempt,
  addAmounts,
  type Det,
  type Label,
  label,
  NOTHING,
  type RecordKind,
} from '@writ/contract'
import { type AnyRecord, commitField, type Disclosure, disclose, type RecordOf } from '@writ/evidence'
import type { KeyedRun } from './keyed-run.fixture.ts'

// Ways to alter one record of a run, with what has to follow so that nothing else gives it away. For tests only.

export type Records = readonly AnyRecord[]

export interface Forged {
  readonly records: Records
  readonly disclosures?: readonly Disclosure[]
}

export interface Forgery {
  readonly name: string
  readonly of: 'wide' | 'shares' | 'limited' | 'builtin'
  forge(run: KeyedRun): Records | Forged
}

export type Fits<K extends RecordKind> = (record: RecordOf<K>) => boolean

export function find<K extends RecordKind>(
  records: Records,
  kind: K,
  fits: Fits<K> = () => true,
): RecordOf<K> {
  const found = records.find((record) => record.kind === kind && fits(record as unknown as RecordOf<K>))
  if (found === undefined) throw new Error(`The run has no such ${kind}.`)
  return found as unknown as RecordOf<K>
}

export function altered(
  records: Records,
  target: { readonly seq: number },
  change: (record: AnyRecord) => object,
): Records {
  return records.map((record) =>
    record.seq === target.seq ? ({ ...record, ...change(record) } as AnyRecord) : record,
  )
}

/** Changes `det` of the first record of a kind that fits. */
export function det<K extends RecordKind>(
  name: string,
  of: Forgery['of'],
  kind: K,
  change: (record: RecordOf<K>, records: Records) => object,
  fits?: Fits<K>,
): Forgery {
  return {
    name,
    of,
    forge: ({ records }) => {
      const target = find(records, kind, fits)
      return altered(records, target, ({ det: before }) => ({
        det: { ...before, ...change(target, records) },
      }))
    },
  }
}

/** The same of `obs`. */
export function obs<K extends RecordKind>(
  name: string,
  of: Forgery['of'],
  kind: K,
  change: (record: RecordOf<K>, records: Records) => object,
  fits?: Fits<K>,
): Forgery {
  return {
    name,
    of,
    forge: ({ records }) => {
      const target = find(records, kind, fits)
      return altered(records, target, ({ obs: before }) => ({
        obs: { ...before, ...change(target, records) },
      }))
    },
  }
}

/** Changes a limit that the run opened with. */
export function limits(
  name: string,
  to: Partial<Det['run.open']['limits']>,
  of: Forgery['of'] = 'wide',
): Forgery {
  return det(name, of, 'run.open', ({ det: { limits: before } }) => ({ limits: { ...before, ...to } }))
}

/** Charges one result something else, and everything that adds it up accordingly. */
export function charged(
  name: string,
  of: Forgery['of'],
  fits: Fits<'model.result'>,
  change: (attempt: Attempt) => Partial<Attempt>,
): Forgery {
  return {
    name,
    of,
    forge: ({ records }) => {
      const target = find(records, 'model.result', fits)
      const detail = target.obs.detail.map((attempt) => ({ ...attempt, ...change(attempt) }))
      const sum = detail.reduce((total, attempt) => addAmounts(total, attempt.charged), NOTHING)
      const more = (amount: Amount): Amount => minus(addAmounts(amount, sum), target.det.charged)
      return records.map((record): AnyRecord => {
        if (record.seq === target.seq)
          return { ...target, det: { ...target.det, charged: sum }, obs: { ...target.obs, detail } }
        if (record.kind === 'run.close')
          return { ...record, det: { ...record.det, charged: more(record.det.charged) } }
        const within = record.kind === 'frame.join' && `${target.lane}.`.startsWith(`${record.det.child}.`)
        return within ? { ...record, det: { ...record.det, charged: more(record.det.charged) } } : record
      })
    },
  }
}

export function minus(a: Amount, b: Amount): Amount {
  return {
    calls: a.calls - b.calls,
    inputTokens: a.inputTokens - b.inputTokens,
    outputTokens: a.outputTokens - b.outputTokens,
    costMicroUsd: a.costMicroUsd - b.costMicroUsd,
  }
}

export const PRICE = { input: 1000, output: 4000 }
export const priced = (inputTokens: number, outputTokens: number): Amount => ({
  calls: 1,
  inputTokens,
  outputTokens,
  costMicroUsd: Math.ceil((inputTokens * PRICE.input + outputTokens * PRICE.output) / 1000),
})

export const ok = (record: { readonly det: { readonly outcome: string } }): boolean =>
  record.det.outcome === 'ok'
export const refusing = ({ det: { decisions } }: RecordOf<'context.read' | 'context.search'>): boolean =>
  decisions.some(({ verdict }) => verdict !== 'allow')
export const single: Fits<'model.result'> = ({ det: { outcomes }, obs: { detail } }) =>
  outcomes.ok === 1 && detail.length === 1
export const batch: Fits<'model.result'> = ({ det: { outcomes } }) => outcomes.ok === 4
export const LOW: Label = label('internal', [], true)

/** What is laid open as one field says something else, and the record commits to that. */
export function recommitted(
  { key, disclosures, records }: KeyedRun,
  target: AnyRecord,
  name: string,
  text: string,
): Forged {
  const field = `${target.kind}/${name}` as const
  const opened = disclose(key, target.lane, target.n, field, text)
  const commitment = commitField(key, target.lane, target.n, field, text)
  return {
    records: altered(records, target, ({ det: before }) => ({ det: { ...before, [name]: commitment } })),
    disclosures: disclosures.map((item) => (item.path === opened.path ? opened : item)),
  }
}

export function laidOpen({ disclosures }: KeyedRun, name: string): string {
  return disclosures.find(({ field }) => field.endsWith(`/${name}`))?.text ?? ''
}

/** Records of one lane with another label, wherever they give one. */
export function relabelled(
  records: Records,
  lane: string,
  change: (before: typeof LOW) => typeof LOW,
): Records {
  return records.map((record): AnyRecord => {
    const own = record.lane === lane || (record.kind === 'frame.join' && record.det.child === lane)
    if (!own || !('label' in record.det)) return record
    const decided =
      'decision' in record.det && record.det.decision !== null
        ? { decision: { ...record.det.decision, taint: change(record.det.decision.taint) } }
        : {}
    return { ...record, det: { ...record.det, label: change(record.det.label), ...decided } } as AnyRecord
  })
}

export const spawned =
  (mode: string): Fits<'frame.spawn'> =>
  (record) =>
    record.det.mode === mode && ok(record)

/** The close with other things said. */
export function closed(records: Records, to: Partial<Det['run.close']>, told: object): Records {
  return altered(records, find(records, 'run.close'), ({ det: before, obs: seen }) => ({
    det: { ...before, ...to },
    obs: { ...seen, ...told },
  }))
}

export function withLimits(records: Records, to: Partial<Det['run.open']['limits']>): Records {
  const open = find(records, 'run.open')
  return altered(records, open, () => ({ det: { ...open.det, limits: { ...open.det.limits, ...to } } }))
}

/** A child opened in one way, said to have been opened in another, its join as that asks for. */
export function opened(records: Records, from: 'apart' | 'blind', mode: 'apart' | 'blind'): Records {
  const spawn = find(records, 'frame.spawn', spawned(from))
  return records.map((record): AnyRecord => {
    if (record.seq === spawn.seq) return { ...spawn, det: { ...spawn.det, mode } }
    if (record.kind !== 'frame.join' || record.det.child !== spawn.det.child) return record
    const delivered = mode === 'blind' ? 'sealed' : ok(record) ? 'value' : 'error'
    return { ...record, det: { ...record.det, delivered } }
  })
}
