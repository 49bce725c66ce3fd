import { type CodeReader, type CodeScope, WritError } from '@writ/contract'
import type { OpenPack } from '../pack-directory.ts'
import { CodeView } from './code-view.ts'
import type { CodeStructure } from './kept-code.ts'

/** Views that are kept at once: a run has few scopes, and each view holds its source. */
const MOST_VIEWS = 4

/** Views over the source of opened partitions, made when they are first asked for. */
export class OpenCode {
  readonly #opened: (partition: string) => OpenPack
  readonly #read: CodeReader['readCode']
  readonly #views = new Map<string, Promise<CodeView>>()

  constructor(opened: (partition: string) => OpenPack, read: CodeReader['readCode']) {
    this.#opened = opened
    this.#read = read
  }

  /** Made once for all who ask; where the one it is made for gives up, it is made again for another. */
  async view(scope: CodeScope, signal: AbortSignal): Promise<CodeView> {
    for (;;)
      try {
        return await this.#shared(scope, signal)
      } catch (error) {
        const isAnothers = error instanceof Error && error.name === 'AbortError' && !signal.aborted
        if (!isAnothers) throw error
      }
  }

  #shared(scope: CodeScope, signal: AbortSignal): Promise<CodeView> {
    const key = JSON.stringify([scope.partitions.toSorted(), scope.docs?.toSorted() ?? null])
    const known = this.#views.get(key)
    if (known !== undefined) return known
    const view = this.#make(scope, signal)
    this.#views.set(key, view)
    view.catch(() => this.#views.delete(key))
    const [oldest] = this.#views.keys()
    if (this.#views.size > MOST_VIEWS && oldest !== undefined) this.#views.delete(oldest)
    return view
  }

  clear(): void {
    this.#views.clear()
  }

  async #make({ partitions, docs }: CodeScope, signal: AbortSignal): Promise<CodeView> {
    const packs = partitions.map((partition) => this.#opened(partition))
    const scoped = docs === null ? null : new Set(docs)
    const files: CodeStructure[] = []
    for (const { code } of packs)
      for (const file of await code.files(this.#read, signal))
        if (scoped === null || scoped.has(file.doc)) files.push(file)
    files.sort((a, b) => (a.doc < b.doc ? -1 : 1))
    return new CodeView(files, (id) => {
      for (const { pack } of packs) {
        const doc = pack.byId(id)
        if (doc !== undefined) return { pack, doc }
      }
      throw new WritError('INTERNAL', `The source ${id} is in no partition that is open.`)
    })
  }
}
