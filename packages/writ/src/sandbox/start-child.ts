import { setTimeout } from 'node:timers/promises'
import { findBubblewrap } from './bubblewrap.ts'
import { ConfinedChild, type Wall } from './confined-child.ts'

/** How long one that is not confined may take to end, so that what it said is complete. */
const LAST_WORDS_MS = 1_000

/** A child, and the wall that children of this process have. */
export interface StartedChild {
  readonly child: ConfinedChild
  readonly wall: Wall
  /** Why the wall is not full; undefined when it is. */
  readonly lack: string | undefined
}

/** Why a bubblewrap does not confine, by its path; undefined where it does. The first child of each shows it. */
const lacks = new Map<string, Promise<string | undefined>>()

/**
 * Starts a child behind the strongest wall there is. What the first child of this process has, all later ones have: one
 * that could not be confined any more ends, and is not started again behind less.
 */
export async function startChild(
  bubblewrap: ReturnType<typeof findBubblewrap> = findBubblewrap(),
): Promise<StartedChild> {
  if ('lack' in bubblewrap) return reduced(bubblewrap.lack)
  const { path } = bubblewrap
  const wall: Wall = { level: 'full', bubblewrap: path }
  const known = lacks.get(path)
  if (known !== undefined) {
    const lack = await known
    return lack === undefined ? { child: new ConfinedChild(wall), wall, lack } : reduced(lack)
  }
  const child = new ConfinedChild(wall)
  const shown = child.confined.then(
    () => undefined,
    async () => {
      await Promise.race([child.close(), setTimeout(LAST_WORDS_MS, undefined, { ref: false })])
      return `${path} does not confine: ${(child.gone ?? '').replaceAll(/\s+/g, ' ')}`
    },
  )
  lacks.set(path, shown)
  const lack = await shown
  return lack === undefined ? { child, wall, lack } : reduced(lack)
}

function reduced(lack: string): StartedChild {
  const wall: Wall = { level: 'reduced' }
  return { child: new ConfinedChild(wall), wall, lack }
}
