import { Random } from './random.ts'
import type { Reply, Script } from './reply.ts'
import { contentOf, countingAttempts } from './roots.ts'

/** What can go wrong, by name. */
export const FAULTS: Readonly<Record<string, Reply>> = {
  internal: { kind: 'status', status: 500 },
  badGateway: { kind: 'status', status: 502 },
  unavailable: { kind: 'status', status: 503 },
  overloaded: { kind: 'status', status: 529 },
  limited: { kind: 'status', status: 429, retryAfter: '0' },
  reset: { kind: 'reset' },
  cut: { kind: 'reset', afterHeaders: true },
  malformed: { kind: 'malformed' },
  empty: { kind: 'text', text: '' },
}

export interface FaultOptions {
  /** Share of attempts that fail, 0 to 1. */
  readonly rate: number
  readonly seed: string
  /** Names out of `FAULTS`; default all. */
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
    return FAULTS[random.pick(kinds)] ?? script(request)
  }
}
