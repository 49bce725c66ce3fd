import { type CellResult, OUTCOMES, type Sandbox, type Vm } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandbox } from '../index.ts'
import { type Host, runCell, shownBy, vmOptions } from '../vm-fixture.ts'
import {
  DEAF,
  FORGING,
  type GuestAttacks,
  HOARDING,
  REACHING_OUT,
  SENDING,
  SPINNING,
  TOO_DEEP,
} from './guest-code.fixture.ts'

// Each attempt is made at the strongest confinement there is, in a thread that six other VMs share. It must leave its own
// frame as it was, the neighbours as they were, and the host at work.

const SECRET = 'sk-writ-attack-test-0123456789'
const NEIGHBOUR = 'sk-writ-neighbour-0123456789'
process.env.WRIT_ATTACK_TEST_KEY = SECRET

/** With the VM that attacks, and one that a test adds, these are as many as one thread takes. */
const NEIGHBOURS = 6

let sandbox: Sandbox
let vm: Vm
const neighbours: { readonly vm: Vm; looks: number }[] = []

beforeAll(async () => {
  sandbox = await openSandbox()
  for (let n = 0; n < NEIGHBOURS; n += 1) {
    const neighbour = await sandbox.open(vmOptions({ name: `neighbour ${n}` }))
    await runCell(
      neighbour,
      `globalThis.ofNeighbour = "${NEIGHBOUR}"; const many = ofNeighbour.repeat(1e4); let looks = 0`,
    )
    neighbours.push({ vm: neighbour, looks: 0 })
  }
  vm = await sandbox.open(vmOptions())
  await runCell(vm, 'let mark = { n: 1 }; const next = () => { mark.n += 1; return mark.n - 1 }')
})
afterAll(async () => {
  await sandbox.close()
  delete process.env.WRIT_ATTACK_TEST_KEY
})

let attempts = 0

/** One neighbour after the other has to be what it was. */
async function lookAtNeighbour(): Promise<void> {
  const neighbour = neighbours[attempts % NEIGHBOURS]
  attempts += 1
  if (neighbour === undefined) throw new Error('there is no neighbour')
  neighbour.looks += 1
  expect(await shownBy(neighbour.vm, '[++looks, many.length, typeof mark, (await read(3)).args]')).toBe(
    `[${neighbour.looks}, ${NEIGHBOUR.length * 1e4}, "undefined", [3]]`,
  )
}

/** Runs the attempt between two looks at the frame. */
async function attempt(code: string, polls = 400, backstopMs = 20_000, host?: Host): Promise<CellResult> {
  const before = Number(await shownBy(vm, 'next()'))
  const result = await runCell(vm, code, { fuelPolls: polls, backstopMs }, host)
  expect(await shownBy(vm, '[next(), Object.keys(mark), (await read(3)).args]')).toBe(
    `[${before + 1}, ["n"], [3]]`,
  )
  await lookAtNeighbour()
  // The rest of an error's message quotes the attempt itself.
  const { output, shown, finalJson, error } = result
  expect([output, shown, finalJson, error?.message.split('\n')[0]].join()).not.toMatch(
    /root:|sk-writ|node_modules|packages\/writ|file:/,
  )
  return result
}

/** A test for each attempt, under its mechanism. */
function each(attacks: GuestAttacks, check: (code: string) => Promise<void>): void {
  describe.each(Object.entries(attacks))('%s', (_mechanism, codes) => {
    it.each(codes)('%s', check)
  })
}

function refused({ outcome, error, finalJson }: CellResult): void {
  expect(OUTCOMES).toContain(outcome)
  expect({ outcome, finalJson }).toEqual({ outcome: 'error', finalJson: undefined })
  expect(error?.name).not.toBe('')
  expect(error?.message).not.toBe('')
}

describe('reaching out by', () => {
  each(REACHING_OUT, async (code) => refused(await attempt(code)))
})

