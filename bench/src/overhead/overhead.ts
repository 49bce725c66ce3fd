import { loadavg } from 'node:os'
import { join } from 'node:path'
import { block, leafEcho, type Script } from '@writ/simulator'
import type { BenchOptions } from '../bench-options.ts'
import { flushMs } from '../flush.ts'
import { type Measure, median, type Point, rounded } from '../measure.ts'
import { ownProcess } from '../own-process.ts'
import { served } from '../served.ts'
import type { OverheadRound, OverheadRun } from './overhead-process.ts'

const PROGRAM = new URL('overhead-process.ts', import.meta.url)
const BATCH = 640
const SEQUENCE = 200
const ROUNDS = { all: 9, quick: 3 }
const TARGET = { batchCpuMs: 0.5, sequenceCpuMs: 1.5, sequenceWallMs: 2 }

const CALLS: Readonly<Record<string, string>> = {
  batch: `const replies = await llm_query_batched(Array.from({ length: ${BATCH} }, (_, n) => 'item ' + n))`,
  sequence: `const replies = []; for (let n = 0; n < ${SEQUENCE}; n += 1) replies.push(await llm_query('item ' + n))`,
}

const script: Script = (request) => {
  const code = request.task === null ? undefined : CALLS[request.task]
  if (code === undefined) return leafEcho(request)
  return block(['print(1)', code][request.turns] ?? 'FINAL(replies.length)')
}

/** What governance and durable records cost beyond the calls themselves. */
export async function overhead({ quick }: BenchOptions): Promise<readonly Measure[]> {
  return await served({ script }, async ({ url }, place) => {
    const flushes = [flushMs(place)]
    const args = [join(place, 'home'), url, BATCH, SEQUENCE, quick ? ROUNDS.quick : ROUNDS.all].map(String)
    const { batches, sequences } = await ownProcess<OverheadRun>(PROGRAM, args)
    flushes.push(flushMs(place))
    return measures(batches, sequences, median(flushes))
  })
}

function measures(
  batches: readonly OverheadRound[],
  sequences: readonly OverheadRound[],
  flush: number,
): readonly Measure[] {
  const wallTarget = TARGET.sequenceWallMs + flush
  const wall = beyond(sequences, 'wallMs')
  return [
    {
      ...cpuMeasure(`CPU of a sub-call in batches of ${BATCH}`, batches, TARGET.batchCpuMs),
      points: pointsOf('in batches', batches),
    },
    cpuMeasure(`CPU of a sub-call, ${SEQUENCE} one by one`, sequences, TARGET.sequenceCpuMs),
    {
      task: 'wall time of a sub-call, one by one',
      score: rounded(wall, 2),
      detail: `ms beyond a bare doGenerate of ${rounded(each(sequences, 'bare', 'wallMs'), 2)} ms, median of ${sequences.length} rounds, scripted model; flush p50 ${rounded(flush, 2)} ms; ${busy()}`,
      target: `${TARGET.sequenceWallMs} ms and a flush, ${rounded(wallTarget, 2)} ms`,
      met: wall <= wallTarget,
      points: pointsOf('one by one', sequences),
    },
  ]
}

function cpuMeasure(task: string, rounds: readonly OverheadRound[], target: number): Measure {
  const cpu = beyond(rounds, 'cpuMs')
  return {
    task,
    score: rounded(cpu, 3),
    detail: `ms beyond a bare doGenerate of ${rounded(each(rounds, 'bare', 'cpuMs'), 3)} ms, median of ${rounds.length} rounds, all processes, scripted model; ${busy()}`,
    target: `${target} ms`,
    met: cpu <= target,
  }
}

function pointsOf(how: string, rounds: readonly OverheadRound[]): Point[] {
  return rounds.flatMap(({ calls, bare, governed }, n) =>
    Object.entries({ bare, governed }).map(([which, { cpuMs, wallMs }]) => ({
      series: `${which}, ${how}`,
      round: n + 1,
      cpuMilliseconds: cpuMs / calls,
      wallMilliseconds: wallMs / calls,
    })),
  )
}

/** How busy the machine is: waking threads costs several times as much where they have to wait for a core. */
function busy(): string {
  return `load ${rounded(loadavg()[0] ?? 0, 1)}`
}

/** What a governed call took more than a bare one: the median of the rounds. */
function beyond(rounds: readonly OverheadRound[], of: 'cpuMs' | 'wallMs'): number {
  return median(rounds.map(({ bare, governed, calls }) => (governed[of] - bare[of]) / calls))
}

function each(rounds: readonly OverheadRound[], which: 'bare' | 'governed', of: 'cpuMs' | 'wallMs'): number {
  return median(rounds.map((round) => round[which][of] / round.calls))
}
