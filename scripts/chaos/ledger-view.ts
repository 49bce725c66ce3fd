import { isWritError } from '@writ/contract'
import { type AnyRecord, decodeRecord, derive } from '@writ/evidence'
import { openLedger } from 'writ/ledger'

/** A batch without a result: the keys of its requests, and how many of them came back all the same. */
export interface OpenBatch {
  readonly keys: ReadonlySet<string>
  readonly returned: number
}

/** What the ledger of a home knows of a run: which requests have a result, which are in doubt, which steps ended. */
export interface LedgerView {
  readonly run: string | undefined
  readonly status: string | undefined
  readonly records: readonly AnyRecord[]
  /** Idempotency keys of requests whose result is recorded. */
  readonly answered: ReadonlySet<string>
  /** Idempotency keys of requests whose command is recorded and of which nothing that came back is. */
  readonly inDoubt: ReadonlySet<string>
  /** Batches without a result. */
  readonly open: readonly OpenBatch[]
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

/** Looks at a home from outside, as it lies on disk: at its newest run, unless that is one that is gone on from. */
export async function viewLedger(home: string, earlier?: string): Promise<LedgerView> {
  const ledger = await openLedger(home)
  try {
    const head = (await ledger.runs()).find(({ run }) => run !== earlier)
    if (head === undefined)
      return {
        run: undefined,
        status: undefined,
        records: [],
        answered: new Set(),
        inDoubt: new Set(),
        open: [],
      }
    const key = await ledger.key(head.run)
    const records: AnyRecord[] = []
    for await (const bytes of ledger.records(head.run)) records.push(decodeRecord(bytes))
    const answered = new Set<string>()
    const inDoubt = new Set<string>()
    const open: OpenBatch[] = []
    const back = new Set(records.flatMap(returnedIn))
    for (const record of records) {
      if (record.kind !== 'model.call' || record.det.outcome !== 'ok' || key === undefined) continue
      const { lane, n, det } = record
      const step = `${lane}/${n}`
      const items = Array.from({ length: det.items }, (_, item) => item)
      const returned = items.filter((item) => back.has(step) || back.has(`${step}/${item}`))
      const keys = items.map((item) =>
        Buffer.from(derive(key, `idempotency|${lane}|${n}|${item}`)).toString('hex'),
      )
      for (const [item, sent] of keys.entries()) (returned.includes(item) ? answered : inDoubt).add(sent)
      if (items.length > 1 && !back.has(step)) open.push({ keys: new Set(keys), returned: returned.length })
    }
    return { run: head.run, status: head.status, records, answered, inDoubt, open }
  } finally {
    await ledger.close()
  }
}

/** The step that a record says has come back, or the item of it. */
function returnedIn({ kind, lane, n, det }: AnyRecord): readonly string[] {
  if (kind === 'model.result') return [`${lane}/${n}`]
  return kind === 'model.item' ? [`${lane}/${n}/${det.item}`] : []
}
