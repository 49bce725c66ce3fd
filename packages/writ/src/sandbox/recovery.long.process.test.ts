import type { GuestContext, Sandbox, Vm } from '@writ/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { LIMITS, runCell, sandboxChildren, shownBy, vmOptions } from './vm-fixture.ts'

const SLOW = '"a".repeat(2e6).indexOf("a".repeat(1e6) + "b")'
/** Ways for a cell to be stopped: the code and its limits. */
const STOPS = [
  ['fuel', 'while (true);', { fuelPolls: 50 }],
  ['memory', 'const a = []; for (;;) a.push({})', { fuelPolls: 20_000 }],
  ['calls', 'for (;;) await docs()', { calls: 20 }],
  ['the backstop', SLOW, { backstopMs: 200 }],
] as const
const BUILD =
  'let count = 1; const seen = new Map([["k", { deep: [1] }]]); class C { #p = 7; p() { return this.#p } }; const c = new C(); const inc = () => ++count; const it = (function* () { yield 1; yield 2 })(); it.next(); let rnd = Math.random()'
const LOOK =
  '[inc(), seen.get("k").deep[0], c.p(), it.next().value, (await read(1)).name, context.type, typeof leaked]'
const SEEN = '[2, 1, 7, 2, "read", "none", "undefined"]'

let sandbox: Sandbox
let vm: Vm

beforeAll(async () => {
  sandbox = await openSandbox({ unresponsiveMs: 3_000 })
})
beforeEach(async () => {
  vm = await sandbox.open(vmOptions())
  return () => vm.close()
})
afterAll(() => sandbox.close())

const signalChild = (signal: NodeJS.Signals): void => {
  const children = sandboxChildren()
  expect(children).toHaveLength(1)
  for (const pid of children) process.kill(pid, signal)
}

describe('a cell that was stopped', () => {
  it.each(STOPS)('by %s leaves the frame as it was', async (_by, code, limits) => {
    await runCell(vm, BUILD)
    const stopped = await runCell(
      vm,
      `var leaked = 1; count = 99; seen.clear(); globalThis.read = null; ${code}`,
      limits,
    )
    expect(['limit', 'imposed']).toContain(stopped.outcome)
    expect(await shownBy(vm, LOOK)).toBe(SEEN)
  })

  it('by a cancellation ends at once, busy or waiting', async () => {
    await runCell(vm, BUILD)
    for (const code of ['while (true);', SLOW, 'await read()']) {
      const abort = new AbortController()
      setTimeout(() => abort.abort(), 50)
      const cell = runCell(
        vm,
        `count = 99; ${code}`,
        { fuelPolls: 1e9, backstopMs: 60_000 },
        () => undefined,
        abort.signal,
      )
      expect(await cell).toMatchObject({ outcome: 'cancelled', error: { name: 'Cancelled' } })
    }
    expect(await shownBy(vm, LOOK)).toBe(SEEN)
    expect(await runCell(vm, 'count = 5', {}, undefined, AbortSignal.abort())).toMatchObject({
      outcome: 'cancelled',
    })
  })

  it('does not use up the replies to calls of earlier cells', async () => {
    await runCell(vm, 'const p = read("early"); 1', {}, () => undefined)
    const stopped = runCell(vm, 'print(await p); while (true);', { fuelPolls: 50 })
    vm.reply(0, { ok: true, json: '"early reply"' })
    expect(await stopped).toMatchObject({ outcome: 'limit', output: 'early reply\n' })
    expect(await shownBy(vm, 'await p')).toBe('early reply')
  })

  it('has replies that reach nobody', async () => {
    let pending: number | undefined
    await runCell(vm, 'read("lost"); while (true);', { fuelPolls: 50 }, ({ id }) => {
      pending = id
      return undefined
    })
    vm.reply(pending ?? -1, { ok: true, json: '"lost reply"' })
    expect(await shownBy(vm, '(await read("new")).args')).toBe('["new"]')
  })

  it('counts only computing against the backstop', async () => {
    const slow = runCell(
      vm,
      'const r = []; for (let i = 0; i < 3; i++) r.push(await read(i)); r.length',
      { backstopMs: 800 },
      ({ id }) => {
        setTimeout(() => vm.reply(id, { ok: true, json: '1' }), 400)
        return undefined
      },
    )
    expect(await slow).toMatchObject({ outcome: 'ok', shown: '3' })
  })
})

