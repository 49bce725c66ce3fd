import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CorporaHome } from './corpora-home.ts'
import { withPacksLock } from './corpus-lock.ts'
import { NamedCorpora } from './named-corpora.ts'
import { packsOf } from './pack-parts.ts'

/** What became of packs that should go. */
export interface DroppedPacks {
  readonly dropped: number
  /** Bytes of their files. */
  readonly bytes: number
  /** Kept because a named corpus holds them, or something that is in use. */
  readonly kept: number
}

/**
 * Takes states of partitions (by hash) with their packs and indexes out of the home, except what named corpora hold and
 * what is in use; `corpus` is the one it is done for, if any. They are unlinked and not overwritten: a process that has one open reads on.
 */
export async function dropPacks(
  home: string,
  states: readonly string[],
  inUse: Iterable<string>,
  corpus?: string,
): Promise<DroppedPacks> {
  const places = new CorporaHome(home)
  places.sweep()
  return await withPacksLock(places.locks, () => drop(places, states, inUse), corpus)
}

async function drop(
  places: CorporaHome,
  states: readonly string[],
  inUse: Iterable<string>,
): Promise<DroppedPacks> {
  const staying = new Set<string>()
  const stay = (state: string): void => {
    for (const file of packsOf(places.packs, state)) staying.add(file)
  }
  for (const state of inUse) stay(state)
  for (const state of await new NamedCorpora(places.named).states()) stay(state)
  const asked = [...new Set(states)]
  const leaving = asked.filter((state) => !staying.has(state) && packsNamed(places, state).some(existsSync))
  const files = new Set(
    leaving.flatMap((state) => packsOf(places.packs, state)).filter((file) => !staying.has(file)),
  )
  // What a state that nobody has is made of stays, too: it may be that of a run that is only just being opened.
  for (const other of statesIn(places.packs).filter((state) => !leaving.includes(state)))
    for (const file of packsOf(places.packs, other)) if (file !== other) files.delete(file)
  let bytes = 0
  for (const file of files) {
    for (const path of filesOf(places, file)) {
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
      rmSync(path, { force: true })
    }
  }
  return { dropped: leaving.length, bytes, kept: asked.filter((state) => staying.has(state)).length }
}

/** Removes what was derived for states that no named corpus has. It is made again from the packs if it is needed. */
export async function dropIndexes(home: string, states: readonly string[], corpus: string): Promise<void> {
  const places = new CorporaHome(home)
  await withPacksLock(places.locks, async () => removeIndexes(places, states), corpus)
}

async function removeIndexes(places: CorporaHome, states: readonly string[]): Promise<void> {
  const named = await new NamedCorpora(places.named).states()
  const used = new Set([...named].flatMap((state) => packsOf(places.packs, state)))
  for (const file of new Set(states.flatMap((state) => packsOf(places.packs, state)))) {
    if (used.has(file)) continue
    for (const path of indexesOf(places, file)) rmSync(path, { force: true })
  }
}

function filesOf(places: CorporaHome, hash: string): string[] {
  return [...indexesOf(places, hash), ...packsNamed(places, hash)]
}

/** What is derived from a pack, or from a state of that hash. */
function indexesOf({ indexes }: CorporaHome, hash: string): string[] {
  return ['db', 'code', 'code-journal'].map((ending) => join(indexes, `${hash}.${ending}`))
}

/** The list of parts and the pack that may have a hash. */
function packsNamed({ packs }: CorporaHome, hash: string): string[] {
  return ['parts', 'pack'].map((ending) => join(packs, `${hash}.${ending}`))
}

/** States of several parts. */
function statesIn(packs: string): string[] {
  return readdirSync(packs)
    .filter((file) => file.endsWith('.parts'))
    .map((file) => file.slice(0, -'.parts'.length))
}
