import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MOST_DATA_KB, type Program } from './bubblewrap.ts'
import { packagePaths, roomPath } from './engine-files.ts'

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

export const childEntry: string = join(roomPath, 'child', inSource ? 'main.ts' : 'main.js')

/** Node's flags for the confined child: it may read its own code and start threads, nothing else that Node can refuse. */
export function childFlags(): readonly string[] {
  return [
    '--permission',
    '--allow-worker',
    ...codePaths().map((path) => `--allow-fs-read=${join(path, '/')}`),
    '--preserve-symlinks', // following links would read every directory on the way
    `--max-old-space-size=${CHILD_HEAP_MB}`,
    `--max-semi-space-size=${CHILD_NEW_OBJECTS_MB}`,
    `--wasm-tiering-budget=${OPTIMISED_AFTER}`,
    '--v8-pool-size=1', // compiling ahead on more threads costs the first cell more than it gives
    '--disallow-code-generation-from-strings',
    '--disable-sigusr1',
    '--no-warnings',
    ...(inSource ? ['--conditions=@writ/source'] : []),
  ]
}

const codePaths = (): readonly string[] => [roomPath, ...packagePaths()]

/** The child that runs JavaScript. */
export const childProgram = (): Program => ({
  command: [process.execPath, ...childFlags(), childEntry],
  files: childFiles(),
  dataKb: MOST_DATA_KB,
})

let read: readonly string[] | undefined

/** Every file and directory that a child needs to run at all: Node, its shared libraries, and the child's own code. */
export function childFiles(): readonly string[] {
  read ??= [...new Set([...nodeFiles(), ...codePaths()])]
  return read
}

/** What every child needs to run at all: Node, its shared libraries, and the file that says that our code is made of modules. */
export const nodeFiles = (): readonly string[] => [process.execPath, ...sharedLibraries(), ...ownPackage()]

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
