import { block, type Script, sequence } from '@writ/simulator'
import { bareCalls } from './bare-calls.ts'
import { type Measure, median, rounded } from './measure.ts'
import { runScript } from './scripted-run.ts'
import { served } from './served.ts'

const CALLS = 320
const DELAY_MS = 200
const IN_FLIGHT = 16
const ROUNDS = 3
const MOST = 1.03

const leaf: Script = ({ prompt }) => ({ kind: 'text', text: prompt, delayMs: DELAY_MS })

/** One batch of sub-calls against the same calls made with nothing around them. */
export async function batch(): Promise<readonly Measure[]> {
  const bare: number[] = []
  const governed: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await bareMs())
    governed.push(await governedMs())
  }
  const ideal = (CALLS / IN_FLIGHT) * DELAY_MS
  const times = median(governed) / median(bare)
  return [
    {
      task: `${CALLS} calls of ${DELAY_MS} ms, ${IN_FLIGHT} in flight, bare doGenerate`,
      score: rounded(median(bare)),
      detail: `ms, median of ${ROUNDS}; ideal ${ideal} ms, scripted model`,
    },
    {
      task: 'the same as sub-calls of a cell, governed',
      score: rounded(times, 4),
      detail: `× the bare calls, ${rounded(median(governed))} ms`,
      target: `${MOST} ×`,
      met: times <= MOST,
    },
  ]
}

async function bareMs(): Promise<number> {
  return await served({ script: leaf }, async ({ url }) => {
    const call = bareCalls(url)
    const started = performance.now()
    await call(CALLS, IN_FLIGHT)
    return performance.now() - started
  })
}

async function governedMs(): Promise<number> {
  const code = `const replies = await llm_query_batched(Array.from({ length: ${CALLS} }, (_, n) => 'item ' + n))`
  const root = sequence([block(code), block('FINAL(replies.length)')], leaf)
  const run = await runScript(root, CALLS + 10, { limits: { concurrency: IN_FLIGHT } })
  await run.cleanUp()
  const call = run.events.find((event) => event.type === 'step' && event.op === 'leaf')
  return call?.type === 'step' ? call.tookMs : Number.NaN
}
