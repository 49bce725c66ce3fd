import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CorporaHome } from './corpora-home.ts'
import { NamedCorpora } from './named-corpora.ts'

/** What became of packs that should go. */
export interface DroppedPacks {
  readonly dropped: number
  /** Bytes of their files. */
  readonly bytes: number
  /** Kept because a named corpus holds them. */
  readonly named: number
}

/**
 * Takes packs (by hash) and their indexes out of the home, except those of named corpora. They are unlinked and not
 * overwritten: a process that has one open reads on.
 */
export async function dropPacks(home: string, packs: readonly string[]): Promise<DroppedPacks> {
  const places = new CorporaHome(home)
  places.sweep()
  const named = new Set<string>()
  const corpora = new NamedCorpora(places.named, places.scratch)
  for (const { name } of await corpora.list()) {
    for (const { packSha256 } of (await corpora.get(name)).kept) named.add(packSha256)
  }
  const leaving = packs.filter((hash) => !named.has(hash) && existsSync(join(places.packs, `${hash}.pack`)))
  let bytes = 0
  for (const hash of leaving) {
    const derived = ['db', 'code'].map((ending) => join(places.indexes, `${hash}.${ending}`))
    for (const path of [...derived, join(places.packs, `${hash}.pack`)]) {
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
      rmSync(path, { force: true })
    }
  }
  return { dropped: leaving.length, bytes, named: packs.filter((hash) => named.has(hash)).length }
}
