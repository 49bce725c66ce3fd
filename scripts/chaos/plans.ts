import { DAMAGES } from './damage.ts'
import { FRAMES, type Scenario } from './scenarios.ts'
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

/** How long an undisturbed run takes, which the cuts of the others are spread over. */
export interface Span {
  /** Lines that the process writes: one per event of the run. */
  readonly lines: number
  /** Milliseconds from the start of the process to its first line. */
  readonly startMs: number
  /** Milliseconds from its start to its end. */
  readonly lifeMs: number
}

/** A run of a scenario that is killed at random: once, or again while it is resumed; now and then by SIGTERM instead. */
export function randomPlan(random: () => number, scenario: Scenario, span: Span): Plan {
  // One in ten is killed while it starts, before it says anything; the others anywhere from their first event on.
  const { first, last } = scenario.behind ?? { first: 1, last: span.lines }
  const late = {
    line: first + Math.floor(random() * (last - first + 1)),
    ms: Math.round(random() * scenario.quietMs),
  }
  const early = { line: 0, ms: Math.round(random() * span.startMs) }
  const cuts = [random() < 0.1 ? early : late]
  // What a resume writes is what it goes on with: to cut it before that, too, the cut is counted from its start.
  while (random() < 0.4) cuts.push({ line: 0, ms: Math.round(random() * span.lifeMs) })
  return { scenario, cuts, signal: random() < 0.1 ? 'SIGTERM' : 'SIGKILL' }
}

/** Runs that are killed once they are open, and whose write-ahead log is then damaged: each kind of damage so many times. */
export function damagePlans(random: () => number, span: Span, each: number): { name: string; plan: Plan }[] {
  return DAMAGES.flatMap((kind) =>
    Array.from({ length: each }, () => {
      const line = 2 + Math.floor(random() * (span.lines - 2))
      const cuts = [{ line, ms: Math.round(random() * FRAMES.quietMs) }]
      return {
        name: `log ${kind}`,
        plan: { cuts, signal: 'SIGKILL' as const, damage: { kind, at: random() } },
      }
    }),
  )
}
