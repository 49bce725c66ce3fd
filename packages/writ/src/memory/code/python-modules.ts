import { posix } from 'node:path'
import type { CodeFacts } from '@writ/contract'
import { isPython } from './code-language.ts'
import type { SourceFile } from './code-symbols.ts'
import { STANDARD_MODULES } from './python-standard.ts'

const INIT = '__init__.py'

const NO_FACTS: CodeFacts = {
  definitionsOnly: false,
  partly: false,
  definitions: [],
  uses: [],
  imports: [],
  exports: [],
}

/** A module that an import names, and whether it may name another. */
export interface FoundModule {
  readonly module: SourceFile
  readonly loose: boolean
}

/** Finds modules of Python among some files. What is not among the files does not exist. */
export class PythonModules {
  readonly #files: ReadonlyMap<string, SourceFile>
  /** Directories that hold source; one without an `__init__` is a package all the same. */
  readonly #packages = new Map<string, SourceFile | null>()

  constructor(files: ReadonlyMap<string, SourceFile>) {
    this.#files = files
    for (const doc of files.keys())
      if (isPython({ doc }))
        for (let at = posix.dirname(doc); !this.#packages.has(at); at = posix.dirname(at))
          this.#packages.set(at, null)
  }

  /** The module that an import of a file names. */
  find(from: SourceFile, source: string): FoundModule | undefined {
    const [, dots = '', name = ''] = /^(\.*)(.*)$/.exec(source) ?? []
    const names = name === '' ? [] : name.split('.')
    if (dots === '') return this.#absolute(from, names)
    let base = posix.dirname(from.doc)
    for (let level = 1; level < dots.length; level += 1) {
      if (base === '.') return undefined
      base = posix.dirname(base)
    }
    const module = this.#at(base, names)
    return module === undefined ? undefined : { module, loose: false }
  }

  /** What of a package is a module of its own. */
  within({ doc }: SourceFile, name: string): SourceFile | undefined {
    return posix.basename(doc) === INIT ? this.#at(posix.dirname(doc), [name]) : undefined
  }

  #absolute(from: SourceFile, names: readonly string[]): FoundModule | undefined {
    const [first = ''] = names
    const roots = this.#roots(from)
    const found = roots.flatMap((root) => {
      const module = this.#at(root, names)
      return module === undefined ? [] : [{ module, root }]
    })
    const [nearest, other] = found
    if (nearest !== undefined) {
      // The standard library comes before what is installed beside it, and behind what is run.
      const isStandard = STANDARD_MODULES.has(first) && !this.#files.has(posix.join(nearest.root, 'os.py'))
      return { module: nearest.module, loose: other !== undefined || isStandard }
    }
    // The package whose directory was given has a name that is not seen: it may be any, and that of a standard module.
    const inner = this.#files.has(INIT) ? this.#at('.', names.slice(1)) : undefined
    const module = this.#beside(from, names) ?? inner
    return module === undefined ? undefined : { module, loose: true }
  }

  /** What a directory of the file's package has, which is found where that is run from there and not as a package. */
  #beside({ doc }: SourceFile, names: readonly string[]): SourceFile | undefined {
    for (let at = posix.dirname(doc); this.#files.has(posix.join(at, INIT)); at = posix.dirname(at)) {
      const module = this.#at(at, names)
      if (module !== undefined || at === '.') return module
    }
    return undefined
  }

  /** Directories that may be where absolute imports of a file begin, the nearest first. */
  #roots({ doc }: SourceFile): readonly string[] {
    let at = posix.dirname(doc)
    // Inside a package, only what is around it is looked through.
    while (at !== '.' && this.#files.has(posix.join(at, INIT))) at = posix.dirname(at)
    const roots: string[] = []
    for (; ; at = posix.dirname(at)) {
      if (!this.#files.has(posix.join(at, INIT))) roots.push(at)
      for (const beside of ['src', 'lib'])
        if (this.#packages.has(posix.join(at, beside))) roots.push(posix.join(at, beside))
      if (at === '.') return roots
    }
  }

  #at(base: string, names: readonly string[]): SourceFile | undefined {
    const path = posix.join(base, ...names)
    if (path.startsWith('..')) return undefined
    const whole = this.#files.get(posix.join(path, INIT))
    if (whole !== undefined) return whole
    const file = names.length === 0 ? undefined : this.#files.get(`${path}.py`)
    return file ?? this.#bare(path)
  }

  /** A package without an `__init__`. */
  #bare(path: string): SourceFile | undefined {
    const known = this.#packages.get(path)
    if (known !== null) return known
    const made: SourceFile = { doc: posix.join(path, INIT), facts: NO_FACTS }
    this.#packages.set(path, made)
    return made
  }
}
