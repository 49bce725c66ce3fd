import { join } from 'node:path'
import type { Program } from '../bubblewrap.ts'
import { nodeFiles } from '../child-command.ts'
import { roomPath } from '../engine-files.ts'
import type { PyodidePackage } from './pyodide-package.ts'

const inSource = import.meta.url.endsWith('.ts')
const entry = join(roomPath, 'python', 'child', inSource ? 'main.ts' : 'main.js')

/** What an interpreter may have: the engine takes some 750 MB as the system counts, a VM its memory, files of the guest the rest. */
const MOST_DATA_KB = 1_536 * 1024
/** Stack of the process, and how much of it the engine takes: the interpreter's own limit is met long before. */
const STACK_KB = 65_536
const ENGINE_STACK_KB = 60_000

/** The process of one interpreter: begun from a snapshot where there is one, else one that can be asked for a snapshot. */
export function pythonProgram({ directories }: PyodidePackage, snapshot?: string): Program {
  const code = [roomPath, ...directories]
  const seen = snapshot === undefined ? [] : [snapshot]
  const flags = [
    '--permission',
    ...code.map((path) => `--allow-fs-read=${join(path, '/')}`),
    ...seen.map((path) => `--allow-fs-read=${path}`),
    '--preserve-symlinks',
    `--stack-size=${ENGINE_STACK_KB}`,
    '--v8-pool-size=1',
    '--disallow-code-generation-from-strings',
    '--disable-sigusr1',
    '--no-warnings',
    ...(inSource ? ['--conditions=@writ/source'] : []),
  ]
  return {
    command: [process.execPath, ...flags, entry, ...seen],
    files: [...new Set([...nodeFiles(), ...code, ...seen])],
    dataKb: MOST_DATA_KB,
    stackKb: STACK_KB,
  }
}
