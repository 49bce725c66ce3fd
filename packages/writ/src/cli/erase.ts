import type { Command } from 'commander'
import { eraseRun, listHolds, orderHold } from '../index.ts'
import { printableLine } from './printable.ts'

type Running = <A extends unknown[]>(
  command: (...args: A) => Promise<number>,
) => (...args: A) => Promise<void>

interface Flags {
  readonly home?: string
  readonly json?: boolean
}

/** `writ erase` and `writ hold`: making the content of a run unreadable, and forbidding it. */
export function addErase(writ: Command, running: Running): void {
  common(
    writ
      .command('erase <run>')
      .description('destroy what a run read, asked and answered; its structure stays'),
  )
    .requiredOption('--reason <text>', 'kept in the signed statement; name no person')
    .action(
      running(async (run: string, flags: Flags & { reason: string }) => {
        const done = await eraseRun(home(flags), run, flags.reason)
        return print(flags, done, [
          `run ${run} erased at ${done.at}`,
          ...done.reached.map((what) => `  gone: ${what}`),
          ...done.notReached.map((what) => `  NOT reached: ${what}`),
        ])
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
      const holds = await listHolds(home(flags))
      const lines = holds.flatMap(({ run, events }) =>
        events.map(({ action, at, reason }) => `${run}  ${action.padEnd(7)}  ${at}  ${reason}`),
      )
      return print(flags, holds, lines.length > 0 ? lines : ['No run of this home was ever held.'])
    }),
  )
}

async function order(
  run: string,
  action: 'hold' | 'release',
  flags: Flags & { readonly reason: string },
): Promise<number> {
  const hold = await orderHold(home(flags), run, action, flags.reason)
  return print(flags, hold, [`run ${run}: ${action === 'hold' ? 'held' : 'released'}`])
}

function common(command: Command): Command {
  return command.option('--home <dir>', 'state directory').option('--json', 'print one JSON object')
}

function home(flags: Flags): string {
  return flags.home ?? (process.env.WRIT_HOME || '.writ')
}

function print(flags: Flags, value: unknown, lines: readonly string[]): number {
  const text = flags.json === true ? JSON.stringify(value) : lines.map(printableLine).join('\n')
  process.stdout.write(`${text}\n`)
  return 0
}
