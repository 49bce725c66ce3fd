import { type ChildProgram, programOf } from '../confinement/child-program.ts'
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

let made: ChildProgram | undefined

/** The program of the child that holds the VMs: it may start threads, besides reading its own code. */
export function childProgram(): ChildProgram {
  made ??= programOf({
    room: roomPath,
    main: 'child/main',
    packages: packagePaths(),
    flags: [
      '--allow-worker',
      '--v8-pool-size=1', // compiling ahead on more threads costs the first cell more than it gives
    ],
    v8: [
      `--max-old-space-size=${CHILD_HEAP_MB}`,
      `--max-semi-space-size=${CHILD_NEW_OBJECTS_MB}`,
      `--wasm-tiering-budget=${OPTIMISED_AFTER}`,
      '--no-wasm-inlining', // for which every VM would hold counts of calls, more than all the rest of its objects
    ],
    filtersItself: true,
    mostMessage: MOST_MESSAGE,
  })
  return made
}
