import { Random } from './random.ts'
import type { Reply, Script } from './reply.ts'
import { contentOf, countingAttempts } from './roots.ts'

/** What can go wrong and is over at once, by name. */
export const FAULTS: Readonly<Record<string, Reply>> = {
  internal: { kind: 'status', status: 500 },
  badGateway: { kind: 'status', status: 502 },
  unavailable: { kind: 'status', status: 503 },
  overloaded: { kind: 'status', status: 529 },
  limited: { kind: 'status', status: 429, retryAfter: '0' },
  reset: { kind: 'reset' },
  cut: { kind: 'reset', afterHeaders: true },
  halfClosed: { kind: 'halfClose', sized: true },
  unsized: { kind: 'halfClose', sized: false },
  malformed: { kind: 'malformed' },
  empty: { kind: 'text', text: '' },
}

/** What never ends by itself, by name: a run waits for it as long as its limits let it. */
export const STALLS: Readonly<Record<string, Reply>> = {
  hang: { kind: 'hang' },
  hangInBody: { kind: 'hang', afterHeaders: true },
  slowLoris: { kind: 'trickle' },
}

export interface FaultOptions {
  /** Share of attempts that fail, 0 to 1. */
  readonly rate: number
  readonly seed: string
  /** Names out of `FAULTS` and `STALLS`; default all of `FAULTS`. */
  readonly kinds?: readonly string[]
}

/**
 * Makes a share of attempts fail. The draw depends on the seed, what is asked and the number of the attempt, so that
 * the faults are the same whatever the order and the concurrency.
 */
export function withFaults(
  { rate, seed, kinds = Object.keys(FAULTS) }: FaultOptions,
  script: Script,
): Script {
  const attemptOf = countingAttempts()
  return (request) => {
    const random = new Random(`${seed}\n${attemptOf(request)}\n${contentOf(request)}`)
    if (random.unit() >= rate) return script(request)
    const kind = random.pick(kinds)
    return FAULTS[kind] ?? STALLS[kind] ?? script(request)
  }
}
