import type { Plan } from './trial.ts'

/** Numbers in [0, 1) that follow from a seed (mulberry32), so that a campaign can be done again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Part of an undisturbed life that is over before the process has read its first file. */
const STARTING = 0.3

/** A run that is killed at random: once, or again while it is resumed; now and then by SIGTERM instead. */
export function randomPlan(random: () => number, lifeMs: number): Plan {
  const cut = (): number => Math.round(lifeMs * (STARTING + random() * (1.05 - STARTING)))
  const cuts = [cut()]
  while (random() < 0.4) cuts.push(cut())
  return { cuts, signal: random() < 0.1 ? 'SIGTERM' : 'SIGKILL' }
}
