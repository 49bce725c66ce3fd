import { isWritError, type RecordedDecision } from '@writ/contract'
import { type AnyRecord, canonicalJson, failed, notEvaluated, refuse, type Verdict } from '@writ/evidence'
import { openRecordedBundle, type PolicyPoint } from '../policy/index.ts'
import { auditPolicy } from './audit/index.ts'
import { decideExport } from './decide-export.ts'

/** What a judgement of POLICY rests on, all of it from one evidence file. */
export interface RecordedPolicy {
  /** Text of every file of the embedded bundle, by its name inside the bundle. */
  readonly bundle: Readonly<Record<string, string>>
  /** Read once, and from the start again where there is `released`. */
  readonly records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>
  /** The decision that let the payloads of a copy leave, where there is one. */
  readonly released?: RecordedDecision
}

/**
 * POLICY: whether every decision of a run follows from its records and is made again by the bundle it was pinned to, with
 * the real engine. Never throws for what the file holds; rejects with `EVIDENCE_UNREADABLE` when it cannot be read.
 */
export async function judgePolicy({ bundle, records, released }: RecordedPolicy): Promise<Verdict> {
  let point: PolicyPoint | undefined
  try {
    const [opened, all] = await firstOf(records)
    if (opened?.kind !== 'run.open')
      refuse('LINEAGE_NOT_DERIVED', 'The first record opens no run.', 'records.ndjson#/0')
    point = await open(bundle, opened.det.osUser)
    if (point.bundle.hash !== opened.det.bundle)
      refuse(
        'BUNDLE_MISMATCH',
        `The policy files hash to ${point.bundle.hash}, not to what the run names.`,
        'policy/',
      )
    const { decisions, distinct, failures } = await auditPolicy(all, point)
    if (released !== undefined) await checkReleased(released, records, point)
    if (failures > 0) return notEvaluated('POLICY', 'ENGINE_FAILED')
    const detail = `${decisions} decisions, ${distinct} of them different, were made again and are the same.`
    return { name: 'POLICY', result: 'pass', code: 'OK', detail, at: null }
  } catch (error) {
    if (isWritError(error) && error.code === 'EVIDENCE_UNREADABLE') throw error
    return failed('POLICY', error)
  } finally {
    await point?.close()
  }
}

/** What let the payloads of a copy leave is what the pinned bundle says of all the run holds. */
async function checkReleased(
  released: RecordedDecision,
  records: RecordedPolicy['records'],
  point: PolicyPoint,
): Promise<void> {
  // Policy never loosens with the label: what may leave under a higher one may leave.
  const decided = await decideExport(records, point, released.taint)
  if (canonicalJson(decided) === canonicalJson(released)) return
  refuse(
    'DECISION_DIFFERS',
    `The pinned policy says ${decided.verdict} (${decided.reason}) of taking the payloads out; the copy says otherwise.`,
    'export.dsse',
  )
}

async function open(bundle: RecordedPolicy['bundle'], osUser: string): Promise<PolicyPoint> {
  try {
    return await openRecordedBundle(bundle, osUser)
  } catch (error) {
    if (!isWritError(error) || error.code !== 'BAD_POLICY') throw error
    return refuse('BAD_BUNDLE', error.message, 'policy/')
  }
}

/** The first record, and all of them. */
async function firstOf(
  records: RecordedPolicy['records'],
): Promise<[AnyRecord | undefined, AsyncIterable<AnyRecord>]> {
  const rest = iterate(records)
  const first = await rest.next()
  async function* all(): AsyncIterable<AnyRecord> {
    if (first.done !== true) yield first.value
    yield* rest
  }
  return [first.done === true ? undefined : first.value, all()]
}

async function* iterate(records: RecordedPolicy['records']): AsyncGenerator<AnyRecord> {
  yield* records
}
