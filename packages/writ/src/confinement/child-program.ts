import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonSize } from './json-size.ts'
import { sharedLibraries } from './shared-libraries.ts'
import { denoFlags } from './under-deno.ts'

const inSource = import.meta.url.endsWith('.ts')

/** What a child may have. */
interface Bounds {
  /** The largest message that is heard of it. */
  readonly mostMessage: JsonSize
  /** Kilobytes of memory it may compute with, within bubblewrap. */
  readonly mostDataKb?: number
  /** Kilobytes of its stack, where the system allows as much, within bubblewrap. */
  readonly stackKb?: number
}

/** A program of ours that runs in a confined child. */
export interface ChildProgram extends Bounds {
  /** Node's flags. */
  readonly flags: readonly string[]
  /** Deno's arguments before the file; undefined where it runs under Node only. */
  readonly deno: readonly string[] | undefined
  /** The file that it starts. */
  readonly entry: string
  /** What that file is told. */
  readonly args: readonly string[]
  /** All that it can see of the file system. */
  readonly files: readonly string[]
}

/** What a room says of a program of its own. */
interface Parts extends Bounds {
  /** The directory of the room, whose code it may read. */
  readonly room: string
  /** The file of the room that it starts, without its ending. */
  readonly main: string
  /** Directories of the packages it loads. */
  readonly packages: readonly string[]
  /** Node's flags for this program alone. */
  readonly flags?: readonly string[]
  /** Whether each of its threads refuses to make code of text by itself; else Node refuses it for the whole program. */
  readonly refusesCode?: boolean
  /** Flags for the engine that Node and Deno have in common. */
  readonly v8?: readonly string[]
  /** Whether it also runs under Deno: it puts the filter of system calls around itself there. */
  readonly filtersItself?: boolean
  /** Files that it is told of and may read. */
  readonly given?: readonly string[]
}

/** The directories of this floor and of threads, some of which children run. In a bundle each child has it in its own file. */
const floorPaths: readonly string[] = ['confinement', 'threads'].map((floor) =>
  join(dirname(fileURLToPath(import.meta.url)), '..', floor),
)

/** A program that may read its own code and what it is given, and do nothing else that Node or Deno can refuse. */
export function programOf(parts: Parts): ChildProgram {
  const { room, main, packages, flags = [], v8 = [], given = [], ...rest } = parts
  const { filtersItself = false, refusesCode = false, ...bounds } = rest
  const code = [room, ...packages, ...(inSource ? floorPaths : [])]
  const conditions = inSource ? ['@writ/source'] : []
  return {
    ...bounds,
    flags: [
      ...lockedFlags(code, conditions),
      ...(refusesCode ? [] : [NO_CODE]),
      ...given.map((path) => `--allow-fs-read=${path}`),
      ...flags,
      ...v8,
    ],
    deno: filtersItself ? denoFlags([...code, ...given], v8, conditions) : undefined,
    entry: join(room, `${main}.${inSource ? 'ts' : 'js'}`),
    args: given,
    files: [...new Set([...nodeFiles(room), ...code, ...given])],
  }
}

/** Refuses to make code of text. */
const NO_CODE = '--disallow-code-generation-from-strings'

/** Node's flags that refuse all but reading these directories. */
function lockedFlags(directories: readonly string[], conditions: readonly string[]): readonly string[] {
  return [
    '--permission',
    ...directories.map((path) => `--allow-fs-read=${join(path, '/')}`),
    '--preserve-symlinks', // following links would read every directory on the way
    '--disable-sigusr1',
    '--no-warnings',
    ...conditions.map((name) => `--conditions=${name}`),
  ]
}

/** What Node itself reads to run code of a directory: its program, its shared libraries, and the manifest of the package. */
function nodeFiles(folder: string): readonly string[] {
  return [process.execPath, ...sharedLibraries(), ...ownPackage(folder)]
}

/** The file that says that our code is made of modules. */
function ownPackage(own: string): readonly string[] {
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) return [file]
  }
  return []
}