describe('a child process that is lost', () => {
  it('costs the running cells, and every VM comes back as it was', async () => {
    const other = await sandbox.open(
      vmOptions({ seed: 'f'.repeat(64), context: { type: 'text', text: 'kept', docs: 1 } }),
    )
    await runCell(vm, BUILD)
    await runCell(vm, 'var leaked; count = 50; while (true);', { fuelPolls: 50 })
    await runCell(other, 'const early = read("early"); 1', {}, () => undefined)
    await runCell(other, 'let got = (await read(5)).args[0]; const late = early.then((v) => v + "!")')
    other.reply(0, { ok: true, json: '"early reply"' })
    const doomed = runCell(vm, 'count = 77; await read()', {}, () => undefined)
    await runCell(other, '1')
    signalChild('SIGKILL')
    expect(await doomed).toMatchObject({ outcome: 'imposed', error: { name: 'CellStopped' } })
    expect(await shownBy(vm, LOOK)).toBe(SEEN)
    expect(await shownBy(other, '[got, await late, "" + context]')).toBe('[5, "early reply!", "kept"]')
    await other.close()
  })

  it('is noticed when it only hangs', async () => {
    await runCell(vm, BUILD)
    signalChild('SIGSTOP')
    expect(await runCell(vm, 'count = 99')).toMatchObject({ outcome: 'imposed' })
    expect(await shownBy(vm, LOOK)).toBe(SEEN)
  })

  it('is noticed when it does not obey a cancellation', async () => {
    await runCell(vm, BUILD)
    const abort = new AbortController()
    const cell = runCell(
      vm,
      'await read()',
      {},
      () => {
        signalChild('SIGSTOP')
        abort.abort()
        return undefined
      },
      abort.signal,
    )
    expect(await cell).toMatchObject({ outcome: 'cancelled' })
    expect(await shownBy(vm, LOOK)).toBe(SEEN)
  })
})

describe('many VMs', () => {
  it('run at once without meeting', async () => {
    const patient = await openSandbox()
    const vms = await Promise.all(
      Array.from({ length: 64 }, (_, n) => patient.open(vmOptions({ name: `vm ${n}` }))),
    )
    await Promise.all(vms.map((each, n) => runCell(each, `const mine = ${n}; globalThis.shared = ${n}`)))
    const all = await Promise.all(vms.map((each) => shownBy(each, 'mine + (await read(shared)).args[0]')))
    expect(all).toEqual(vms.map((_, n) => String(2 * n)))
    await patient.close()
  })
})

describe('misuse by the host', () => {
  it('is refused', async () => {
    const running = runCell(vm, 'await read()')
    await expect(runCell(vm, '1')).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    await running
    await vm.close()
    await expect(runCell(vm, '1')).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    await expect(sandbox.open(vmOptions({ seed: 'short' }))).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    await expect(sandbox.open(vmOptions({ functions: ['FINAL'] }))).rejects.toMatchObject({
      code: 'SANDBOX_FAILED',
    })
    await expect(sandbox.open(vmOptions({ memoryBytes: 1_000 }))).rejects.toMatchObject({
      code: 'SANDBOX_FAILED',
    })
  })

  it('by late or foreign replies changes nothing', async () => {
    vm.reply(99, { ok: true, json: '1' })
    expect(await shownBy(vm, '(await read(4)).args')).toBe('[4]')
    vm.reply(0, { ok: true, json: '"again"' })
    expect(await runCell(vm, '1', LIMITS)).toMatchObject({ outcome: 'ok', output: '' })
  })

  it('of a closed sandbox is refused', async () => {
    const closed = await openSandbox()
    await closed.close()
    await expect(closed.open(vmOptions())).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
  })
})

describe('a cell that waits', () => {
  it('is not lost when a neighbour does not stop, and makes each of its calls once', async () => {
    await runCell(vm, 'let n = 5; const random = Math.random()')
    const calls: string[] = []
    const held = Promise.withResolvers<number>()
    const code = `
      n += 1; const first = (await read("first")).args; n += first.length
      const second = (await read("second")).args; [n, first, second, random === random]`
    const waiting = runCell(vm, code, {}, (call) => {
      calls.push(call.argsJson)
      if (calls.length === 1) return { ok: true, json: `{"args":${call.argsJson}}` }
      held.resolve(call.id)
      return undefined
    })
    const id = await held.promise
    const neighbour = await sandbox.open(vmOptions({ name: 'neighbour' }))
    const stopped = await runCell(neighbour, SLOW, { fuelPolls: 1e9, backstopMs: 200 })
    expect(stopped).toMatchObject({ outcome: 'imposed', error: { name: 'CellStopped' } })
    expect(await shownBy(neighbour, '6 * 7')).toBe('42')
    vm.reply(id, { ok: true, json: '{"args":["late"]}' })
    expect(await waiting).toMatchObject({ outcome: 'ok', shown: '[7, ["first"], ["late"], true]' })
    expect(calls).toEqual(['["first"]', '["second"]'])
    await neighbour.close()
  })
})

describe('VMs of one sandbox', () => {
  const text = (said: string): GuestContext => ({ type: 'text', text: said, docs: 1 })

  it('have each its own context and functions, also in the next child', async () => {
    const shared = text('first')
    const vms = await Promise.all(
      [
        vmOptions({ context: shared }),
        vmOptions({ context: shared }),
        vmOptions({ context: text('second'), functions: ['grep'] }),
        vmOptions({ context: shared, functions: ['grep'] }),
        vmOptions({ context: text('first') }),
        vmOptions(),
      ].map((options) => sandbox.open(options)),
    )
    const look = (): Promise<string[]> =>
      Promise.all(vms.map((one) => shownBy(one, 'String(context) + " " + typeof read + " " + typeof grep')))
    const seen = [
      'first function undefined',
      'first function undefined',
      'second undefined function',
      'first undefined function',
      'first function undefined',
      '[object Object] function undefined',
    ]
    expect(await look()).toEqual(seen)
    signalChild('SIGKILL')
    await look() // what runs in a child that is lost is lost
    expect(await look()).toEqual(seen)
    await Promise.all(vms.map((one) => one.close()))
  })
})
