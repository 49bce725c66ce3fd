import { createWrit, type RunEvent } from 'writ'
import type { TreeRun } from './frame-tree.ts'
import { cpuSeconds } from './process-tree.ts'

// One run in a process of its own, so that its CPU and memory are those of Writ alone: home, server and children.

const [home = '', baseUrl = '', children = ''] = process.argv.slice(2)
const writ = await createWrit({ home, model: 'any/model', baseUrl })
let cellMs = Number.NaN
const onEvent = (event: RunEvent): void => {
  const first = Number.isNaN(cellMs) && event.type === 'step' && event.kind === 'cell' && event.lane === '0'
  if (first) cellMs = event.tookMs
}
const answer = await writ.completion({
  query: 'SIMTASK:root go',
  context: [{ id: 'a.txt', text: 'a needle in a line\n'.repeat(2_000) }],
  strategy: 'recurse',
  limits: { concurrency: Number(children), maxCalls: 10 * Number(children) },
  onEvent,
})
await writ.close()
if (answer.status !== 'complete') throw new Error(`the run ended as ${answer.status}`)
const run: TreeRun = { cellMs, cpuSeconds: cpuSeconds() }
process.stdout.write(JSON.stringify(run))
