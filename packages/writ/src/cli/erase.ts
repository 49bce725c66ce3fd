import { counted, WritError } from '@writ/contract'
import type { Command } from 'commander'
import type { ExpiredRun, Writ } from '../index.ts'
import { loadConfig } from './config.ts'
import { confirmedLoss } from './confirm.ts'
import { inHome } from './in-home.ts'
import { onScreen } from './on-screen.ts'
import { printableLine } from './printable.ts'
import type { Running } from './running.ts'

interface Flags {
  readonly home?: string
  readonly json?: boolean
}

interface EraseFlags extends Flags {
  readonly yes?: boolean
  readonly reason?: string
  readonly expired?: boolean
  readonly dryRun?: boolean
}

/** `writ erase` and `writ hold`: making the content of a run unreadable, and forbidding it. */
export function addErase(writ: Command, running: Running): void {
  common(
    writ
      .command('erase [run]')
      .description('destroy what a run read, asked and answered; its structure stays'),
  )
    .option('--reason <text>', 'kept in the signed statement; name no person')
    .option('--expired', 'every run past the time of its retention class, instead of one')
    .option('--dry-run', 'with --expired: say what would be erased, erase nothing')
    .option('--yes', 'do not ask before it; needed where nobody is at a terminal')
    .action(
      running(async (run: string | undefined, flags: EraseFlags) => {
        if (flags.expired === true) return await inHome(flags, (opened) => expire(opened, run, flags))
        if (run === undefined || flags.reason === undefined || flags.dryRun === true)
          throw new WritError('USAGE', 'Give a run and --reason, or --expired with or without --dry-run.')
        const { reason } = flags
        return await inHome(flags, async (opened) => erase(opened, await opened.find(run), reason, flags))
      }),
    )
  const hold = writ.command('hold').description('legal hold: held runs cannot be erased')
  common(hold.command('set <run>', { isDefault: true }).description('hold a run'))
    .requiredOption('--reason <text>', 'why')
    .action(running((run: string, flags: Flags & { reason: string }) => order(run, 'hold', flags)))
  common(hold.command('release <run>').description('release a run'))
    .requiredOption('--reason <text>', 'why')
    .action(running((run: string, flags: Flags & { reason: string }) => order(run, 'release', flags)))
  common(hold.command('ls').description('list holds and releases')).action(
    running(async (flags: Flags) => {
      const holds = await inHome(flags, (opened) => opened.holds.list())
      const lines = holds.flatMap(({ run, events }) =>
        events.map(({ action, at, reason }) => `${run}  ${action.padEnd(7)}  ${at}  ${reason}`),
      )
      return print(flags, holds, lines.length > 0 ? lines : ['No run of this home was ever held.'])
    }),
  )
}

async function erase(writ: Writ, run: string, reason: string, flags: EraseFlags): Promise<number> {
  const before = await writ.erasures.last(run)
  if (before !== undefined && !(await writ.erasures.isLeft(run)))
    return print(flags, before, [`run ${run} was erased at ${before.at}: nothing is left to erase`])
  const question = `Erase what run ${run} read, asked and answered? It cannot be brought back.`
  if (!(await confirmedLoss(question, flags))) return kept()
  const done = await writ.erase(run, reason)
  return print(flags, done, [
    `run ${run} erased at ${done.at}`,
    ...done.reached.map((what) => `  gone: ${what}`),
    ...done.notReached.map((what) => `  NOT reached: ${what}`),
  ])
}

function kept(): number {
  process.stderr.write('Nothing was erased.\n')
  return 1
}

/** Resolves with 1 when something that is due could not be erased and nobody ordered it kept. */
async function expire(writ: Writ, run: string | undefined, flags: EraseFlags): Promise<number> {
  if (run !== undefined || flags.reason !== undefined)
    throw new WritError('USAGE', '--expired takes neither a run nor --reason.')
  const { retention = {} } = loadConfig(process.cwd(), process.env)
  if (flags.dryRun !== true && !(await confirmedLoss(await dueInWords(writ, retention), flags))) return kept()
  const done = await writ.expire({ retention, dryRun: flags.dryRun === true })
  print(flags, done, done.runs.length > 0 ? done.runs.map(describe) : ['No run is past its time.'])
  const left = done.runs.filter(
    ({ outcome, code }) => outcome === 'unknown-class' || (outcome === 'refused' && code !== 'LEGAL_HOLD'),
  )
  return left.length > 0 ? 1 : 0
}

async function dueInWords(writ: Writ, retention: Readonly<Record<string, number>>): Promise<string> {
  const { runs } = await writ.expire({ retention, dryRun: true })
  const due = runs.filter(({ outcome }) => outcome === 'due').length
  return `Erase what ${counted(due, 'run')} read, asked and answered? It cannot be brought back.`
}

function describe({ run, class: name, expiredAt, outcome, code }: ExpiredRun): string {
  switch (outcome) {
    case 'erased':
      return `${run}  erased; class ${name}, over since ${expiredAt}`
    case 'due':
      return `${run}  would be erased; class ${name}, over since ${expiredAt}`
    case 'refused':
      return `${run}  NOT erased: ${code}; class ${name}, over since ${expiredAt}`
    case 'unknown-class':
      return `${run}  NOT erased: the user configuration has no time for its class ${name ?? '(unreadable)'}`
  }
}

async function order(
  name: string,
  action: 'hold' | 'release',
  flags: Flags & { readonly reason: string },
): Promise<number> {
  return await inHome(flags, async (writ) => {
    const run = await writ.find(name)
    const { holds } = writ
    const hold = await (action === 'hold' ? holds.set(run, flags.reason) : holds.release(run, flags.reason))
    return print(flags, hold, [`run ${run}: ${action === 'hold' ? 'held' : 'released'}`])
  })
}

function common(command: Command): Command {
  return command.option('--home <dir>', 'state directory').option('--json', 'print one JSON object')
}

function print(flags: Flags, value: unknown, lines: readonly string[]): number {
  const text =
    flags.json === true
      ? JSON.stringify(value)
      : onScreen(lines.map(printableLine).join('\n'), process.stdout)
  process.stdout.write(`${text}\n`)
  return 0
}
