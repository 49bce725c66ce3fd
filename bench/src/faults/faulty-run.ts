import type { Attempt } from '@writ/contract'
import { block, type JournalEntry, o200k, type Script, sequence, withFaults } from '@writ/simulator'
import type { Answer, Writ } from 'writ'
import { servedHome } from '../served.ts'

/** One run whose sub-calls fail, from both sides. */
export interface FaultyRun {
  readonly prompts: readonly string[]
  readonly answer: Answer
  /** Every attempt that the run's records tell of. */
  readonly attempts: readonly Attempt[]
  /** Every request that the server saw. */
  readonly journal: readonly JournalEntry[]
}

export const PRICE = { inputNanoUsd: 1_250, outputNanoUsd: 10_000 }
const IN_FLIGHT = 16

/** What a sub-call is answered with. */
export function replyTo(prompt: string): string {
  return `The reply to ${prompt}.`
}

/** A batch of sub-calls of which a share of the attempts fails in one way. The turns of the root do not. */
export async function faultyRun(
  kinds: readonly string[],
  rate: number,
  subCalls: number,
): Promise<FaultyRun> {
  const prompts = Array.from({ length: subCalls }, (_, n) => `item ${n} of ${subCalls}`)
  const leaf = withFaults({ rate, seed: `bench ${rate}`, kinds }, ({ prompt }) => replyTo(prompt))
  const script = sequence(
    [
      block(
        `const prompts = Array.from({ length: ${subCalls} }, (_, n) => 'item ' + n + ' of ${subCalls}');\nconst outcomes = await llm_query_batched(prompts, { settle: true });\nprint(outcomes.length);`,
      ),
      block('FINAL(outcomes);'),
    ],
    leaf,
  )
  return await within(script, async (writ, journal) => {
    const answer = await writ.completion({
      query: 'SIMTASK:faults go',
      context: 'a short text\n',
      strategy: 'recurse',
      limits: { maxCalls: 10 * subCalls, concurrency: IN_FLIGHT },
    })
    return { prompts, answer, attempts: await attemptsOf(writ, answer.run), journal: journal() }
  })
}

/** A home and a server for one run. */
export async function within<T>(
  script: Script,
  work: (writ: Writ, journal: () => readonly JournalEntry[]) => Promise<T>,
): Promise<T> {
  const options = { script, tokenizer: await o200k(), price: PRICE }
  return await servedHome(options, (writ, simulator) => work(writ, () => simulator.journal().entries))
}

/** Kinds of records that describe attempts. */
const DESCRIBING: ReadonlySet<string> = new Set(['model.usage', 'model.item', 'model.result'])

/** The attempts in the records of a run. */
export async function attemptsOf(writ: Writ, run: string): Promise<Attempt[]> {
  let lines = ''
  for await (const piece of writ.export(run, { format: 'jsonl' })) lines += piece
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map(
      (line) => JSON.parse(line) as { readonly kind: string; readonly obs: { detail?: readonly Attempt[] } },
    )
    .flatMap(({ kind, obs }) => (DESCRIBING.has(kind) ? (obs.detail ?? []) : []))
}
