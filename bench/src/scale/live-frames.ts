import { setTimeout as pause } from 'node:timers/promises'
import { type Script, tree } from '@writ/simulator'
import { type Measure, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'

const FRAMES = { all: [64, 256, 512], quick: [16, 64] }
const MOST_BYTES = 1024 ** 3
const PATIENCE_MS = 300_000

/** Children that are all alive at once: each holds its VM while it waits for a sub-call that no one gets before all ask. */
export async function* liveFrames(quick: boolean): AsyncGenerator<Measure> {
  for (const frames of quick ? FRAMES.quick : FRAMES.all) yield await alive(frames)
}

async function alive(frames: number): Promise<Measure> {
  const barrier = new Barrier(frames)
  const script: Script = tree(1, frames, () => ({ kind: 'text', text: 'a leaf', until: barrier.come() }))
  const asked = {
    query: 'SIMTASK:root go',
    limits: { concurrency: frames, maxCalls: 10 * frames },
  }
  const { answer, peak } = await oneRun(script, asked, () => 'a needle in a line\n'.repeat(2_000))
  barrier.open()
  const met = answer.status === 'complete' && barrier.most === frames && peak.bytes <= MOST_BYTES
  return {
    task: `${frames} live frames`,
    score: rounded(peak.bytes / 2 ** 20),
    detail: `MiB at the peak, PSS of all processes (${rounded(peak.mapped / 2 ** 20)} of it pages of files), scripted model; ${barrier.most} were alive at once, the run is ${answer.status}${answer.reason === null ? '' : ` (${answer.reason})`} in ${rounded(answer.usage.wallMs / 1000, 1)} s`,
    target: '1,024 MiB',
    met,
    points: [{ series: 'children that are all alive', frames, memoryBytes: peak.bytes }],
  }
}

/** Opens when so many have come, or after a while, so that a run that never gets there ends. */
class Barrier {
  readonly #wanted: number
  readonly #opened = Promise.withResolvers<void>()
  readonly #late = new AbortController()
  most = 0

  constructor(wanted: number) {
    this.#wanted = wanted
    const late = pause(PATIENCE_MS, undefined, { signal: this.#late.signal })
    late.then(this.#opened.resolve, () => undefined)
  }

  come(): Promise<void> {
    this.most += 1
    if (this.most === this.#wanted) this.open()
    return this.#opened.promise
  }

  open(): void {
    this.#opened.resolve()
    this.#late.abort()
  }
}
