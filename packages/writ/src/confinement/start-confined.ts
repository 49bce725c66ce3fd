import { setTimeout } from 'node:timers/promises'
import type { Child } from './child.ts'
import type { ChildProgram } from './child-program.ts'
import { ConfinedChild } from './confined-child.ts'
import { findBubblewrap } from './find-bubblewrap.ts'
import { findDeno } from './find-deno.ts'
import type { Wall } from './wall.ts'

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

/** What there is to confine with, or why there is none; found by default. */
export interface Confiners {
  readonly bubblewrap?: ReturnType<typeof findBubblewrap>
  readonly deno?: ReturnType<typeof findDeno>
}

/** Why a program does not confine, by its path; undefined where it does. The first child of each shows it. */
const lacks = new Map<string, Promise<string | undefined>>()

/**
 * Starts a child behind the strongest wall there is. What the first child of this process has, all later ones have: one
 * that could not be confined any more ends, and is not started again behind less.
 */
export async function startConfined<Message>(
  program: ChildProgram,
  { bubblewrap = findBubblewrap(), deno }: Confiners = {},
): Promise<Started<Message>> {
  const full =
    'lack' in bubblewrap
      ? bubblewrap.lack
      : await tryBehind<Message>({ level: 'full', bubblewrap: bubblewrap.path }, bubblewrap.path, program)
  if (typeof full !== 'string') return full
  const found = deno ?? findDeno()
  const filtered =
    'lack' in found
      ? found.lack
      : await tryBehind<Message>({ level: 'filtered', deno: found.path }, found.path, program)
  if (typeof filtered !== 'string') return { ...filtered, lack: full }
  const wall: Wall = { level: 'reduced' }
  return {
    ...startedBehind(program, wall, new ConfinedChild<Message>(wall, program)),
    lack: `${full}; ${filtered}`,
  }
}

/** Starts a child behind a wall, or says why that does not stand. */
async function tryBehind<Message>(
  wall: Wall,
  path: string,
  program: ChildProgram,
): Promise<Started<Message> | string> {
  const known = lacks.get(path)
  if (known !== undefined)
    return (await known) ?? startedBehind(program, wall, new ConfinedChild(wall, program))
  const child = new ConfinedChild<Message>(wall, program)
  const shown = child.confined.then(
    () => undefined,
    async () => {
      await Promise.race([child.close(), setTimeout(LAST_WORDS_MS, undefined, { ref: false })])
      return `${path} does not confine: ${(child.gone ?? '').replaceAll(/\s+/g, ' ')}`
    },
  )
  lacks.set(path, shown)
  return (await shown) ?? startedBehind(program, wall, child)
}

function startedBehind<Message>(program: ChildProgram, wall: Wall, child: Child<Message>): Started<Message> {
  return {
    child,
    another: () => new ConfinedChild(wall, program),
    beside: (other) => new ConfinedChild(wall, other),
    level: wall.level,
    lack: undefined,
  }
}
