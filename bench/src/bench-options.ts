import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How the benchmarks are run. */
export interface BenchOptions {
  /** Directory of data that is not in the repository; data is generated without it. */
  readonly data: string | undefined
  /** A part that takes less than a minute. */
  readonly quick: boolean
  readonly json: boolean
  /** Megabytes of the corpus that is ingested. */
  readonly size: number
  /** File for a report with figures. */
  readonly html: string | undefined
}

const DATA = ['trec-qc', 'gutenberg', 'cuad', 'oolong-pairs', 'oolong-scored']

/** Reads the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[]): { names: readonly string[]; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      size: { type: 'string', default: '100' },
      html: { type: 'string' },
    },
  })
  const { data, html } = values
  const size = Number(values.size)
  if (!(size >= 1 && size <= 4000)) throw new Error(`--size is ${values.size}: megabytes from 1 to 4000`)
  const missing = data === undefined ? undefined : DATA.find((name) => !existsSync(join(data, name)))
  if (missing !== undefined)
    throw new Error(`${data} has no ${missing}. docs/reference/simulator.md says what --data needs.`)
  if (html !== undefined && !existsSync(dirname(resolve(html))))
    throw new Error(`There is no directory ${dirname(resolve(html))} for the report.`)
  return { names: positionals, options: { data, quick: values.quick, json: values.json, size, html } }
}
