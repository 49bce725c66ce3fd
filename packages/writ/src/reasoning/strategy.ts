import { PLANNED, type StrategyChoice, WritError } from '@writ/contract'

/** Bytes per token below which no usual text falls: a bound for choosing, never for charging. */
const BYTES_PER_TOKEN = 2

export const STRATEGIES: readonly string[] = ['direct', 'retrieve', 'recurse']

/**
 * Chooses how to answer: directly when the context fits in half the model's window, else by recursion. A model that
 * answers by a plan always recurses. Passages that a search found answer only where that is asked for.
 */
export function chooseStrategy(
  requested: string,
  contextBytes: number,
  contextWindow: number,
  planned: boolean,
): StrategyChoice {
  if (requested !== 'auto' && !STRATEGIES.includes(requested))
    throw new WritError(
      'USAGE',
      `There is no strategy "${requested}"; there are auto, ${STRATEGIES.join(', ')}.`,
    )
  if (planned && requested !== 'recurse')
    return { strategy: 'recurse', repl: true, turns: true, reason: PLANNED }
  if (requested !== 'auto') {
    const repl = requested === 'recurse'
    return { strategy: requested, repl, turns: repl, reason: 'requested' }
  }
  const fits = contextBytes / BYTES_PER_TOKEN <= contextWindow / 2
  return fits
    ? { strategy: 'direct', repl: false, turns: false, reason: 'context-fits-half-the-window' }
    : { strategy: 'recurse', repl: true, turns: true, reason: 'context-exceeds-half-the-window' }
}
