import { type TextSource, WritError } from '@writ/contract'
import { type Root, rootName } from './roots.ts'

/**
 * Gives every document an id of its own: texts keep theirs; what is below the only directory given goes by its path
 * there, below one of several by `<directory>/<path>`; a file goes by its name, or by the path given when that name
 * is not the only one. What is left to collide goes by its absolute path.
 */
export class DocumentNames {
  readonly #taken = new Set<string>()
  readonly #prefixes = new Map<Root, string>()
  readonly #fileNames: readonly string[]

  constructor(texts: readonly TextSource[], roots: readonly Root[]) {
    for (const { id } of texts) this.#take(id, 'text')
    const directories = roots.filter((root) => root.kind === 'directory')
    const names = directories.map(rootName)
    directories.forEach((root, at) => {
      this.#prefixes.set(
        root,
        directories.length === 1 ? '' : `${isOnly(names, at) ? names[at] : root.given}/`,
      )
    })
    this.#fileNames = roots.filter((root) => root.kind !== 'directory').map(rootName)
  }

  /** The id of a file below a directory root. */
  below(root: Root, relative: string, path: string): string {
    return this.#first([this.place(root, relative), path])
  }

  /** The id of a file given by name. Call it after every `below`. */
  file(root: Root): string {
    const name = rootName(root)
    const shared = this.#fileNames.indexOf(name) !== this.#fileNames.lastIndexOf(name)
    return this.#first(shared ? [root.given, root.path] : [name, root.given, root.path])
  }

  /** The id of a file of a revision; its whole origin where that is taken. */
  within(name: string, origin: string): string {
    return this.#first([name, origin])
  }

  /** The first of some names that is not taken. */
  first(names: readonly string[]): string {
    return this.#first(names)
  }

  /** What a place below a root is called, document or not. */
  place(root: Root, relative: string): string {
    return `${this.#prefixes.get(root) ?? ''}${relative}` || root.given
  }

  #first(names: readonly string[]): string {
    const free = names.find((name) => !this.#taken.has(name)) ?? names.at(-1) ?? ''
    return this.#take(free, 'document')
  }

  #take(id: string, what: string): string {
    if (id === '') throw new WritError('BAD_REQUEST', `a ${what} has an empty id`)
    if (this.#taken.has(id))
      throw new WritError('BAD_REQUEST', `two documents have the id ${JSON.stringify(id)}`)
    this.#taken.add(id)
    return id
  }
}

function isOnly(names: readonly string[], at: number): boolean {
  return names.indexOf(names[at] ?? '') === at && names.lastIndexOf(names[at] ?? '') === at
}
