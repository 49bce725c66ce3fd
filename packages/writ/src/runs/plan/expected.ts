import {
  type Amount,
  addAmounts,
  type Expected,
  type Ledger,
  NOTHING,
  openingPath,
  type Partition,
  totalTokens,
} from '@writ/contract'
import { decodeRecord } from '@writ/evidence'

/** What makes an earlier run one of the same plan over the same corpus. */
export interface SamePlan {
  readonly packs: readonly string[]
  /** The one that is chosen, whatever was asked for. */
  readonly strategy: string
  readonly planHash: string | undefined
  /** Ids of root and sub-model. */
  readonly models: readonly [string, string]
  /** Ids of the models of a verifier that has its own. */
  readonly verifier: readonly string[] | undefined
  readonly votes: number | undefined
}

/** Runs that are looked at, newest first, and those alike that are enough. */
const LOOKED_AT = 40
const ENOUGH = 5

/** What runs of the same plan over the same corpus came to; null where the ledger has none that ended. */
export async function expectedOf(ledger: Ledger, plan: SamePlan): Promise<Expected | null> {
  const ended = (await ledger.runs()).filter(({ status }) => status === 'complete' || status === 'incomplete')
  const spent: Amount[] = []
  for (const { run } of ended.slice(0, LOOKED_AT)) {
    if (spent.length >= ENOUGH) break
    if (!(await isAlike(ledger, run, plan))) continue
    const charged = await chargedTo(ledger, run)
    if (charged !== undefined) spent.push(charged)
  }
  if (spent.length === 0) return null
  const sum = spent.reduce(addAmounts, NOTHING)
  const mean = (value: number): number => Math.round(value / spent.length)
  return {
    runs: spent.length,
    requests: mean(sum.calls),
    tokens: mean(totalTokens(sum)),
    costMicroUsd: mean(sum.costMicroUsd),
  }
}

/** What lies beside the opening record tells; a run that was erased tells nothing any more. */
async function isAlike(ledger: Ledger, run: string, plan: SamePlan): Promise<boolean> {
  const partitions = await ledger.payload(run, openingPath('partitions'))
  if (partitions === undefined) return false
  const packs = (JSON.parse(Buffer.from(partitions).toString()) as readonly Partition[]).map(packOf)
  if (packs.join() !== plan.packs.join()) return false
  for await (const bytes of ledger.records(run)) {
    const record = decodeRecord(bytes)
    if (record.kind === 'run.open') {
      const { models, verifier, script, votes } = record.det
      const [root, sub = root] = models.map(({ id }) => id)
      if (root !== plan.models[0] || sub !== plan.models[1]) return false
      if (verifier?.map(({ id }) => id).join() !== plan.verifier?.join()) return false
      if (script?.planHash !== plan.planHash || votes !== plan.votes) return false
    }
    if (record.kind === 'strategy.chosen') return record.det.strategy === plan.strategy
  }
  return false
}

export const packOf = ({ id, packSha256 }: Partition): string => `${id} ${packSha256}`

async function chargedTo(ledger: Ledger, run: string): Promise<Amount | undefined> {
  let last: Uint8Array | undefined
  for await (const bytes of ledger.records(run)) last = bytes
  const record = last === undefined ? undefined : decodeRecord(last)
  return record?.kind === 'run.close' ? record.det.charged : undefined
}
