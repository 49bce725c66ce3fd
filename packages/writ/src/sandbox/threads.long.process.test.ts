import type { CellResult, HostCall, Sandbox, Vm } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { LIMITS, runCell, shownBy, vmOptions } from './vm-fixture.ts'

// VMs that share a thread. The first eight of a sandbox do: another thread is started only for the ninth.

const IN_A_BUILTIN = '"a".repeat(2e6).indexOf("a".repeat(1e6) + "b")'

/** What frames do before and after they wait: each of the seven does its own. */
const CELLS = [
  ['let n = 1', 'n += (await read(n)).args[0]; n'],
  ['let r = Math.random()', '[r, await docs(), Math.random()]'],
  [
    'let s = 0; for (let i = 0; i < 3e6; i++) s += i % 7',
    'const a = await Promise.all([read(s), read(2)]); s + a.length',
  ],
  ['answer.content = { draft: 1 }', 'answer.content.draft += 1; (await read()).name'],
  ['const early = read("early"); 1', '(await early).args + (await read("late")).args'],
  ['const big = "x".repeat(1e5).split(""); big.length', 'await read(); big.push(1); big.length'],
  [
    'class C { #p = 7; p() { return this.#p } }; const c = new C()',
    'print(c.p()); await read(); throw new Error("mine")',
  ],
] as const

interface Told {
  readonly results: readonly CellResult[]
  readonly drafts: readonly (string | undefined)[]
  readonly calls: readonly HostCall[][]
  /** Which VMs' last cells ended, in that order. */
  readonly order: readonly number[]
}

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openSandbox()
})
afterEach(() => sandbox.close())

/** Runs the cells in seven VMs beside an eighth that runs `code` while all of them wait for replies. */
async function beside(code: string): Promise<Told> {
  const vms: Vm[] = []
  for (let n = 0; n <= CELLS.length; n += 1) vms.push(await sandbox.open(vmOptions({ name: `vm ${n}` })))
  const [eighth, ...seven] = vms
  if (eighth === undefined) throw new Error('there is no VM')
  for (const [n, vm] of seven.entries())
    await runCell(vm, CELLS[n]?.[0] ?? '', { fuelPolls: 5_000 }, () => undefined)
  const calls: HostCall[][] = seven.map(() => [])
  const order: number[] = []
  let waiting = 0
  const allWait = Promise.withResolvers<void>()
  const cells = seven.map(async (vm, n) => {
    const wanted = n === 2 ? 2 : 1
    const onCall = (call: HostCall): void => {
      calls[n]?.push(call)
      if (calls[n]?.length === wanted) waiting += 1
      if (waiting === seven.length - 1) allWait.resolve() // one waits for its earlier call first
    }
    const result = await vm.run({ language: 'javascript', code: CELLS[n]?.[1] ?? '' }, LIMITS, onCall, signal)
    order.push(n)
    return result
  })
  await allWait.promise
  const busy = runCell(eighth, `await read(); ${code}`, { backstopMs: 300 }).then(() => order.push(-1))
  const answer = (n: number, { id, name, argsJson }: HostCall): void =>
    seven[n]?.reply(id, { ok: true, json: `{"name":"${name}","args":${argsJson}}` })
  await new Promise((resolve) => setTimeout(resolve, 100)) // by now the eighth computes
  for (const [n, made] of calls.entries()) for (const call of made) answer(n, call)
  seven[4]?.reply(0, { ok: true, json: '{"args":["early"]}' })
  const late = setInterval(() => {
    for (const call of calls[4] ?? []) answer(4, call)
  }, 20)
  const results = await Promise.all(cells)
  await busy
  clearInterval(late)
  const drafts = seven.map((vm) => vm.draft())
  expect(await shownBy(eighth, '1 + 1')).toBe('2')
  await Promise.all(vms.map((vm) => vm.close()))
  return { results, drafts, calls, order }
}

