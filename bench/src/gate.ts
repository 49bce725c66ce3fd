import { block, sequence } from '@writ/simulator'
import { type Measure, rounded } from './measure.ts'
import { runScript, scriptedRun } from './scripted-run.ts'

const READS = 2000
const SUB_CALLS = 64
const DELAY_MS = 200
const CONCURRENCY = 16

/** What crossing the gate costs. */
export async function gate(): Promise<readonly Measure[]> {
  const reading = block(
    `let bytes = 0; for (let n = 0; n < ${READS}; n += 1) bytes += (await read('a.txt', n, n + 100)).length; bytes`,
  )
  const reads = await runScript(sequence([reading, block('FINAL(bytes)')]), 10)
  const steps = reads.events.filter((event) => event.type === 'step' && event.op === 'read')
  const took = steps.reduce((sum, event) => sum + (event.type === 'step' ? event.tookMs : 0), 0)
  await reads.cleanUp()
  const batch = await scriptedRun(SUB_CALLS, DELAY_MS)
  const call = batch.events.find((event) => event.type === 'step' && event.op === 'leaf')
  await batch.cleanUp()
  const ideal = (SUB_CALLS / CONCURRENCY) * DELAY_MS
  const wall = call?.type === 'step' ? call.tookMs : 0
  return [
    {
      task: 'one read of 100 bytes through the gate',
      score: rounded(took / steps.length, 3),
      detail: `ms, ${steps.length} reads`,
    },
    {
      task: `${SUB_CALLS} sub-calls of ${DELAY_MS} ms at ${CONCURRENCY} in flight`,
      score: rounded(wall / ideal, 3),
      detail: `× the ideal ${ideal} ms, scripted model`,
    },
    {
      task: 'gate time of that batch',
      score: rounded(call?.type === 'step' ? call.gateMs : 0, 2),
      detail: 'ms: decision, first reservation, records',
    },
  ]
}
