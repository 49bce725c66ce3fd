import { setTimeout as pause } from 'node:timers/promises'
import { block, STALLS, sequence, withFaults } from '@writ/simulator'
import { attemptsOf, replyTo, within } from './faulty-run.ts'
import { reconcile } from './reconcile.ts'
import { open, until } from './until.ts'

const SUB_CALLS = 64
const RATE = 0.1
const LIMIT_MS = 5_000
const SETTLED_MS = 500

/** What a time limit does to a run whose provider does not come to an end. */
export interface Stalled {
  /** From the limit until the run is over and its last request is closed. */
  readonly closedMs: number
  /** Requests that did not come to an end by themselves. */
  readonly stalled: number
  /** Requests that came after the run was over. */
  readonly later: number
  /** Ways in which records, answer and the server's journal do not agree. */
  readonly differences: readonly string[]
}

/** Some sub-calls of a batch hang, or trickle for ever; the run has a time limit. */
export async function stalled(): Promise<Stalled> {
  const faults = { rate: RATE, seed: 'bench', kinds: Object.keys(STALLS) }
  const prompts = Array.from({ length: SUB_CALLS }, (_, n) => `item ${n}`)
  const script = sequence(
    [block(`await llm_query_batched(${JSON.stringify(prompts)}, { settle: true });`)],
    withFaults(faults, ({ prompt }) => replyTo(prompt)),
  )
  return await within(script, async (writ, journal) => {
    const started = performance.now()
    const answer = await writ.completion({
      query: 'SIMTASK:stalls go',
      context: 'a short text\n',
      strategy: 'recurse',
      limits: { concurrency: SUB_CALLS, timeoutMs: LIMIT_MS },
    })
    const sent = journal().length
    await until(() => open(journal()).length === 0)
    const closedMs = performance.now() - started - LIMIT_MS
    await pause(SETTLED_MS)
    const attempts = await attemptsOf(writ, answer.run)
    const { differences } = reconcile({ prompts, answer, attempts, journal: journal() })
    return {
      closedMs,
      stalled: journal().filter(({ outcome }) => outcome === 'hang' || outcome === 'trickle').length,
      later: journal().length - sent,
      differences,
    }
  })
}
