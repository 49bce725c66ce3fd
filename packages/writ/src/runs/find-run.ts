import { type Ledger, WritError } from '@writ/contract'

/** The newest run of a home. */
const LAST = 'last'
/** What an id or a prefix of one is made of. */
const PREFIX = /^[0-9a-f][0-9a-f-]*$/
/** Candidates that are listed for a prefix of several runs. */
const LISTED = 5

/** Whether a text may name a run; whether there is such a run is another question. */
export function namesRun(text: string): boolean {
  return text === LAST || PREFIX.test(text)
}

/**
 * The id of the run of a home that a text names: its id, a prefix that no other run has, or `last`. Rejects with
 * `UNKNOWN_RUN` and `AMBIGUOUS_RUN`, and with `LEDGER_DAMAGED` where a damaged shard may hold the run.
 */
export async function findRun(ledger: Ledger, name: string): Promise<string> {
  const runs = await ledger.runs()
  if (runs.some(({ run }) => run === name)) return name
  // Which run is the newest, or the only one of a prefix, nobody knows while runs cannot be listed.
  await requireListed(ledger, name)
  const [newest] = runs
  if (newest === undefined)
    throw new WritError('UNKNOWN_RUN', `There is no run ${name} in this home: it has no runs yet.`)
  if (name === LAST) return newest.run
  const found = runs.filter(({ run }) => PREFIX.test(name) && run.startsWith(name))
  const [first] = found
  if (first === undefined) throw new WritError('UNKNOWN_RUN', `There is no run ${name} in this home.`)
  if (found.length === 1) return first.run
  const ids = found.slice(0, LISTED).map(({ run }) => run)
  const more = found.length > LISTED ? `, and ${found.length - LISTED} more` : ''
  throw new WritError(
    'AMBIGUOUS_RUN',
    `"${name}" begins the ids of ${found.length} runs: ${ids.join(', ')}${more}.`,
    {
      data: { runs: found.map(({ run }) => run) },
    },
  )
}

/** Rejects with what is wrong with a damaged shard, when there is one. */
async function requireListed(ledger: Ledger, name: string): Promise<void> {
  const damaged = await ledger.damaged()
  if (damaged.length > 0) await ledger.key(name)
}
