import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Script, startSimulator } from '@writ/simulator'
import { peakMemory, type TreeMemory } from '../process-tree.ts'
import { COMPILED, shippedLibrary } from '../shipped.ts'
import type { ScaleAsked, ScaleRun } from './scale-run.ts'

export interface ScaleResult extends ScaleRun {
  /** The most memory that its processes had together. */
  readonly peak: TreeMemory
}

type Asked = Pick<ScaleAsked, 'query' | 'limits'>

/** Runs one question in a process of its own; `prepare` makes its context in a directory that is removed afterwards. */
export async function inOwnProcess(
  script: Script,
  asked: Asked,
  prepare: (place: string) => ScaleAsked['context'] | Promise<ScaleAsked['context']>,
): Promise<ScaleResult> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  const simulator = await startSimulator({ script })
  try {
    const context = await prepare(place)
    const whole: ScaleAsked = { ...asked, context, home: join(place, 'home'), baseUrl: simulator.url }
    const program = fileURLToPath(new URL('scale-run.ts', import.meta.url))
    const args = [program, shippedLibrary(), COMPILED, JSON.stringify(whole)]
    const child = spawn(process.execPath, ['--conditions=@writ/source', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [peak, said] = await Promise.all([peakMemory(child), text(child.stdout)])
    return { ...(JSON.parse(said) as ScaleRun), peak }
  } finally {
    await simulator.stop()
    await rm(place, { recursive: true, force: true })
  }
}
