import { setTimeout } from 'node:timers/promises'
import type { Confinement } from '@writ/contract'
import { findBubblewrap } from './bubblewrap.ts'
import { childProgram } from './child-command.ts'
import { ConfinedChild, type Wall } from './confined-child.ts'
import type { SandboxChild } from './sandbox-child.ts'

/** What stands between guest code and the machine, from the inside out. */
const REDUCED = ['quickjs-wasi', 'worker-thread', 'node --permission']
const LAYERS = Object.freeze({
  reduced: Object.freeze(REDUCED),
  full: Object.freeze([...REDUCED, 'seccomp', 'bubblewrap']),
})

/** How long one that is not confined may take to end, so that what it said is complete. */
const LAST_WORDS_MS = 1_000

/** A child, and how children of this process are confined. */
export interface StartedChild {
  readonly child: SandboxChild
  /** Starts another with the same confinement, for when this one is gone. */
  readonly another: () => SandboxChild
  readonly level: Confinement['level']
  readonly layers: Confinement['layers']
  /** Why it is not full; undefined when it is. */
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
    return lack === undefined ? startedBehind(wall, new ConfinedChild(wall, childProgram())) : reduced(lack)
  }
  const child = new ConfinedChild(wall, childProgram())
  const shown = child.confined.then(
    () => undefined,
    async () => {
      await Promise.race([child.close(), setTimeout(LAST_WORDS_MS, undefined, { ref: false })])
      return `${path} does not confine: ${(child.gone ?? '').replaceAll(/\s+/g, ' ')}`
    },
  )
  lacks.set(path, shown)
  const lack = await shown
  return lack === undefined ? startedBehind(wall, child) : reduced(lack)
}

function reduced(lack: string): StartedChild {
  const wall: Wall = { level: 'reduced' }
  return startedBehind(wall, new ConfinedChild(wall, childProgram()), lack)
}

function startedBehind(wall: Wall, child: SandboxChild, lack?: string): StartedChild {
  const { level } = wall
  return { child, another: () => new ConfinedChild(wall, childProgram()), level, layers: LAYERS[level], lack }
}
