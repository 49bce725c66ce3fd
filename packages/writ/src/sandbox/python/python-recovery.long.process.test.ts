import type { CellResult } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { childrenWith, echo, type Host } from '../vm-fixture.ts'
import { openPython } from './open-python.ts'
import { inVm, python, pythonHere, pythonOptions, shownBy } from './python-vm.fixture.ts'

const { lack, sandbox, vm } = await pythonHere()

/** How a cell ends, and what `x` is in the next. */
async function ends(
  code: string,
  limits: Parameters<typeof python>[2] = {},
  signal?: AbortSignal,
): Promise<readonly [CellResult['outcome'], string | undefined, string]> {
  const { outcome, error } = await python(vm, code, limits, echo, signal)
  return [outcome, error?.name, await shownBy(vm, 'x')]
}

describe.skipIf(lack !== undefined)('a Python cell that does not end by itself', () => {
  it('is as if it had never been: its variables, and those of the cells before', async () => {
    await python(vm, 'import random\nx = [read("a")["name"], round(random.random(), 6)]')
    const before = await shownBy(vm, 'x')
    const loop = 'x.append(1)\nwhile True:\n    try:\n        pass\n    except BaseException:\n        pass'
    expect(await ends(loop, { backstopMs: 500 })).toEqual(['imposed', 'CellStopped', before])
    expect((await python(vm, 'while True: pass', { backstopMs: 300 })).error?.message).toBe(
      'the cell was stopped after 300 ms of computing; your variables are as they were before the cell',
    )
    expect(await ends('x.append(1)\ny = bytearray(10**9)')).toEqual(['imposed', 'OutOfMemory', before])
    const many = 'while True:\n    try:\n        x.append(read("a"))\n    except BaseException:\n        pass'
    expect(await ends(many, { calls: 20 })).toEqual(['limit', 'StepsExhausted', before])
    expect(await ends('x.append(1)\nimport os\nos._exit(1)')).toEqual(['imposed', 'CellStopped', before])
    const cancelled = AbortSignal.timeout(200)
    expect(await ends('x.append(1)\nwhile True: pass', {}, cancelled)).toEqual([
      'cancelled',
      'Cancelled',
      before,
    ])
  })

  it('is stopped when all it computes between its calls is too much', async () => {
    const between = 'for _ in range(40):\n    read("a")\n    sum(range(3 * 10**6))'
    expect(await python(vm, between, { backstopMs: 1_000 })).toMatchObject({
      outcome: 'imposed',
      error: { message: expect.stringContaining('after 1000 ms of computing') },
    })
  })

  it('is given its memory error when it can do with less', async () => {
    const code =
      'try:\n    bytearray(10**9)\nexcept MemoryError:\n    print("no")\nlen(bytearray(64 * 1024**2))'
    expect(await python(vm, code)).toMatchObject({ outcome: 'ok', output: 'no\n', shown: '67108864' })
  })

  it('is stopped while it waits for an answer, too', async () => {
    const never: Host = () => undefined
    const { outcome } = await python(vm, 'read("a")', {}, never, AbortSignal.timeout(200))
    expect(outcome).toBe('cancelled')
  })

  it('is not counted against while it waits', async () => {
    const slow = async (): Promise<CellResult> => {
      const cell = { language: 'python', code: 'read("a")["name"]' } as const
      const limits = { fuelPolls: 0, calls: 1, backstopMs: 400, outputChars: 100 }
      const answer = (id: number): void => vm.reply(id, { ok: true, json: '{"name":"late"}' })
      return await vm.run(
        cell,
        limits,
        ({ id }) => setTimeout(() => answer(id), 1_000),
        new AbortController().signal,
      )
    }
    expect(await slow()).toMatchObject({ outcome: 'ok', shown: 'late' })
  })
})

const CELLS = [
  'import os, random, secrets, time, uuid\nfrom datetime import datetime',
  '[random.random(), os.urandom(4), secrets.token_hex(4), str(uuid.uuid4()), hash("a"), {str(n) for n in range(9)}]',
  '[time.time(), datetime.now().isoformat(), time.timezone, time.perf_counter(), time.monotonic()]',
  'a, b = object(), object()\n[hash(a) - hash(b), id(a), read("x")["args"]]',
]

describe.skipIf(lack !== undefined)('the same Python cells with the same answers', () => {
  it('come out the same, with a seed and a clock of their own', async () => {
    const first = await inVm(sandbox, CELLS)
    expect(first.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok'])
    expect(await inVm(sandbox, CELLS)).toEqual(first)
    expect(first[2]?.shown).toContain("[1700000000.0, '2023-11-14T22:13:20', 0, 1e-06, 2e-06]")
    const other = await inVm(sandbox, CELLS.slice(0, 2), { seed: '89abcdef01234567'.repeat(4) })
    expect(other[1]?.shown).not.toBe(first[1]?.shown)
  })
})

describe.skipIf(lack !== undefined)('a sandbox of Python', () => {
  it('runs JavaScript of people beside it', async () => {
    const script = await sandbox.open(pythonOptions({ language: 'javascript' }))
    const limits = { fuelPolls: 400, calls: 1, backstopMs: 20_000, outputChars: 100 }
    const cell = { language: 'javascript', code: '6 * 7' } as const
    expect(await script.run(cell, limits, () => undefined, new AbortController().signal)).toMatchObject({
      shown: '42',
    })
  })

  it('has no interpreter left once it is closed', async () => {
    const interpreters = (): number[] => childrenWith('python/child/main')
    const before = interpreters()
    const other = await openPython()
    const opened = await Promise.all([other.open(pythonOptions()), other.open(pythonOptions())])
    expect(interpreters()).toHaveLength(before.length + 2)
    await opened[0]?.close()
    await other.close()
    expect(interpreters()).toEqual(before)
  })

  it('says what confines its cells, the same for every one', async () => {
    const other = await openPython()
    expect(other.confinement).toEqual(sandbox.confinement)
    expect(other.confinement).toMatchObject({
      level: 'full',
      layers: ['pyodide', 'node --permission', 'seccomp', 'bubblewrap'],
    })
    await other.close()
    await expect(other.open(pythonOptions())).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
  })
})
