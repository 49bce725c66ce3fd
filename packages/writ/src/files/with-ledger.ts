import type { Ledger } from '@writ/contract'
import { openLedger } from '../ledger/index.ts'

/** Does something with the ledger of a home, and closes it. */
export async function withLedger<T>(home: string, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = await openLedger(home)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}
