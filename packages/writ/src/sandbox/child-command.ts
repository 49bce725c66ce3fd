import { join } from 'node:path'
import {
  type ChildProgram,
  codeDirectories,
  codeFile,
  lockedFlags,
  nodeFiles,
} from '../confinement/child-program.ts'
import { MOST_MESSAGE } from './child-message.ts'
import { packagePaths, roomPath } from './engine-files.ts'

/** Heap of the child's main thread: it passes texts of up to the largest answer on, escaped. */
const CHILD_HEAP_MB = 1_024
/**
 * How much the engine runs before V8 optimises it, about in bytes; V8 says 13 million. Optimising it costs as much as
 * the rest of a small run's child. Far more than this, and a run of many children pays for slow code.
 */
const OPTIMISED_AFTER = 300_000_000

/** Half of what the child's heaps have for new objects; V8 takes 16 for each. Hardly any object lives there for long. */
const CHILD_NEW_OBJECTS_MB = 2

export const childEntry: string = codeFile(join(roomPath, 'child'), 'main')

/** Node's flags for the confined child: it may read its own code and start threads, nothing else that Node can refuse. */
export function childFlags(): readonly string[] {
  return [
    ...lockedFlags(codePaths()),
    '--allow-worker',
    `--max-old-space-size=${CHILD_HEAP_MB}`,
    `--max-semi-space-size=${CHILD_NEW_OBJECTS_MB}`,
    `--wasm-tiering-budget=${OPTIMISED_AFTER}`,
    '--v8-pool-size=1', // compiling ahead on more threads costs the first cell more than it gives
  ]
}

const codePaths = (): readonly string[] => codeDirectories([roomPath, ...packagePaths()])

let read: readonly string[] | undefined

/** Every file and directory that a child needs to run at all: Node, its shared libraries, and the child's own code. */
export function childFiles(): readonly string[] {
  read ??= [...new Set([...nodeFiles(roomPath), ...codePaths()])]
  return read
}

/** The program of the child that holds the VMs. */
export function childProgram(): ChildProgram {
  return { args: [...childFlags(), childEntry], files: childFiles(), mostMessage: MOST_MESSAGE }
}
