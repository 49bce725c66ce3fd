import type { ChildProcess } from 'node:child_process'
import { defined } from '@writ/contract'
import { bubblewrapped, FILTER_FD, INFO_FD } from './bubblewrap.ts'
import type { ChildProgram } from './child-program.ts'
import { MOST_DATA_KB, type Program } from './program-limits.ts'
import { startProgram } from './start-program.ts'
import { DENO_ENVIRONMENT, underDeno } from './under-deno.ts'
import { WIRE_FD } from './wire.ts'

/**
 * What stands around a child process: Node's permission model, and bubblewrap too where the level is `full`; Deno's
 * permissions and a filter of system calls where it is `filtered`.
 */
export type Wall =
  | { readonly level: 'reduced' }
  | { readonly level: 'filtered'; readonly deno: string }
  | { readonly level: 'full'; readonly bubblewrap: string }

/** A program of ours as it is run behind a wall. Throws where it cannot be. */
export function programBehind(wall: Wall, program: Omit<ChildProgram, 'mostMessage'>): Program {
  const { entry, args, files, mostDataKb = MOST_DATA_KB, stackKb } = program
  return {
    command: [...engineOf(wall, program), entry, ...args],
    files: wall.level === 'filtered' ? [wall.deno, ...files] : files,
    dataKb: Math.min(mostDataKb, MOST_DATA_KB),
    ...defined({ stackKb }),
  }
}

function engineOf(
  wall: Wall,
  { flags, deno }: Pick<ChildProgram, 'flags' | 'deno'>,
): readonly [string, ...string[]] {
  if (wall.level !== 'filtered') return [process.execPath, ...flags]
  if (deno === undefined) throw new Error('this program does not run under Deno')
  return [wall.deno, ...deno]
}

/** Starts a program behind a wall, which is not known to stand yet. */
export function startBehind(wall: Wall, program: Program): ChildProcess {
  switch (wall.level) {
    case 'reduced': {
      const [command, ...args] = program.command
      return startProgram(command, args, [WIRE_FD], false)
    }
    case 'filtered': {
      const [command, ...args] = underDeno(program)
      return startProgram(command, args, [WIRE_FD], true, DENO_ENVIRONMENT)
    }
    case 'full': {
      const [command, ...args] = bubblewrapped(wall.bubblewrap, program)
      return startProgram(command, args, [WIRE_FD, INFO_FD, FILTER_FD], true)
    }
  }
}
