import type { Part } from './pack-parts.ts'
import type { PackSet } from './pack-set.ts'

/** Which documents are to count: some of the parts that were there before, some of those that came since. */
export interface Living {
  /** The first parts of the set: those that were there before, with what was gone from them. */
  readonly before: readonly Part[]
  readonly stays: (id: string) => boolean
  /** Of documents that came more than once, the last counts. */
  readonly came: (id: string) => boolean
}

/** The parts of a set, with the documents that count no more. */
export function livingParts(set: PackSet, { before, stays, came }: Living): Part[] {
  const last = new Map<string, number>()
  set.parts.forEach(({ file }, part) => {
    if (part >= before.length) for (const { id } of file.documents) last.set(id, part)
  })
  return set.parts.map(({ pack, file }, part) => {
    const old = before[part]
    const goneBefore = new Set(old?.gone)
    const counts = (id: string, at: number): boolean =>
      old === undefined ? came(id) && last.get(id) === part : stays(id) && !goneBefore.has(at)
    const gone = file.documents.flatMap(({ id }, at) => (counts(id, at) ? [] : [at]))
    return { pack, gone }
  })
}
