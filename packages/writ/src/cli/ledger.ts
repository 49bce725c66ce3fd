import type { Command } from 'commander'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

interface AcceptFlags {
  readonly home?: string
  readonly json?: boolean
  readonly reason: string
}

/** `writ ledger …`: what a person decides about a damaged ledger. */
export function addLedger(writ: Command, running: Running): void {
  writ
    .command('ledger')
    .description('the ledger of the home')
    .command('accept-loss <shard>')
    .description('go on with a shard that lost records; calls whose results are lost are paid for again')
    .requiredOption('--reason <text>', 'why; it is kept beside the head of the shard')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((shard: string, flags: AcceptFlags) => accept(shard, flags)))
}

async function accept(shard: string, flags: AcceptFlags): Promise<number> {
  const loss = await inHome(flags, (writ) => writ.ledger.acceptLoss(shard, flags.reason))
  const { lost, kept, log } = loss
  const named = lost === null ? 'Its head named nothing.' : `Its head named ${placeOf(lost)}.`
  const lines = [
    `${shard} is taken as it is: it ends at ${placeOf(kept)}.`,
    lost?.run ? `${named} The last run written by then was ${lost.run}.` : named,
    ...(log === null ? [] : [`Its write-ahead log as it was found: ${log}`]),
    'Look at its runs with `writ runs`; `writ resume <run>` goes on with an open one.',
  ]
  const text =
    flags.json === true ? JSON.stringify(loss) : onScreen(lines.map(printableLine).join('\n'), process.stdout)
  process.stdout.write(`${text}\n`)
  return 0
}

function placeOf({ seq, records }: { readonly seq: number; readonly records: number }): string {
  return `commit ${seq} with ${records} record${records === 1 ? '' : 's'}`
}
