import { block, type JournalEntry, type Script, sequence, tree, withLatency } from '@writ/simulator'
import { type Measure, median, type Point, rounded } from '../measure.ts'
import { oneRun } from '../one-run.ts'

const IN_FLIGHT = 16
/** A model that answers so many times faster than providers do: a first token after 0.15 s in the middle. */
const TIME_SCALE = 4

interface Shape {
  readonly series: string
  readonly script: Script
  readonly quick: boolean
}

const leaf: Script = ({ prompt }) => `The reply to ${prompt}.`
const batch = (calls: number): Script =>
  cell(`await llm_query_batched(Array.from({ length: ${calls} }, (_, n) => 'item ' + n));`)
const oneByOne = (calls: number): Script =>
  cell(`for (let n = 0; n < ${calls}; n += 1) await llm_query('item ' + n);`)
const cell = (code: string): Script => sequence([block(code), block("FINAL('done');")], leaf)

const SHAPES: readonly Shape[] = [
  ...[16, 64, 256, 1024].map((calls) => ({
    series: 'a batch of sub-calls',
    script: batch(calls),
    quick: calls === 64,
  })),
  ...[4, 16, 64].map((calls) => ({
    series: 'sub-calls one by one',
    script: oneByOne(calls),
    quick: calls === 16,
  })),
  ...[8, 32, 128].map((width) => ({
    series: 'children at once',
    script: tree(1, width),
    quick: width === 8,
  })),
  ...[2, 3, 4].map((depth) => ({
    series: 'frames below frames, two each',
    script: tree(depth, 2),
    quick: depth === 2,
  })),
]

/** How long runs of several shapes take beside the time that their model takes, which answers as slowly as a provider. */
export async function criticalPath(quick: boolean): Promise<Measure> {
  const points: Point[] = []
  const times: number[] = []
  for (const { series, script } of SHAPES.filter((shape) => shape.quick || !quick)) {
    const asked = {
      query: 'SIMTASK:root go',
      limits: { concurrency: IN_FLIGHT, maxCalls: 10_000, maxDepth: 4 },
    }
    const slow = withLatency({ seed: 'bench', timeScale: TIME_SCALE }, script)
    const { answer, journal } = await oneRun(slow, asked, () => 'a needle in a line\n')
    if (answer.status !== 'complete')
      throw new Error(`${series} ended as ${answer.status}: ${answer.reason ?? ''}`)
    const [seconds, criticalSeconds] = [answer.usage.wallMs / 1000, criticalMs(journal) / 1000]
    points.push({ series, seconds, criticalSeconds })
    times.push(seconds / criticalSeconds)
  }
  return {
    task: 'wall time against the critical path',
    score: rounded(median(times), 2),
    detail: `× the critical path, median of ${points.length} runs, at most ${rounded(Math.max(...times), 2)} ×, scripted model with latencies of providers divided by ${TIME_SCALE}, ${IN_FLIGHT} in flight`,
    points,
  }
}

/** The most time that requests took which came one after another, each after the one before had its reply. */
export function criticalMs(journal: readonly Pick<JournalEntry, 'arrivedMs' | 'doneMs'>[]): number {
  const done = journal
    .flatMap(({ arrivedMs, doneMs }) => (doneMs === null ? [] : [{ arrivedMs, doneMs }]))
    .sort((a, b) => a.doneMs - b.doneMs)
  const most: number[] = [0]
  for (const [n, { arrivedMs, doneMs }] of done.entries()) {
    const before = done.findLastIndex((other, m) => m < n && other.doneMs <= arrivedMs) + 1
    most.push(Math.max(most[n] ?? 0, (most[before] ?? 0) + doneMs - arrivedMs))
  }
  return most.at(-1) ?? 0
}
