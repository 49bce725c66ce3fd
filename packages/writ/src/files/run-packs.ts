import { type Ledger, openingPath, WritError } from '@writ/contract'

/**
 * The packs a run was over; none once it was erased. Rejects for a key file that is unsafe or wrong: then nobody knows what
 * the run uses.
 */
export async function packsOfRun(ledger: Ledger, run: string): Promise<readonly string[]> {
  const bytes = await ledger.payload(run, openingPath('partitions'))
  if (bytes === undefined) return []
  const partitions: unknown = JSON.parse(new TextDecoder().decode(bytes))
  if (!Array.isArray(partitions))
    throw new WritError('LEDGER_FAILED', `the partitions of run ${run} are no list`, { run })
  return partitions.flatMap(({ packSha256 }: { packSha256?: unknown }) =>
    typeof packSha256 === 'string' && /^[0-9a-f]{64}$/.test(packSha256) ? [packSha256] : [],
  )
}

/** The packs that any run of a home was over. Rejects with `LEDGER_DAMAGED` where runs cannot be listed, as they may use any. */
export async function packsOfRuns(ledger: Ledger): Promise<ReadonlySet<string>> {
  const packs = new Set<string>()
  const [damaged] = await ledger.damaged()
  if (damaged !== undefined)
    throw new WritError(
      'LEDGER_DAMAGED',
      `${damaged} is damaged, and its runs may need what is to be removed`,
    )
  for (const { run } of await ledger.runs()) for (const pack of await packsOfRun(ledger, run)) packs.add(pack)
  return packs
}