const { signal } = new AbortController()

describe('VMs of one thread', () => {
  it('go on as they would have when the thread is ended for one of them', async () => {
    const disturbed = await beside(IN_A_BUILTIN)
    // The thread was theirs too: nobody came to an end before it did.
    expect(disturbed.order[0]).toBe(-1)
    const calm = await beside('1')
    expect(disturbed.results).toEqual(calm.results)
    expect(disturbed.calls).toEqual(calm.calls)
    expect(disturbed.drafts).toEqual(calm.drafts)
    expect(disturbed.results.map(({ outcome }) => outcome)).toEqual([...Array(6).fill('ok'), 'error'])
    expect(disturbed.drafts[3]).toBe('{"draft":2}')
  })

  it('are put back again and again, and never make a call twice', async () => {
    const vm = await sandbox.open(vmOptions())
    const calls: string[] = []
    const cell = vm.run(
      {
        language: 'javascript',
        code: 'const all = []; for (let i = 0; i < 3; i++) all.push(await read(i)); all',
      },
      LIMITS,
      ({ argsJson }) => calls.push(argsJson),
      signal,
    )
    for (let n = 0; n < 3; n += 1) {
      await expect.poll(() => calls.length).toBe(n + 1)
      const other = await sandbox.open(vmOptions())
      expect(await runCell(other, IN_A_BUILTIN, { backstopMs: 100 })).toMatchObject({ outcome: 'imposed' })
      await other.close()
      vm.reply(n, { ok: true, json: String(n) })
    }
    expect(await cell).toMatchObject({ outcome: 'ok', shown: '[0, 1, 2]' })
    expect(calls).toEqual(['[0]', '[1]', '[2]'])
  })

  it('can be cancelled while another computes', async () => {
    const [busy, idle] = [await sandbox.open(vmOptions()), await sandbox.open(vmOptions())]
    await runCell(idle, 'let kept = 1')
    const abort = new AbortController()
    const waiting = runCell(idle, 'kept = 2; await read()', {}, () => undefined, abort.signal)
    const long = runCell(busy, IN_A_BUILTIN, { backstopMs: 1_000 })
    setTimeout(() => abort.abort(), 100)
    expect(await waiting).toMatchObject({ outcome: 'cancelled' })
    expect(await shownBy(idle, 'kept')).toBe('1')
    expect(await long).toMatchObject({ outcome: 'imposed' })
  })

  it('keep their thread when one that computes is closed', async () => {
    const { reply, ended } = await waiting()
    // A VM that loses its thread more than three times is stopped.
    for (let n = 0; n < 5; n += 1) await closeWhileItRuns('while (true);')
    reply()
    expect(await ended).toMatchObject({ outcome: 'ok', shown: '1' })
  })

  it('go on elsewhere when one that is closed does not stop', async () => {
    const { reply, ended } = await waiting()
    await closeWhileItRuns(IN_A_BUILTIN)
    reply()
    expect(await ended).toMatchObject({ outcome: 'ok', shown: '1' })
  })
})

/** A VM whose cell waits for a reply. */
async function waiting(): Promise<{ readonly reply: () => void; readonly ended: Promise<CellResult> }> {
  const vm = await sandbox.open(vmOptions())
  const called = Promise.withResolvers<number>()
  const ended = runCell(vm, 'await read()', {}, ({ id }) => {
    called.resolve(id)
    return undefined
  })
  const id = await called.promise
  return { reply: () => vm.reply(id, { ok: true, json: '1' }), ended }
}

async function closeWhileItRuns(code: string): Promise<void> {
  const vm = await sandbox.open(vmOptions())
  const called = Promise.withResolvers<void>()
  const ran = runCell(vm, `read(); ${code}`, { fuelPolls: 1e9, backstopMs: 600_000 }, () => {
    called.resolve()
    return undefined
  })
  await called.promise
  await vm.close()
  await ran
}
