import { dirname } from 'node:path'
import type { CellResult, Sandbox, Vm } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openPython } from '../python/open-python.ts'
import { python, pythonOptions, shownBy } from '../python/python-vm.fixture.ts'
import { PYTHON_FORGERIES } from './python-forgeries.fixture.ts'

// What Python of a model may try at its own interpreter. Whatever it does comes out the same in another process, tells nothing
// of this machine, and harms no other frame. `runs/python-forgeries.soak.test.ts` does whole runs of it again.

const lack = await fullyConfined()
const HERE = dirname(import.meta.dirname)

let sandbox: Sandbox
/** A frame that tries nothing. */
let other: Vm

beforeAll(async () => {
  if (lack !== undefined) return
  sandbox = await openPython()
  other = await sandbox.open(pythonOptions({ name: 'other' }))
  await python(other, 'kept = [1, "two"]')
})
afterAll(() => sandbox?.close())

async function tried(cells: readonly string[]): Promise<CellResult[]> {
  const vm = await sandbox.open(pythonOptions())
  const results: CellResult[] = []
  for (const code of cells) results.push(await python(vm, code, { backstopMs: 3_000, calls: 500 }))
  await vm.close()
  return results
}

describe.skipIf(lack !== undefined)('Python of a model', () => {
  it('tries fifteen mechanisms at least', () => {
    expect(Object.keys(PYTHON_FORGERIES).length).toBeGreaterThanOrEqual(15)
  })

  describe.each(Object.entries(PYTHON_FORGERIES))('comes out the same with %s', (_mechanism, attempts) => {
    it.each(attempts.map((cells) => [cells.at(-1), cells] as const))('%s', async (_last, cells) => {
      const [first, again] = [await tried(cells), await tried(cells)]
      expect(again).toEqual(first)
      expect(first.map(({ outcome }) => outcome)).not.toContain('cancelled')
      expect(JSON.stringify(first)).not.toContain(HERE)
      expect(JSON.stringify(first)).not.toContain('node_modules')
      expect(await shownBy(other, 'kept')).toBe("[1, 'two']")
    })
  })
})
