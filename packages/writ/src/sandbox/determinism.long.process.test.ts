import type { CellResult, Sandbox, Vm } from '@writ/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { runCell, sandboxChildren, vmOptions } from './vm-fixture.ts'

const CELLS = [
  'const a = Array.from({ length: 5 }, Math.random); a',
  'print(Date.now(), new Date(), Math.random())',
  'let sum = 0; for (let i = 0; i < 2e5; i++) sum += i % 7; sum',
  'const r = await Promise.race([read(1), docs(2), search(3)]); r',
  'const s = await Promise.allSettled([read(1), missing]); s.map((x) => x.status)',
  'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) }; f(18)',
  'try { null.x } catch (e) { print(e.stack, e.message) }',
  'FINAL({ keys: Object.keys(globalThis), random: Math.random() })',
  'throw new Error("x" + Math.random())',
  'const big = []; try { for (;;) big.push({ n: big.length }) } catch (e) { print(big.length, e.message) }; big.length = 0',
  'const depth = () => { try { return depth() + 1 } catch { return 0 } }; depth()',
  'read(9).then((v) => print("late", v.args)); 1',
  'await llm_query("x"); SHOW_VARS()',
  'answer.content = Math.random(); answer',
] as const
/** Ended by the engine: recomputed on replay like any cell. */
const LIMITED = ['count = 1; while (true);', 'const all = []; for (;;) all.push([all.length])'] as const

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await openSandbox()
})
afterAll(() => sandbox.close())

type Act = (vm: Vm, cell: string) => Promise<CellResult>
const plain: Act = (vm, cell) => runCell(vm, cell, { fuelPolls: 4_000 })

async function results(cells: readonly string[], act: Act = plain): Promise<readonly CellResult[]> {
  const vm = await sandbox.open(vmOptions({ memoryBytes: 8 * 1024 * 1024 }))
  const all: CellResult[] = []
  for (const cell of cells) all.push(await act(vm, cell))
  await vm.close()
  return all
}

const someCells = fc.array(fc.constantFrom(...CELLS, ...LIMITED), { minLength: 1, maxLength: 6 })

describe('the same cells with the same replies', () => {
  it('come out the same, to the fuel', async () => {
    const all = [...CELLS, ...LIMITED, ...CELLS]
    const [first, second] = await Promise.all([results(all), results(all)])
    expect(second).toEqual(first)
    expect(first.some(({ fuel }) => fuel > 10)).toBe(true)
  })

  it('come out the same though other cells were stopped from outside between them', async () => {
    await fc.assert(
      fc.asyncProperty(someCells, async (cells) => {
        const disturbed: Act = async (vm, cell) => {
          const abort = AbortSignal.timeout(20)
          const stopped = await runCell(
            vm,
            'var sum = -1; const a = 1; Math.random(); await read()',
            {},
            () => undefined,
            abort,
          )
          expect(stopped.outcome).toBe('cancelled')
          return plain(vm, cell)
        }
        expect(await results(cells, disturbed)).toEqual(await results(cells))
      }),
      { numRuns: 5 },
    )
  })

  it('come out the same though the child process was lost between them', async () => {
    await fc.assert(
      fc.asyncProperty(someCells, async (cells) => {
        const interrupted: Act = async (vm, cell) => {
          if (cell === cells.at(-1)) for (const pid of sandboxChildren()) process.kill(pid, 'SIGKILL')
          const result = await plain(vm, cell)
          return result.outcome === 'imposed' ? plain(vm, cell) : result
        }
        expect(await results(cells, interrupted)).toEqual(await results(cells))
      }),
      { numRuns: 3 },
    )
  })

  it('differ in their random numbers with the seed', async () => {
    const random = async (seed: string): Promise<string | undefined> => {
      const vm = await sandbox.open(vmOptions({ seed: seed.repeat(64) }))
      const { shown } = await runCell(vm, 'Math.random()')
      await vm.close()
      return shown
    }
    expect(await random('1')).toBe(await random('1'))
    expect(await random('1')).not.toBe(await random('2'))
  })
})

describe('the digest of the guest ABI', () => {
  it('is the same for every sandbox', async () => {
    const other = await openSandbox()
    expect(other.confinement).toEqual(sandbox.confinement)
    expect(other.confinement.guestAbi).toMatch(/^sha256:[0-9a-f]{64}$/)
    await other.close()
  })
})
