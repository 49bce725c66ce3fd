import { type ChildProgram, programOf } from '../../confinement/child-program.ts'
import { MOST_MESSAGE } from '../child-message.ts'
import { roomPath } from '../engine-files.ts'
import type { PyodidePackage } from './pyodide-package.ts'
import type { Wheel } from './wheels.ts'

/** What an interpreter may have: the engine takes some 750 MB as the system counts, a VM its memory, files of the guest the rest. */
const MOST_DATA_KB = 1_536 * 1024
/** A process that makes the memory itself holds two engines for a moment. */
const MAKING_KB = 128 * 1024
/** Stack of the process, and how much of it the engine takes: the interpreter's own limit is met long before. */
const STACK_KB = 65_536
const ENGINE_STACK_KB = 60_000

/** The process of one interpreter: begun from a snapshot where there is one, else from a memory that it makes itself. */
export function pythonProgram(
  { directories }: PyodidePackage,
  snapshot?: string,
  wheels: readonly Wheel[] = [],
): ChildProgram {
  return programOf({
    room: roomPath,
    main: 'python/child/main',
    packages: directories,
    flags: [`--stack-size=${ENGINE_STACK_KB}`, '--v8-pool-size=1'],
    given: [...(snapshot === undefined ? [] : [snapshot]), ...wheels.map(({ path }) => path)],
    mostMessage: MOST_MESSAGE,
    mostDataKb: MOST_DATA_KB + (snapshot === undefined ? MAKING_KB : 0),
    stackKb: STACK_KB,
  })
}
