import { type CellResult, OUTCOMES, type Sandbox, type Vm } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { runCell, shownBy, vmOptions } from './vm-fixture.ts'

// What model-written code may try. Each attempt must end in an error the model can read, leave the frame as it was, and
// leave the host at work.

const SECRET = 'sk-writ-attack-test-0123456789'
process.env.WRIT_ATTACK_TEST_KEY = SECRET

let sandbox: Sandbox
let vm: Vm

beforeAll(async () => {
  sandbox = await openSandbox()
  vm = await sandbox.open(vmOptions())
  await runCell(vm, 'let mark = { n: 1 }; const next = () => { mark.n += 1; return mark.n - 1 }')
})
afterAll(async () => {
  await sandbox.close()
  delete process.env.WRIT_ATTACK_TEST_KEY
})

/** Runs the attempt between two looks at the frame. */
async function attempt(code: string, polls = 400, backstopMs = 20_000): Promise<CellResult> {
  const before = Number(await shownBy(vm, 'next()'))
  const result = await runCell(vm, code, { fuelPolls: polls, backstopMs })
  expect(await shownBy(vm, '[next(), Object.keys(mark), (await read(3)).args]')).toBe(
    `[${before + 1}, ["n"], [3]]`,
  )
  // The rest of an error's message quotes the attempt itself.
  const { output, shown, finalJson, error } = result
  expect([output, shown, finalJson, error?.message.split('\n')[0]].join()).not.toMatch(
    /root:|sk-writ|node_modules|packages\/writ|file:/,
  )
  return result
}

/** Guest code that reports what it got hold of, or throws. */
const steal = (expression: string): string =>
  `const loot = await (async () => ${expression})(); if (loot == null) throw new Error("nothing there"); FINAL(String(loot))`

function refused({ outcome, error, finalJson }: CellResult): void {
  expect(OUTCOMES).toContain(outcome)
  expect({ outcome, finalJson }).toEqual({ outcome: 'error', finalJson: undefined })
  expect(error?.name).not.toBe('')
  expect(error?.message).not.toBe('')
}

const PROCESS = 'constructor.constructor("return process")()'

describe('reading files', () => {
  it.each([
    'require("fs").readFileSync("/etc/passwd", "utf8")',
    'process.binding("fs").readFileUtf8("/etc/passwd", 0)',
    'process.getBuiltinModule("fs").readFileSync("/etc/passwd", "utf8")',
    `({}).${PROCESS}.mainModule.require("fs").readFileSync("/etc/passwd")`,
    `read.${PROCESS}.getBuiltinModule("fs").readFileSync("/etc/passwd")`,
    `console.log.${PROCESS}.cwd()`,
    `(await read(1)).${PROCESS}.cwd()`,
    `(await read().catch((e) => e)).${PROCESS}.cwd()`,
    `(async () => 1).${PROCESS}.cwd()`,
    'std.loadFile("/etc/passwd")',
    'os.open("/etc/passwd", 0)',
    'globalThis.std.open("/etc/passwd").readAsString()',
    'loadScript("/etc/passwd")',
    'Deno.readTextFileSync("/etc/passwd")',
    'Bun.file("/etc/passwd").text()',
    'new Function("return this")().process.cwd()',
    '(0, eval)("module").require("fs")',
    'Reflect.getPrototypeOf(read).constructor("return require")()("fs")',
  ])('%s', async (expression) => {
    refused(await attempt(steal(expression)))
  })
})

describe('importing', () => {
  it.each([
    'import fs from "fs"',
    'export { readFileSync } from "fs"',
    'const fs = await import("node:fs"); FINAL(fs)',
    steal('eval("import(\'fs\')")'),
    steal('new Function("return import(\'std\')")()'),
    steal('(0, eval)("import(\'./main.js\')")'),
    steal('eval("import(\'main.js\')")'),
    steal('eval("import(\'./host-calls.js\')")'),
    steal('(async () => {}).constructor("return await import(\'os\')")()'),
    steal('import("data:text/javascript,export default 1")'),
    'const { readFileSync } = require("node:fs"); FINAL(readFileSync)',
    'importScripts("fs")',
  ])('%s', async (code) => {
    refused(await attempt(code))
  })
})

