import { writeFile } from 'node:fs/promises'
import { batch } from './batch.ts'
import { type BenchOptions, readOptions } from './bench-options.ts'
import { cells } from './cells.ts'
import { code } from './code/code.ts'
import { evidence } from './evidence.ts'
import { exactness } from './exactness/exactness.ts'
import { faults } from './faults/faults.ts'
import { frameTree } from './frame-tree.ts'
import { gate } from './gate.ts'
import { guestCodeHere } from './guest-code.ts'
import { ingest } from './ingest/ingest.ts'
import { thisMachine } from './machine.ts'
import type { Measure } from './measure.ts'
import { memory } from './memory.ts'
import { overhead } from './overhead/overhead.ts'
import { python } from './python.ts'
import { scale } from './scale/scale.ts'
import { start } from './start.ts'
import { summaryLines } from './summary.ts'

// Benchmarks. They print a line for each task, as JSON with a summary when asked, and write a report with figures when
// asked; they assert nothing, because machines differ. Compare within one run, or two commits on one quiet machine.

type Suite = (options: BenchOptions) => AsyncIterable<Measure> | Promise<readonly Measure[]>

/** The hot paths: run when no suite is named. */
const HOT: Readonly<Record<string, Suite>> = { batch, cells, evidence, gate, memory, start, tree: frameTree }
/** The engine as a whole: run by name, since they take minutes. */
const WHOLE: Readonly<Record<string, Suite>> = {
  code,
  exactness,
  faults,
  ingest,
  overhead,
  python,
  scale,
}
const SUITES = { ...HOT, ...WHOLE }

const { names, options } = asked()
const { json, html } = options

const guestCode = await guestCodeHere()
const machine = thisMachine(guestCode)
if (!json) process.stdout.write(`guest code: ${guestCode}\n`)
const suites = new Map<string, Measure[]>()
for (const name of names.length > 0 ? names : Object.keys(HOT)) {
  const measures: Measure[] = []
  suites.set(name, measures)
  const suite = SUITES[name]?.(options) ?? []
  for await (const measure of 'then' in suite ? await suite : suite) {
    measures.push(measure)
    print(name, measure)
  }
}
if (json) {
  const measures = [...suites.values()].flat()
  const missed = measures.filter(({ met }) => met === false).length
  const summary = { tasks: measures.length, missed, node: process.version, guestCode }
  process.stdout.write(`${JSON.stringify({ summary })}\n`)
}
if (!json) process.stdout.write(`${summaryLines(suites).join('\n')}\n`)
if (html !== undefined) {
  const { reportPage } = await import('./report/page.ts')
  await writeFile(html, reportPage(suites, machine))
  if (!json) process.stdout.write(`report: ${html}\n`)
}

function asked(): ReturnType<typeof readOptions> {
  try {
    const read = readOptions(process.argv.slice(2))
    const unknown = read.names.find((name) => !Object.hasOwn(SUITES, name))
    if (unknown === undefined) return read
    throw new Error(`There is no suite "${unknown}"; there are ${Object.keys(SUITES).join(', ')}.`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

function print(suite: string, { points = [], ...measure }: Measure): void {
  if (json) return void process.stdout.write(`${JSON.stringify({ suite, ...measure, points })}\n`)
  const score = measure.score.toLocaleString('en-US').padStart(14)
  process.stdout.write(
    `${suite.padEnd(10)}${measure.task.padEnd(52)}${score} ${measure.detail}${against(measure)}\n`,
  )
}

function against({ target, met }: Measure): string {
  return target === undefined ? '' : `; target ${target}: ${met === true ? 'met' : 'not met'}`
}