describe('changing what the prelude uses:', () => {
  it('shows the guest its own data only', async () => {
    const spy = `
      const caught = []
      const spied = (f) => function (...a) { caught.push(typeof a[0] === "function" ? "function" : a[0]); return f.apply(this, a) }
      JSON.stringify = spied(JSON.stringify); JSON.parse = spied(JSON.parse)
      Promise.prototype.then = spied(Promise.prototype.then); Map.prototype.set = spied(Map.prototype.set)
      Function.prototype.call = spied(Function.prototype.call); Function.prototype.bind = spied(Function.prototype.bind)
      Reflect.ownKeys = spied(Reflect.ownKeys); Object.defineProperty = spied(Object.defineProperty)
      Error.prepareStackTrace = (...a) => { caught.push("prepared"); return a }
      await read({ own: 1 }); print("x"); await docs()
      caught.filter((x) => x !== "prepared")`
    const other = await sandbox.open(vmOptions())
    expect(await shownBy(other, spy)).toBe('[]')
    expect(await shownBy(other, '(await read(1)).name')).toBe('read')
    await other.close()
    await lookAtNeighbour()
  })

  each(FORGING, async (pollution) => {
    const other = await sandbox.open(vmOptions())
    await runCell(other, pollution)
    const calls: unknown[] = []
    const call = await runCell(other, 'await read("a", 1)', {}, ({ argsJson }) => {
      calls.push(JSON.parse(argsJson))
      return { ok: true, json: '1' }
    })
    expect(['ok', 'error']).toContain(call.outcome)
    expect([[], [['a', 1]]]).toContainEqual(calls)
    expect(['"x"', undefined]).toContain((await runCell(other, 'FINAL("x")')).finalJson)
    const { outcome, error } = await runCell(other, 'missing()')
    expect({ outcome, error }).toMatchObject({
      outcome: 'error',
      error: { name: expect.stringMatching(/./) },
    })
    expect(error?.message).toContain('missing is not defined')
    await other.close()
    await lookAtNeighbour()
  })
})

describe('running for ever by', () => {
  each(SPINNING, async (code) => {
    const { outcome, error, finalJson } = await attempt(code)
    expect({ outcome, finalJson, name: error?.name }).toEqual({
      outcome: 'limit',
      finalJson: undefined,
      name: 'FuelExhausted',
    })
    expect(error?.message).toContain('as they were before the cell')
  })

  each(DEAF, async (code) => {
    const { outcome, error, output } = await attempt(code, 1e9, 300)
    expect({ outcome, name: error?.name, output }).toEqual({
      outcome: 'imposed',
      name: 'CellStopped',
      output: '',
    })
    expect(error?.message).toContain('300 ms')
  })
})

describe('taking memory by', () => {
  each(HOARDING, async (code) => {
    const { outcome, error } = await attempt(code, 20_000)
    expect({ outcome, name: error?.name }).toEqual({ outcome: 'limit', name: 'OutOfMemory' })
  })

  each(SENDING, async (code) => {
    const taken: Host = () => ({ ok: true, json: 'null' })
    const { outcome, error, finalJson } = await attempt(code, 20_000, 60_000, taken)
    expect({ outcome, finalJson, name: error?.name }).toEqual({
      outcome: 'limit',
      finalJson: undefined,
      name: 'TooLarge',
    })
  })

  each(TOO_DEEP, async (code) => refused(await attempt(code, 20_000)))

  it('calls that are never awaited end with the memory or the calls of the cell', async () => {
    const { outcome, error } = await attempt('while (true) read().catch(() => 1)', 20_000)
    expect(outcome).toBe('limit')
    expect(['OutOfMemory', 'StepsExhausted']).toContain(error?.name)
  })

  it('is an ordinary error for a cell that catches it', async () => {
    const code = 'let a = []; try { for (;;) a.push({}) } catch (e) { a = null; print(e.message) }; "went on"'
    expect(await runCell(vm, code, { fuelPolls: 20_000 })).toMatchObject({
      outcome: 'ok',
      output: 'out of memory\n',
      shown: 'went on',
    })
  })
})
