import type { Limits } from './budget.ts'
import { WritError } from './errors.ts'
import { DEFAULT_LIMITS, LONGEST_TIMEOUT_MS } from './limits.ts'

/** The least value of each limit; a run with less could not take one step. */
const LEAST: Readonly<Required<Record<keyof Limits, number>>> = {
  maxCalls: 0,
  maxTokens: 0,
  maxCostMicroUsd: 0,
  maxDepth: 0,
  maxTurns: 1,
  timeoutMs: 1,
  concurrency: 1,
  maxOutputBytes: 1,
  cellSteps: 1,
  frameSteps: 1,
  frameReadBytes: 0,
  maxPromptBytes: 1,
  maxWorkerTurns: 1,
  maxWorkerCalls: 0,
  maxVerifierTurns: 1,
  maxVerifierCalls: 0,
}

/** Throws `USAGE` for a limit that is not known, no whole number, or out of its range. */
export function checkLimits(limits: Partial<Limits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!isLimit(name)) throw new WritError('USAGE', `There is no limit "${name}".`)
    if (value === undefined || (value === null && DEFAULT_LIMITS[name] === null)) continue
    const most = name === 'timeoutMs' ? LONGEST_TIMEOUT_MS : Number.MAX_SAFE_INTEGER
    if (!isWhole(value) || value < LEAST[name] || value > most)
      throw new WritError(
        'USAGE',
        `The limit ${name} takes a whole number from ${LEAST[name]} to ${most}, not ${String(value)}.`,
      )
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(LEAST, name)
}
