import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, type Script, sequence, startSimulator } from '@writ/simulator'
import { type Answer, type CompletionOptions, createWrit, type RunEvent, type WritOptions } from 'writ'

/** A run over a scripted model, with its home still there. */
export interface ScriptedRun {
  readonly place: string
  readonly answer: Answer
  readonly events: readonly RunEvent[]
  readonly cleanUp: () => Promise<void>
}

/** Runs a root that makes so many sub-calls in one batch, each answered after `delayMs`. */
export async function scriptedRun(subCalls: number, delayMs = 0): Promise<ScriptedRun> {
  const leaf: Script = (request) => ({ kind: 'text', text: request.prompt, delayMs })
  const code = `const replies = await llm_query_batched(Array.from({ length: ${subCalls} }, (_, n) => 'item ' + n))`
  return await runScript(sequence([block(code), block('FINAL(replies.length)')], leaf), subCalls + 10)
}

/** Runs any scripted root once, over two small texts when it is given nothing else. */
export async function runScript(
  script: Script,
  maxCalls: number,
  { onEvent, limits, ...asked }: Partial<CompletionOptions> = {},
  options: Partial<WritOptions> = {},
): Promise<ScriptedRun> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  const simulator = await startSimulator({ script })
  const writ = await createWrit({
    home: join(place, 'home'),
    model: 'any/model',
    baseUrl: simulator.url,
    ...options,
  })
  const events: RunEvent[] = []
  try {
    const answer = await writ.completion({
      query: 'SIMTASK:bench go',
      context: [
        { id: 'a.txt', text: 'a needle in a line\n'.repeat(2000) },
        { id: 'b.txt', text: 'another line\n'.repeat(2000) },
      ],
      strategy: 'recurse',
      ...asked,
      limits: { maxCalls, ...limits },
      onEvent: (event) => {
        events.push(event)
        onEvent?.(event)
      },
    })
    return { place, answer, events, cleanUp: () => rm(place, { recursive: true, force: true }) }
  } finally {
    await writ.close()
    await simulator.stop()
  }
}
