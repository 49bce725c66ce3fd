import { addAmounts, NOTHING } from '@writ/contract'
import fc from 'fast-check'
import { CLOSE, consistent, RELEASE, records, renumbered } from './altered-run.fixture.ts'
import type { AnyRecord } from './record.ts'

// What can be done to the records of a run, class by class, generated. The first and the last record stay: without them
// nobody could sign an opening or a close. For tests only.

export type Records = readonly AnyRecord[]

export const OTHER_RUN = '01890a5d-ac96-774b-bcce-000000000000'

const LAST = records.length - 1
const inner = fc.integer({ min: 1, max: LAST - 1 })
const someInner = fc.uniqueArray(inner, { minLength: 1, maxLength: 4 })
/** The numbers of copies start here, so that what names a record goes on naming the one it named. */
const COPIES = 1000

const at = (list: Records, i: number): AnyRecord => {
  const record = list[i]
  if (record === undefined) throw new Error(`there is no record ${i}`)
  return record
}

/**
 * How records are numbered afterwards: as they were, or anew with all that follows from it but the steps, as whoever
 * keeps the keys would.
 */
function numbered(made: Records, anew: boolean): Records {
  return anew
    ? consistent(made)
    : made.map((record) => ({ ...record, seq: record.seq % COPIES }) as AnyRecord)
}

/** These records, each put before the record at a place. */
function withAdded(added: readonly (readonly [record: AnyRecord, place: number])[]): Records {
  return records.flatMap((record, i) => {
    const before = added.filter(([, place]) => place === i)
    return [
      ...before.map(([one], k) => ({ ...one, seq: COPIES * (1 + i + k * records.length) + one.seq })),
      record,
    ]
  }) as Records
}

const somePlaces = fc.array(fc.tuple(inner, fc.integer({ min: 1, max: LAST })), {
  minLength: 1,
  maxLength: 3,
})

export const dropped = (anew: boolean): fc.Arbitrary<Records> =>
  someInner.map((gone) =>
    numbered(
      records.filter((_, i) => !gone.includes(i)),
      anew,
    ),
  )

export const duplicated = (anew: boolean): fc.Arbitrary<Records> =>
  somePlaces.map((copies) => numbered(withAdded(copies.map(([i, place]) => [at(records, i), place])), anew))

/** Any other order as it is numbered; numbered anew only one in which something comes before what it needs. */
export const reordered = (anew: boolean): fc.Arbitrary<Records> =>
  fc
    .array(fc.tuple(inner, inner), { minLength: 1, maxLength: 3 })
    .map((moves) => moves.reduce(move, [...records.keys()]))
    .filter((order) => !anew || isImpossible(order))
    .map((order) =>
      numbered(
        order.map((i) => at(records, i)),
        anew,
      ),
    )

function move(order: readonly number[], [from, to]: readonly [number, number]): number[] {
  const rest = order.filter((_, i) => i !== from)
  return [...rest.slice(0, to), order[from] ?? 0, ...rest.slice(to)]
}

/** Whether an order puts an answer before its command, a child outside its life, or anything behind the release. */
function isImpossible(order: readonly number[]): boolean {
  const placeOf = (seq: number): number => order.indexOf(seq)
  return records.some((record) => {
    const place = placeOf(record.seq)
    if (record.seq !== RELEASE.seq && record.seq < LAST && place > placeOf(RELEASE.seq)) return true
    if (!('command' in record.obs)) return false
    const { command } = record.obs
    if (placeOf(command) > place) return true
    const within = records.filter(
      ({ kind, obs, lane, seq }) =>
        (record.kind === 'frame.join' && lane === record.det.child) ||
        (record.kind === 'model.result' &&
          kind === 'model.attempt' &&
          'command' in obs &&
          obs.command === command &&
          seq > 0),
    )
    return within.some(({ seq }) => placeOf(seq) < placeOf(command) || placeOf(seq) > place)
  })
}

/** Ended early under the close of the whole run, of which step, charge and frames may be made to fit. */
export const truncated = (anew: boolean): fc.Arbitrary<Records> =>
  fc.record({ length: inner, step: fc.boolean(), charge: fc.boolean(), frames: fc.boolean() }).map((cut) => {
    const { length, step, charge, frames } = cut
    const left = records.slice(0, length)
    const own = left.filter(({ lane }) => lane === '0').map(({ n }) => n)
    const spent = left.reduce(
      (sum, { kind, det }) => (kind === 'model.result' ? addAmounts(sum, det.charged) : sum),
      NOTHING,
    )
    const children = left.filter(({ kind }) => kind === 'frame.spawn').length
    const det = {
      ...CLOSE.det,
      ...(charge ? { charged: spent } : {}),
      ...(frames ? { frames: 1 + children, maxDepth: Math.min(1, children) } : {}),
    }
    const close = { ...CLOSE, n: step ? Math.max(...own) + 1 : CLOSE.n, det } as AnyRecord
    return numbered([...left, close], anew)
  })

const lane = fc.constantFrom('0', '0', '0.0', '0.0', '0.1', '0.0.0')

/** Records given to other frames, and children to other parents. */
export const reparented = (anew: boolean): fc.Arbitrary<Records> =>
  fc
    .array(fc.record({ i: inner, lane, n: fc.option(fc.nat(20)), child: lane }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => changes.reduce(giveAway, records))
    .filter((made) => made.some((record, i) => familyOf(record) !== familyOf(at(records, i))))
    .map((made) => (anew ? consistent(made) : made))

const familyOf = ({ lane: own, det }: AnyRecord): string => `${own} ${'child' in det ? det.child : ''}`

interface NewFamily {
  readonly i: number
  readonly lane: string
  readonly n: number | null
  readonly child: string
}

function giveAway(list: Records, to: NewFamily): Records {
  return list.map((record, i) => {
    if (i !== to.i) return record
    const det = 'child' in record.det ? { ...record.det, child: to.child } : record.det
    return { ...record, lane: to.lane, n: to.n ?? record.n, det } as AnyRecord
  })
}

/** Another run of the same shape, at another time. */
export const otherRun: Records = consistent(
  records.map(
    (record) =>
      ({ ...record, run: OTHER_RUN, obs: { ...record.obs, at: record.obs.at + 60_000 } }) as AnyRecord,
  ),
)

/** With records of another run, which go on naming it or are made to name this one. */
export const spliced = (anew: boolean, renamed = true): fc.Arbitrary<Records> =>
  somePlaces.map((added) => {
    const foreign = added.map(([i, place]): [AnyRecord, number] => {
      const record = at(otherRun, i)
      return [renamed ? ({ ...record, run: at(records, 0).run } as AnyRecord) : record, place]
    })
    return numbered(withAdded(foreign), anew)
  })

/** The same run told otherwise: whole, and later from some record on. */
export const retold: fc.Arbitrary<Records> = fc
  .tuple(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 1, max: 100_000 }))
  .map(([target, later]) =>
    renumbered(
      records.map((record, i) =>
        i >= target
          ? ({ ...record, obs: { ...record.obs, at: record.obs.at + later } } as AnyRecord)
          : record,
      ),
    ),
  )
