import { parseArgs } from 'node:util'

/** How the benchmarks are run. */
export interface BenchOptions {
  /** Directory of data that is not in the repository; data is generated without it. */
  readonly data: string | undefined
  /** A part that takes less than a minute. */
  readonly quick: boolean
  readonly json: boolean
}

/** Reads the command line. Throws what `parseArgs` does. */
export function readOptions(args: readonly string[]): { names: readonly string[]; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  return { names: positionals, options: { data: values.data, quick: values.quick, json: values.json } }
}
