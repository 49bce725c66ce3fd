import { setFlagsFromString } from 'node:v8'
import type { Cell, OneRunAsked, RunInProcess } from './one-run.ts'
import { takeShipped } from './own-process.ts'
import { treeCpuSeconds, treeMemory } from './process-tree.ts'

// One run in a process of its own, so that its CPU and memory are those of Writ alone. Its argument: what is asked, as JSON.

const { createWrit, args } = await takeShipped()
const { home, baseUrl, query, context, limits, memoryOfCells } = JSON.parse(args[0] ?? '') as OneRunAsked
const writ = await createWrit({ home, model: 'any/model', baseUrl })
const started = performance.now()
const cells: Cell[] = []
const answer = await writ.completion({
  query,
  context,
  limits,
  strategy: 'recurse',
  onEvent: (event) => {
    // As the command does in its process.
    if (event.type === 'frame.open' && event.parent !== null)
      setFlagsFromString('--semi-space-growth-factor=1')
    if (event.type !== 'step' || event.kind !== 'cell' || event.lane !== '0') return
    const atMs = performance.now() - started
    cells.push({ atMs, tookMs: event.tookMs, bytes: memoryOfCells === true ? treeMemory() : null })
  },
})
await writ.close()
const run: RunInProcess = { answer, cells, cpuSeconds: treeCpuSeconds() }
process.stdout.write(JSON.stringify(run))
