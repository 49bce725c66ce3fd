import { PLANNED, type StrategyChoice, type StrategyQuestion, WritError } from '@writ/contract'
import { lookupOf } from './lookup.ts'

/** Bytes per token below which no usual text falls: a bound for choosing, never for charging. */
const BYTES_PER_TOKEN = 2
/** What marks a document in a prompt, with its id. */
const BYTES_AROUND_DOCUMENT = 128

export const STRATEGIES: readonly string[] = ['direct', 'retrieve', 'recurse']

/**
 * Chooses how to answer: by a script where there is one; directly when the context fits in half the model's window; over
 * what a search finds when the question looks up something that it names; else by recursion. A model that answers by a plan
 * always recurses.
 */
export function chooseStrategy({
  requested,
  question,
  bytes,
  documents,
  contextWindow,
  planned,
  scripted,
}: StrategyQuestion): StrategyChoice {
  if (scripted) return { strategy: 'script', repl: true, turns: false, reason: whyScript(requested) }
  if (requested !== 'auto' && !STRATEGIES.includes(requested))
    throw new WritError(
      'USAGE',
      `There is no strategy "${requested}"; there are auto, ${STRATEGIES.join(', ')}.`,
    )
  if (planned && requested !== 'recurse') return inTurns('recurse', PLANNED)
  if (requested === 'recurse') return inTurns(requested, 'requested')
  if (requested !== 'auto') return { strategy: requested, repl: false, turns: false, reason: 'requested' }
  const half = (contextWindow / 2) * BYTES_PER_TOKEN
  if (bytes + documents * BYTES_AROUND_DOCUMENT <= half)
    return { strategy: 'direct', repl: false, turns: false, reason: 'context-fits-half-the-window' }
  if (lookupOf(question) !== undefined) return inTurns('retrieve', 'question-names-what-it-looks-up')
  const what = bytes <= half ? 'documents-exceed' : 'context-exceeds'
  return inTurns('recurse', `${what}-half-the-window`)
}

function inTurns(strategy: string, reason: string): StrategyChoice {
  return { strategy, repl: true, turns: true, reason }
}

/** It was asked for, or it says that it answers this question. A script takes no turns, and so holds none back. */
function whyScript(requested: string): string {
  return requested === 'auto' ? 'script-answers-the-question' : 'requested'
}
