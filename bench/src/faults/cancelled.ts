import { setTimeout as pause } from 'node:timers/promises'
import { block, sequence } from '@writ/simulator'
import { attemptsOf, within } from './faulty-run.ts'
import { open, until } from './until.ts'

const SUB_CALLS = 64
const IN_FLIGHT = 16
const SETTLED_MS = 500

/** What cancelling a run does to its requests. */
export interface Cancelled {
  /** From the abort to the end of the last request. */
  readonly closedMs: number
  /** Requests in flight at the abort. */
  readonly open: number
  /** Requests that came after the abort. */
  readonly later: number
  /** Whether the answer charges each request that was sent, and none that was not. */
  readonly reconciled: boolean
}

/** Aborts a run while its sub-calls hang. */
export async function cancelled(): Promise<Cancelled> {
  const script = sequence(
    [block(`await llm_query_batched(Array.from({ length: ${SUB_CALLS} }, (_, n) => 'item ' + n));`)],
    () => ({ kind: 'hang' }),
  )
  return await within(script, async (writ, journal) => {
    const stop = new AbortController()
    const running = writ.completion({
      query: 'SIMTASK:cancel go',
      context: 'a short text\n',
      strategy: 'recurse',
      limits: { concurrency: IN_FLIGHT },
      signal: stop.signal,
    })
    await until(() => open(journal()).length === IN_FLIGHT)
    const inFlight = open(journal()).length
    const sent = journal().length
    const aborted = performance.now()
    stop.abort()
    await until(() => open(journal()).length === 0)
    const closedMs = performance.now() - aborted
    const answer = await running
    await pause(SETTLED_MS)
    const attempts = await attemptsOf(writ, answer.run)
    return {
      closedMs,
      open: inFlight,
      later: journal().length - sent,
      reconciled: answer.usage.modelCalls === journal().length && attempts.length === journal().length,
    }
  })
}
