import type { Random } from '@writ/simulator'
import { DAMAGES } from './damage.ts'
import { FRAMES, type Scenario } from './scenarios.ts'
import type { Plan } from './trial.ts'

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
export function randomPlan(random: Random, scenario: Scenario, span: Span): Plan {
  // One in ten is killed while it starts, before it says anything; the others anywhere from their first event on.
  const { first, last } = scenario.behind ?? { first: 1, last: span.lines }
  const late = {
    line: first + Math.floor(random.unit() * (last - first + 1)),
    ms: Math.round(random.unit() * scenario.quietMs),
  }
  const early = { line: 0, ms: Math.round(random.unit() * span.startMs) }
  const cuts = [random.unit() < 0.1 ? early : late]
  // What a resume writes is what it goes on with: to cut it before that, too, the cut is counted from its start.
  while (random.unit() < 0.4) cuts.push({ line: 0, ms: Math.round(random.unit() * span.lifeMs) })
  return { scenario, cuts, signal: random.unit() < 0.1 ? 'SIGTERM' : 'SIGKILL' }
}

/** Runs that are killed once they are open, and whose write-ahead log is then damaged: each kind of damage so many times. */
export function damagePlans(random: Random, span: Span, each: number): { name: string; plan: Plan }[] {
  return DAMAGES.flatMap((kind) =>
    Array.from({ length: each }, () => {
      const line = 2 + Math.floor(random.unit() * (span.lines - 2))
      const cuts = [{ line, ms: Math.round(random.unit() * FRAMES.quietMs) }]
      return {
        name: `log ${kind}`,
        plan: { cuts, signal: 'SIGKILL' as const, damage: { kind, at: random.unit() } },
      }
    }),
  )
}