describe('reaching the network', () => {
  it.each([
    'fetch("http://127.0.0.1:1/")',
    'new XMLHttpRequest()',
    'new WebSocket("ws://127.0.0.1:1/")',
    'new EventSource("http://127.0.0.1:1/")',
    'require("net").connect(1)',
    'import("node:http")',
    'navigator.sendBeacon("http://127.0.0.1:1/")',
    'new Worker("data:text/javascript,1")',
    `({}).${PROCESS}.binding("tcp_wrap")`,
    'os.exec(["curl", "http://127.0.0.1:1/"])',
  ])('%s', async (expression) => {
    refused(await attempt(steal(expression)))
  })
})

const SCAN = `(() => {
  const seen = new Set(), open = [globalThis, read, console, context, answer, new Error().stack, (() => {}).constructor]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === "string" && /sk-|KEY|\\/work\\/|node_modules/.test(value)) return value
    if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) continue
    seen.add(value)
    if (typeof value === "function" && /sk-|KEY|\\/work\\//.test(Function.prototype.toString.call(value))) return "source"
    open.push(Object.getPrototypeOf(value))
    for (const key of Reflect.ownKeys(value)) {
      const slot = Object.getOwnPropertyDescriptor(value, key)
      open.push(slot.value, slot.get, slot.set, String(key))
    }
  }
})()`

describe('reading the environment', () => {
  it.each([
    'process.env.WRIT_ATTACK_TEST_KEY',
    `({}).${PROCESS}.env.OPENAI_API_KEY`,
    'globalThis.env.WRIT_ATTACK_TEST_KEY',
    'std.getenv("WRIT_ATTACK_TEST_KEY")',
    'import.meta.env',
    'Deno.env.get("OPENAI_API_KEY")',
    'scriptArgs.join()',
    SCAN,
    '[read, print, FINAL, console.log].map((f) => f.toString()).find((s) => !s.includes("[native code]"))',
    'new Error().stack.split("\\n").find((l) => /file:|\\/|writ\\//.test(l))',
    '(await read(1).catch((e) => e)).stack',
    'read.caller ?? read.arguments ?? read.prototype',
    'await eval("import(\'x\')").catch((e) => (/file:|\\/work|node_modules/.test(e.stack + e.message) ? e.stack : null))',
  ])('%s', async (expression) => {
    refused(await attempt(steal(expression)))
  })

  it('by polluting what the prelude uses shows the guest its own data only', async () => {
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
  })

  it.each([
    'Object.prototype.toJSON = function () { return { forged: 1 } }',
    'Array.prototype.toJSON = () => "forged"; String.prototype.toJSON = () => "forged"',
    'Object.defineProperty(Array.prototype, "0", { set() { throw 1 }, configurable: true })',
    'Object.defineProperty(Object.prototype, "value", { get() { return "forged" }, set() {}, configurable: true })',
    'Object.defineProperty(Object.prototype, "get", { get() { throw 1 }, configurable: true })',
    'Object.prototype.then = function (r) { r("hijacked") }',
    'Array.prototype[Symbol.iterator] = null; Symbol.prototype[Symbol.toPrimitive] = null',
    'globalThis.Promise = globalThis.Map = globalThis.Error = globalThis.JSON = globalThis.Object = undefined',
    'Promise.prototype.then = Promise.prototype.constructor = () => { throw 1 }',
    'Object.defineProperty(Error.prototype, "stack", { get: () => ({}) }); Error.prototype.name = 5',
    'for (const p of [Object, Function, Array, Map, Promise, String, Error]) for (const k of Reflect.ownKeys(p.prototype)) try { p.prototype[k] = 0 } catch {}',
  ])('by %s cannot make the host believe anything', async (pollution) => {
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
  })
})

