import { statSync } from 'node:fs'
import { keepCached, readCached } from '../disk/user-cache.ts'
import { isOwnProcess } from '../threads/optimise-late.ts'

// Only Node's report lists the libraries that this process has loaded, and making it takes 12 ms. So a command keeps the list,
// which holds while the program, each library and what the loader is told are what they were. Somebody else's process may
// have loaded others, for an addon.

const NAME = 'shared-libraries.json'

/** What decides which libraries are loaded, and the list. */
interface Kept {
  readonly program: string
  /** What the environment tells the loader. */
  readonly told: readonly string[]
  /** State of each library by its path. */
  readonly libraries: Readonly<Record<string, string>>
}

let found: readonly string[] | undefined

/** Shared libraries of this very program, by the paths at which its loader finds them. */
export function sharedLibraries(): readonly string[] {
  found ??= isOwnProcess() ? (keptLibraries() ?? keep(reportedLibraries())) : reportedLibraries()
  return found
}

function keptLibraries(): readonly string[] | undefined {
  try {
    const { program, told, libraries } = JSON.parse(String(readCached(NAME))) as Kept
    if (program !== programState() || told.join('\0') !== toldLoader().join('\0')) return undefined
    const entries = Object.entries(libraries)
    return entries.every(([path, state]) => state === stateOf(path))
      ? entries.map(([path]) => path)
      : undefined
  } catch {
    return undefined
  }
}

function reportedLibraries(): readonly string[] {
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

function keep(paths: readonly string[]): readonly string[] {
  try {
    const libraries = Object.fromEntries(paths.map((path) => [path, stateOf(path)]))
    const kept: Kept = { program: programState(), told: toldLoader(), libraries }
    keepCached(NAME, JSON.stringify(kept))
  } catch {
    // One of them was taken away since it was loaded: the next command finds what is in its place.
  }
  return paths
}

const programState = (): string => `${process.execPath} ${stateOf(process.execPath)}`

const toldLoader = (): readonly string[] =>
  ['LD_LIBRARY_PATH', 'LD_PRELOAD'].map((name) => process.env[name] ?? '')

/** The time of the last change is set by the system alone. */
function stateOf(path: string): string {
  const { dev, ino, size, ctimeMs } = statSync(path)
  return [dev, ino, size, ctimeMs].join(' ')
}
