import { batch } from './batch.ts'
import { cells } from './cells.ts'
import { evidence } from './evidence.ts'
import { frameTree } from './frame-tree.ts'
import { gate } from './gate.ts'
import { guestCodeHere } from './guest-code.ts'
import type { Measure } from './measure.ts'
import { memory } from './memory.ts'
import { start } from './start.ts'

// Benchmarks of the hot paths. They print one JSON line per task and a summary; they assert nothing, because machines
// differ. Compare within one run, or two commits on one quiet machine.

const SUITES: Readonly<Record<string, () => Promise<readonly Measure[]>>> = {
  batch,
  cells,
  evidence,
  gate,
  memory,
  start,
  tree: frameTree,
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const names = args.filter((arg) => !arg.startsWith('--'))
const unknown = names.find((name) => !Object.hasOwn(SUITES, name))
if (unknown !== undefined) {
  process.stderr.write(`There is no suite "${unknown}"; there are ${Object.keys(SUITES).join(', ')}.\n`)
  process.exit(2)
}

const guestCode = await guestCodeHere()
if (!json) process.stdout.write(`guest code: ${guestCode}\n`)
const measures: Measure[] = []
for (const name of names.length > 0 ? names : Object.keys(SUITES)) {
  for (const measure of (await SUITES[name]?.()) ?? []) {
    measures.push(measure)
    if (json) process.stdout.write(`${JSON.stringify({ suite: name, ...measure })}\n`)
    else
      process.stdout.write(
        `${name.padEnd(10)}${measure.task.padEnd(52)}${measure.score.toLocaleString('en-US').padStart(14)} ${measure.detail}${against(measure)}\n`,
      )
  }
}
if (json)
  process.stdout.write(
    `${JSON.stringify({ summary: { tasks: measures.length, node: process.version, guestCode } })}\n`,
  )

function against({ target, met }: Measure): string {
  return target === undefined ? '' : `; target ${target}: ${met === true ? 'met' : 'not met'}`
}
