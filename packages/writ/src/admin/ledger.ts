import type { HomeServices } from '../home/home-services.ts'
import { type AcceptedLoss, acceptLoss, backUp, restore } from '../ledger/index.ts'

type BackupManifest = Awaited<ReturnType<typeof backUp>>

/** What a person does about the ledger of a home. */
export interface LedgerCare {
  /** Paths of the files of the ledger that are damaged, whose runs nobody can list. */
  damaged(): Promise<readonly string[]>
  /**
   * Takes a shard that lost records as it is, so that its runs can be read and resumed; calls whose results are lost are paid
   * for again. Rejects with `USAGE`, `RUN_BUSY` and `LEDGER_DAMAGED`.
   */
  acceptLoss(shard: string, reason: string): Promise<AcceptedLoss>
  /**
   * Copies ledger, log and orders into a new directory while runs go on; not the evidence files. With `keys`, a copy outlives
   * an erasure. Rejects with `PATH_NOT_FOUND`, `TARGET_EXISTS`, `LEDGER_DAMAGED`.
   */
  backUp(target: string, options: { readonly keys: boolean }): Promise<BackupManifest>
  /**
   * Puts a backup into this home, which has no state yet. `published`: a file with the last checkpoint anyone has seen.
   * Rejects with `PATH_NOT_FOUND`, `BACKUP_DAMAGED`, `BACKUP_BEHIND`, `TARGET_EXISTS`.
   */
  restore(source: string, options?: { readonly published?: string }): Promise<BackupManifest>
}

export function ledgerOf({ home, ledger }: HomeServices): LedgerCare {
  return {
    damaged: async () => (await ledger()).damaged(),
    acceptLoss: (shard, reason) => acceptLoss(home, shard, reason),
    backUp: (target, options) => backUp(home, target, options),
    restore: (source, options) => restore(source, home, options),
  }
}
