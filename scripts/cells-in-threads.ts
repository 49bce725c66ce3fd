import { resolve } from 'node:path'
import type { Plugin } from 'vitest/config'

const sandbox = resolve(import.meta.dirname, '../packages/writ/src/sandbox')
const limits = resolve(import.meta.dirname, '../packages/contract/src/limits.ts')

/** What a cell may use in these tests: those that never end on their own end sooner than they would. */
const SMALLER: readonly (readonly [name: string, value: number])[] = [
  ['CELL_FUEL_POLLS', 8_000],
  ['GUEST_MEMORY_BYTES', 16 * 1024 * 1024],
]

/**
 * Lets tests of what is above the sandbox run cells in threads of their own process, where a run in the product has a
 * child process for them. The sandbox has tests of its own over the children.
 */
export function cellsInThreads(): Plugin {
  return {
    name: 'cells-in-threads',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (specifier !== './start-child.ts' || importer === undefined) return null
      return resolve(importer, '..') === sandbox ? resolve(sandbox, 'threads-child.fixture.ts') : null
    },
    transform(code, id) {
      if (id !== limits) return null
      return { code: SMALLER.reduce(withConstant, code), map: null }
    },
  }
}

function withConstant(code: string, [name, value]: readonly [string, number]): string {
  const declared = new RegExp(`(export const ${name}\\b[^=]*= )[^\\n/]+`)
  if (!declared.test(code)) throw new Error(`${name} is not where it was`)
  return code.replace(declared, `$1${value} `)
}
