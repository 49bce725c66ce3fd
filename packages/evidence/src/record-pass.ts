import { ChargeFacts } from './charge-facts.ts'
import { Refusals } from './completeness-denials.ts'
import { disclosurePath } from './disclosures.ts'
import type { Contents } from './evidence-contents.ts'
import { RECORDS } from './evidence-layout.ts'
import { leafHash, MerkleTree } from './merkle.ts'
import type { AnyRecord } from './record.ts'
import { type Attempt, attempt } from './verdict.ts'
import { Completeness } from './verify-completeness.ts'

/** A record and its place among all. */
export interface PlacedRecord {
  readonly place: number
  readonly record: AnyRecord
}

/** What the verdicts need of the records, gathered in one pass over them. Grows with what is disclosed, not with the run. */
export interface RecordPass {
  readonly size: number
  readonly root: Uint8Array
  readonly first: AnyRecord
  readonly firstBytes: Uint8Array
  readonly last: AnyRecord
  /** The release of the root frame, if the run has one. */
  readonly released: AnyRecord | undefined
  /** Records with a disclosed field, by `lane/n/kind`. */
  readonly disclosed: ReadonlyMap<string, PlacedRecord>
  readonly charges: Pick<
    ChargeFacts,
    'boundCalls' | 'cachedInputTokens' | 'reusedCalls' | 'costKnown' | 'answeredBy'
  >
  readonly refusals: Refusals
  /** What COMPLETENESS said, or what it refused. */
  readonly completeness: Attempt<string>
}

/** Reads every record once. Refuses what `readRecords` refuses; that they are incomplete only ends that verdict. */
export async function passRecords(contents: Contents): Promise<RecordPass> {
  const wanted = new Set(contents.disclosures.items.map(({ lane, n, field }) => keyOf(lane, n, field)))
  const disclosed = new Map<string, PlacedRecord>()
  const tree = new MerkleTree()
  const completeness = new Completeness()
  const charges = new ChargeFacts()
  const refusals = new Refusals()
  let judged: Attempt<string> | undefined
  let firstBytes: Uint8Array = new Uint8Array(0)
  let first: AnyRecord | undefined
  let released: AnyRecord | undefined
  // COMPLETENESS hears of a record when the next one shows whether it is the last.
  let last: AnyRecord | undefined
  let lastHash: Uint8Array = firstBytes
  const judge = (isLast: boolean): void => {
    if (last === undefined || judged !== undefined) return
    try {
      completeness.accept(last, lastHash, isLast)
    } catch (error) {
      judged = { ok: false, error }
    }
  }
  for await (const { start, records, leaves } of contents.records()) {
    for (const [i, record] of records.entries()) {
      judge(false)
      const leaf = leaves[i] ?? firstBytes
      if (first === undefined) {
        first = record
        firstBytes = leaf
      }
      last = record
      charges.accept(record)
      refusals.accept(record, `${RECORDS}#/${start + i}`)
      lastHash = leafHash(leaf)
      tree.append(lastHash)
      if (isRelease(record)) released ??= record
      const key = disclosurePath(record.lane, record.n, `${record.kind}/`)
      if (wanted.has(key)) disclosed.set(key, { place: start + i, record })
    }
  }
  judge(true)
  judged ??= attempt(() => completeness.summary())
  if (first === undefined || last === undefined) throw new Error('a file of records has at least one')
  return {
    size: tree.size,
    root: tree.root(),
    first,
    firstBytes,
    last,
    released,
    disclosed,
    charges,
    refusals,
    completeness: judged,
  }
}

/** The disclosed record at a place of a lane. */
export function disclosedRecord(
  pass: RecordPass,
  lane: string,
  n: number,
  field: string,
): PlacedRecord | undefined {
  return pass.disclosed.get(keyOf(lane, n, field))
}

function keyOf(lane: string, n: number, field: string): string {
  return disclosurePath(lane, n, `${field.slice(0, field.indexOf('/'))}/`)
}

function isRelease(record: AnyRecord): boolean {
  return record.kind === 'output.release' && record.lane === '0' && record.det.outcome === 'ok'
}
