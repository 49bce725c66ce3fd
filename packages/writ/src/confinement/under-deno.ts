import { limited, type Program } from './program-limits.ts'

// Deno refuses what it is not told to allow, inside the process that runs the program. What does not depend on that is the
// filter that the program puts around itself before it hears anything (`own-filter.ts`): whether it stands is asked of
// the system (`inspect-filtered.ts`).

/** Deno keeps caches in the home directory of the user. Here is nothing, and nothing can be made. */
const NOWHERE = '/dev/null/writ'

/** Stack of every thread, and how much of it the engine takes: as much as threads have under Node (`vm-thread.ts`). */
const STACK_KB = 64 * 1024
const ENGINE_STACK_KB = STACK_KB - 192

/** All that Deno's environment has. */
export const DENO_ENVIRONMENT: Readonly<Record<string, string>> = {
  DENO_DIR: NOWHERE,
  DENO_NO_UPDATE_CHECK: '1',
  RUST_MIN_STACK: `${STACK_KB * 1024}`,
}

/** Writing beyond the limit of files, which is none, is an error and not the end of the process. */
const WRITES_FAIL = "trap '' XFSZ; "

/** Deno's arguments that refuse all but reading these paths, and calling the system until the filter stands. */
export function denoFlags(
  readable: readonly string[],
  v8: readonly string[],
  conditions: readonly string[],
): readonly string[] {
  return [
    'run',
    '--quiet',
    '--no-prompt',
    '--no-remote',
    '--cached-only',
    '--no-config',
    '--no-lock',
    '--no-check',
    '--no-code-cache',
    '--node-modules-dir=manual', // packages are found where Node finds them, and none is installed
    ...conditions.map((name) => `--conditions=${name}`),
    `--v8-flags=${['--disallow-code-generation-from-strings', `--stack-size=${ENGINE_STACK_KB}`, ...v8].join(',')}`,
    '--deny-net',
    '--deny-env',
    '--deny-run',
    '--deny-sys',
    '--deny-write',
    '--deny-import',
    // A comma parts paths, and two of them stand for one.
    `--allow-read=${readable.map((path) => path.replaceAll(',', ',,')).join(',')}`,
    '--allow-ffi', // given up by the program itself before it hears anything
  ]
}

/** The command that runs a program under Deno with limits of the system. */
export function underDeno(program: Program): readonly [string, ...string[]] {
  return limited({ stackKb: STACK_KB, ...program }, program.command, WRITES_FAIL)
}
