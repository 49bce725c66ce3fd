import { isWritError } from '@writ/contract'
import { type AnyRecord, decodeRecord, derive } from '@writ/evidence'
import { openLedger } from 'writ/ledger'

/** What the ledger of a home knows of its one run: which requests have a result, which are in doubt, which steps ended. */
export interface LedgerView {
  readonly run: string | undefined
  readonly status: string | undefined
  readonly records: readonly AnyRecord[]
  /** Idempotency keys of requests whose result is recorded. */
  readonly answered: ReadonlySet<string>
  /** Idempotency keys of requests whose command is recorded and whose result is not. */
  readonly inDoubt: ReadonlySet<string>
}

/** Whether the ledger refuses a run as damaged. */
export async function isDamaged(home: string, run: string): Promise<boolean> {
  const ledger = await openLedger(home)
  try {
    for await (const _ of ledger.records(run)) return false
    return false
  } catch (error) {
    return isWritError(error) && error.code === 'LEDGER_DAMAGED'
  } finally {
    await ledger.close()
  }
}

/** Looks at a home from outside, as it lies on disk. */
export async function viewLedger(home: string): Promise<LedgerView> {
  const ledger = await openLedger(home)
  try {
    const [head] = await ledger.runs()
    if (head === undefined)
      return { run: undefined, status: undefined, records: [], answered: new Set(), inDoubt: new Set() }
    const key = await ledger.key(head.run)
    const records: AnyRecord[] = []
    for await (const bytes of ledger.records(head.run)) records.push(decodeRecord(bytes))
    const answered = new Set<string>()
    const inDoubt = new Set<string>()
    for (const record of records) {
      if (record.kind !== 'model.call' || record.det.outcome !== 'ok' || key === undefined) continue
      const { lane, n } = record
      const result = records.some((one) => one.kind === 'model.result' && one.lane === lane && one.n === n)
      for (let item = 0; item < record.det.items; item += 1) {
        const sent = Buffer.from(derive(key, `idempotency|${lane}|${n}|${item}`)).toString('hex')
        ;(result ? answered : inDoubt).add(sent)
      }
    }
    return { run: head.run, status: head.status, records, answered, inDoubt }
  } finally {
    await ledger.close()
  }
}
