import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MOST_MESSAGE } from './child-message.ts'
import { packagePaths, roomPath } from './engine-files.ts'
import type { JsonSize } from './json-size.ts'

const inSource = import.meta.url.endsWith('.ts')

/** Heap of the child's main thread: it passes texts of up to the largest answer on, escaped. */
const CHILD_HEAP_MB = 1_024
/**
 * How much the engine runs before V8 optimises it, about in bytes; V8 says 13 million. Optimising it costs as much as
 * the rest of a small run's child. Far more than this, and a run of many children pays for slow code.
 */
const OPTIMISED_AFTER = 300_000_000

/** Half of what the child's heaps have for new objects; V8 takes 16 for each. Hardly any object lives there for long. */
const CHILD_NEW_OBJECTS_MB = 2

/** A program of our own that runs as a confined child. */
export interface ChildProgram {
  /** Below the directory of this room, without its ending. */
  readonly entry: string
  /** What it may do that Node would refuse it else, and how it runs. */
  readonly flags: readonly string[]
  /** Directories of the packages it loads. */
  readonly packages: () => readonly string[]
  /** The largest message it sends. */
  readonly most: JsonSize
}

/** The child that holds VMs, in threads. */
export const VM_PROGRAM: ChildProgram = Object.freeze({
  entry: 'child/main',
  flags: [
    '--allow-worker',
    `--wasm-tiering-budget=${OPTIMISED_AFTER}`,
    '--disallow-code-generation-from-strings',
  ],
  packages: packagePaths,
  most: MOST_MESSAGE,
})

export function entryOf({ entry }: ChildProgram): string {
  return join(roomPath, `${entry}${inSource ? '.ts' : '.js'}`)
}

/** Node's flags for a confined child: it may read its own code and do what its program says, nothing else that Node can refuse. */
export function flagsOf(program: ChildProgram): readonly string[] {
  return [
    '--permission',
    ...codePaths(program).map((path) => `--allow-fs-read=${join(path, '/')}`),
    '--preserve-symlinks', // following links would read every directory on the way
    `--max-old-space-size=${CHILD_HEAP_MB}`,
    `--max-semi-space-size=${CHILD_NEW_OBJECTS_MB}`,
    '--v8-pool-size=1', // compiling ahead on more threads costs the first cell more than it gives
    '--disable-sigusr1',
    '--no-warnings',
    ...program.flags,
    ...(inSource ? ['--conditions=@writ/source'] : []),
  ]
}

const codePaths = ({ packages }: ChildProgram): readonly string[] => [roomPath, ...packages()]

const read = new Map<ChildProgram, readonly string[]>()

/** Every file and directory that a child needs to run at all: Node, its shared libraries, and the child's own code. */
export function filesOf(program: ChildProgram): readonly string[] {
  const known = read.get(program) ?? [
    ...new Set([process.execPath, ...sharedLibraries(), ...ownPackage(), ...codePaths(program)]),
  ]
  read.set(program, known)
  return known
}

/** Shared libraries of this very program, by the paths at which its loader finds them. */
function sharedLibraries(): readonly string[] {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const { excludeNetwork = false } = report
  report.excludeNetwork = true // it would resolve the names of peers
  try {
    const { sharedObjects } = report.getReport() as { readonly sharedObjects: readonly string[] }
    return sharedObjects.filter((path) => path.startsWith('/') && !path.endsWith('.node'))
  } finally {
    report.excludeNetwork = excludeNetwork
  }
}

/** The file that says that our code is made of modules. */
function ownPackage(): readonly string[] {
  for (let folder = roomPath; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) return [file]
  }
  return []
}
