import { setTimeout } from 'node:timers/promises'
import { findBubblewrap } from './bubblewrap.ts'
import type { Child } from './child.ts'
import type { ChildProgram } from './child-program.ts'
import { ConfinedChild, type Wall } from './confined-child.ts'

/** How long one that is not confined may take to end, so that what it said is complete. */
const LAST_WORDS_MS = 1_000

/** A child, and how children of this process are confined. */
export interface Started<Message> {
  readonly child: Child<Message>
  /** Starts another with the same confinement, for when this one is gone. */
  readonly another: () => Child<Message>
  /** Starts another program with the same confinement. */
  readonly beside: <Other>(program: ChildProgram) => Child<Other>
  readonly level: Wall['level']
  /** Why it is not full; undefined when it is. */
  readonly lack: string | undefined
}

/** Why a bubblewrap does not confine, by its path; undefined where it does. The first child of each shows it. */
const lacks = new Map<string, Promise<string | undefined>>()

/**
 * Starts a child behind the strongest wall there is. What the first child of this process has, all later ones have: one
 * that could not be confined any more ends, and is not started again behind less.
 */
export async function startConfined<Message>(
  program: ChildProgram,
  bubblewrap: ReturnType<typeof findBubblewrap> = findBubblewrap(),
): Promise<Started<Message>> {
  if ('lack' in bubblewrap) return reduced(program, bubblewrap.lack)
  const { path } = bubblewrap
  const wall: Wall = { level: 'full', bubblewrap: path }
  const known = lacks.get(path)
  if (known !== undefined) {
    const lack = await known
    return lack === undefined
      ? startedBehind(program, wall, new ConfinedChild(wall, program))
      : reduced(program, lack)
  }
  const child = new ConfinedChild<Message>(wall, program)
  const shown = child.confined.then(
    () => undefined,
    async () => {
      await Promise.race([child.close(), setTimeout(LAST_WORDS_MS, undefined, { ref: false })])
      return `${path} does not confine: ${(child.gone ?? '').replaceAll(/\s+/g, ' ')}`
    },
  )
  lacks.set(path, shown)
  const lack = await shown
  return lack === undefined ? startedBehind(program, wall, child) : reduced(program, lack)
}

function reduced<Message>(program: ChildProgram, lack: string): Started<Message> {
  const wall: Wall = { level: 'reduced' }
  return startedBehind(program, wall, new ConfinedChild<Message>(wall, program), lack)
}

function startedBehind<Message>(
  program: ChildProgram,
  wall: Wall,
  child: Child<Message>,
  lack?: string,
): Started<Message> {
  return {
    child,
    another: () => new ConfinedChild(wall, program),
    beside: (other) => new ConfinedChild(wall, other),
    level: wall.level,
    lack,
  }
}
