import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Script, startSimulator, tree as treeOf } from '@writ/simulator'
import { type Measure, median, rounded } from './measure.ts'
import { peakOf } from './process-tree.ts'
import { COMPILED, shippedLibrary } from './shipped.ts'

const CHILDREN = 32
const CALL_MS = 100
const ROUNDS = 3
const EACH_MS = 40
const CPU_S = 4
const PSS_MB = 350

/** What one run of the tree took, as its process tells it. */
export interface TreeRun {
  /** From the start of the cell that spawns the children to its end. */
  readonly cellMs: number
  /** Of the process and all it started, its start included. */
  readonly cpuSeconds: number
}

/** Every turn and every sub-call takes the same time: a child takes three of them. */
const script: Script = (request) => {
  const root = request.task !== null && !request.task.startsWith('level-')
  const reply = treeOf(1, CHILDREN, () => 'a leaf')(request)
  return typeof reply === 'string' && !root ? { kind: 'text', text: reply, delayMs: CALL_MS } : reply
}

/** Many children at once: what each costs beyond waiting, and what the processes take together. */
export async function frameTree(): Promise<readonly Measure[]> {
  const runs: (TreeRun & { readonly peak: number })[] = []
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await oneRun())
  const ideal = 3 * CALL_MS
  const each = (median(runs.map(({ cellMs }) => cellMs)) - ideal) / CHILDREN
  const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds))
  const peak = median(runs.map((run) => run.peak)) / 1e6
  return [
    {
      task: `each of ${CHILDREN} children at once, beyond the ideal`,
      score: rounded(each, 1),
      detail: `ms; all took ${rounded(each * CHILDREN + ideal)} ms, ideal ${ideal} ms, scripted model`,
      target: `${EACH_MS} ms`,
      met: each <= EACH_MS,
    },
    {
      task: 'CPU of the run, start included',
      score: rounded(cpu, 2),
      detail: 's, of its processes together',
      target: `${CPU_S} s`,
      met: cpu <= CPU_S,
    },
    {
      task: 'memory of the run at its peak',
      score: rounded(peak),
      detail: 'MB, PSS of its processes together',
      target: `${PSS_MB} MB`,
      met: peak <= PSS_MB,
    },
  ]
}

async function oneRun(): Promise<TreeRun & { readonly peak: number }> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  const simulator = await startSimulator({ script })
  try {
    const child = spawn(
      process.execPath,
      [
        '--conditions=@writ/source',
        fileURLToPath(new URL('tree-run.ts', import.meta.url)),
        shippedLibrary(),
        COMPILED,
        join(place, 'home'),
        simulator.url,
        String(CHILDREN),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [peak, said] = await Promise.all([peakOf(child), text(child.stdout)])
    return { ...(JSON.parse(said) as TreeRun), peak }
  } finally {
    await simulator.stop()
    await rm(place, { recursive: true, force: true })
  }
}
