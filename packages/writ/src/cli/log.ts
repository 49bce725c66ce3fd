import { defined } from '@writ/contract'
import type { Command } from 'commander'
import { auditPublished, trustPath } from '../index.ts'
import { inHome } from './in-home.ts'
import { repeated, wholeNumber } from './parse-option.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

interface LogFlags {
  readonly home?: string
  readonly json?: boolean
}

interface AuditFlags extends LogFlags {
  readonly trust?: string
}

interface ProveFlags extends LogFlags {
  readonly witness?: readonly string[]
  readonly witnessQuorum?: number
}

/** The commands about the log of statements. */
export function addLog(writ: Command, running: Running): void {
  const log = writ.command('log').description('the log of signed statements')
  log
    .command('show')
    .description('show where the log stands, with its newest checkpoint')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((flags: LogFlags) => show(flags)))
  log
    .command('publish <dir>')
    .description('write the log as static files (C2SP tlog-tiles)')
    .option('--home <dir>', 'state directory')
    .option('--json', 'print one JSON object')
    .action(running((directory: string, flags: LogFlags) => publish(directory, flags)))
  log
    .command('prove <file>')
    .description(
      'prove the statements of an evidence file under the newest checkpoint, cosigned if witnesses are given',
    )
    .option('--witness <url>', 'a witness to ask; repeatable', repeated)
    .option('--witness-quorum <k>', 'witnesses that have to cosign', wholeNumber('--witness-quorum', 1))
    .option('--home <dir>', 'state directory')
    .action(running((file: string, flags: ProveFlags) => prove(file, flags)))
  log
    .command('audit [published]')
    .description(
      'read a whole log, of a home or published, and list what is open or wrong; exit 6 for anything wrong',
    )
    .option('--home <dir>', 'state directory')
    .option('--trust <file>', 'trust root (default: that of the home)')
    .option('--json', 'print one JSON object')
    .action(running((published: string | undefined, flags: AuditFlags) => audit(published, flags)))
}

async function prove(file: string, flags: ProveFlags): Promise<number> {
  const { witness, witnessQuorum } = flags
  await inHome(flags, (writ) => writ.log.prove(file, defined({ witnesses: witness, witnessQuorum })))
  process.stdout.write(`${printableLine(file)} is proven under the newest checkpoint\n`)
  return 0
}

async function show(flags: LogFlags): Promise<number> {
  const state = await inHome(flags, (writ) => writ.log.show())
  const { origin, size, root, checkpoint, watch } = state
  const text = checkpoint ?? `${origin} is empty\n`
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify(state)}\n`
      : `${size} statements, root ${root}\nfor a witness: --log ${watch}\n${text}`,
  )
  return 0
}

async function publish(directory: string, flags: LogFlags): Promise<number> {
  const size = await inHome(flags, (writ) => writ.log.publish(directory))
  const text = `${size} statements published to ${printableLine(directory)}\n`
  process.stdout.write(flags.json === true ? `${JSON.stringify({ directory, size })}\n` : text)
  return 0
}

async function audit(published: string | undefined, flags: AuditFlags): Promise<number> {
  const { trust } = flags
  const found = await inHome(flags, (writ) =>
    published === undefined
      ? writ.log.audit(trust)
      : auditPublished(published, trust ?? trustPath(writ.home)),
  )
  const ok = found.faults.length === 0
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ ok, ...found })}\n`)
  else {
    const { origin, size, root, statements, open, faults } = found
    const counts = Object.entries(statements).map(([kind, count]) => `${kind} ${count}`)
    const lines = [
      `${origin}: ${size} statements, root ${root}`,
      counts.join(', '),
      ...open.map(({ run, openedAt, index, erasedAt }) => {
        const never =
          erasedAt === undefined ? '' : `, erased while open at ${erasedAt}: it can never be closed`
        return `open since ${openedAt}: ${run} (${index})${never}`
      }),
      ...faults.map((fault) => `wrong: ${fault}`),
      ok ? 'The log is whole.' : 'The log is not whole: do not rely on it.',
    ]
    process.stdout.write(`${lines.map(printableLine).join('\n')}\n`)
  }
  return ok ? 0 : 6
}
