import { isWritError, type Ledger } from '@writ/contract'
import type { Disclosure } from '@writ/evidence'
import type { RunSource } from './run-source.ts'

/** A run as its home keeps it, with what its evidence file lays open where there is one. Rejects with `UNKNOWN_RUN`. */
export async function ledgerSource(
  ledger: Ledger,
  run: string,
  disclosures: readonly Disclosure[],
): Promise<RunSource> {
  const keyed = (await openable(ledger.key(run))) !== undefined
  const open = new Map(disclosures.map(({ path, text }) => [path, text]))
  return {
    run,
    keyed,
    origin: 'home',
    records: () => ledger.records(run),
    paths: async (prefix) => {
      const opened = [...open.keys()].filter((path) => path.startsWith(prefix))
      return [...new Set([...opened, ...(await ledger.payloadPaths(run, prefix))])].sort()
    },
    text: async (path) => {
      const bytes = keyed ? await openable(ledger.payload(run, path)) : undefined
      return bytes === undefined ? open.get(path) : new TextDecoder().decode(bytes)
    },
  }
}

/** A key or a payload that does not open is one that is not there. */
async function openable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
    throw error
  }
}