describe('running for ever', () => {
  it.each([
    'while (true) {}',
    'await 0; while (true) {}',
    'await read(); for (;;);',
    'try { while (true) {} } finally { while (true) {} }',
    'for (;;) { try { while (true) {} } catch {} }',
    'const spin = async () => { for (;;) try { await null; while (true); } catch {} }; await spin()',
    'const again = () => { Promise.resolve().then(again) }; again(); await new Promise(() => {})',
    'const chain = () => queueMicrotask(chain); chain(); await new Promise(() => {})',
    'const tick = () => setTimeout(tick, 1); tick(); await new Promise(() => {})',
    'for await (const x of (async function* () { for (;;) yield 1 })());',
    '[...(function* () { for (;;) yield })()]',
    '({ get x() { while (true); } }).x',
    'FINAL({ toJSON() { while (true); } })',
    'print(new Proxy({}, { ownKeys() { while (true); } }))',
    'new Proxy({}, { getPrototypeOf() { while (true); } })',
    'throw new Proxy({}, { getPrototypeOf() { while (true); } })',
    '[3, 1, 2].sort(() => { while (true); })',
    '/(a+)+$/.test("a".repeat(60) + "b")',
    '"ab".replace(/b/, () => { while (true); })',
    'await { then() { while (true); } }',
    'class Loop { static x = (() => { while (true); })() }',
    'answer = { content: { toJSON() { while (true); } }, ready: true }; 1',
    'eval("while (true);")',
    'FINAL(1); while (true);',
    'while (true) print(1)',
  ])('%s', async (code) => {
    const { outcome, error, finalJson } = await attempt(code)
    expect({ outcome, finalJson, name: error?.name }).toEqual({
      outcome: 'limit',
      finalJson: undefined,
      name: 'FuelExhausted',
    })
    expect(error?.message).toContain('as they were before the cell')
  })

  it.each([
    '"a".repeat(2e6).indexOf("a".repeat(1e6) + "b")',
    'try { "a".repeat(2e6).indexOf("a".repeat(1e6) + "b") } finally { print("resurrected") }',
    'await null; "a".repeat(2e6).includes("a".repeat(1e6) + "b")',
    '"a".repeat(2e6).split("a".repeat(1e6) + "b")',
    'await read(); "a".repeat(2e6).replaceAll("a".repeat(1e6) + "b", "")',
  ])('in a builtin that never polls: %s', async (code) => {
    const { outcome, error, output } = await attempt(code, 1e9, 300)
    expect({ outcome, name: error?.name, output }).toEqual({
      outcome: 'imposed',
      name: 'CellStopped',
      output: '',
    })
    expect(error?.message).toContain('300 ms')
  })
})

describe('taking memory', () => {
  it.each([
    'const a = []; while (true) a.push({})',
    'let s = "x".repeat(1000); const all = []; for (;;) all.push(s + all.length)',
    'const a = []; for (;;) a.push(new ArrayBuffer(1e6))',
    'const again = () => Promise.resolve().then(again); await again()',
    'const m = new Map(); for (let i = 0; ; i++) m.set(i, [i])',
    'let o = null; for (;;) o = { o }',
    'let f = () => 0; for (;;) { const g = f; f = () => g }',
    '"x".repeat(1e9)',
    'new Array(1e8).fill(0)',
    'new Uint8Array(1e9)',
    'const forever = []; await (async () => { for (;;) { forever.push(await "x".repeat(1e5)) } })()',
    'const p = []; for (;;) p.push(Promise.resolve(p.length).then(() => 1))',
    'FINAL(Array.from({ length: 3 }, () => "x".repeat(9e6)))',
  ])('%s', async (code) => {
    const { outcome, error } = await attempt(code, 20_000)
    expect({ outcome, name: error?.name }).toEqual({ outcome: 'limit', name: 'OutOfMemory' })
  })

  it('calls that are never awaited end with the memory or the calls of the cell', async () => {
    const { outcome, error } = await attempt('while (true) read().catch(() => 1)', 20_000)
    expect(outcome).toBe('limit')
    expect(['OutOfMemory', 'StepsExhausted']).toContain(error?.name)
  })

  it.each([
    'let s = "x"; while (true) s += s',
    'const deep = () => deep() + 1; deep()',
    'let n = []; for (let i = 0; i < 1e5; i++) n = [n]; JSON.stringify(n)',
    'let n = []; for (let i = 0; i < 1e5; i++) n = [n]; FINAL(n)',
    'JSON.parse("[".repeat(1e5))',
    'eval("(".repeat(1e5))',
    'class A { constructor() { new this.constructor() } }\nnew A()',
    'const o = { get o() { return this.o } }; o.o',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x',
  ])('deeper or longer than can be: %s', async (code) => {
    refused(await attempt(code, 20_000))
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
