// What model-written code may try, by mechanism. Where it got what it wanted, the cell would end well.

/** Attempts by mechanism. */
export type GuestAttacks = Readonly<Record<string, readonly string[]>>

/** Guest code that reports what it got hold of, or throws. */
const steal = (expression: string): string =>
  `const loot = await (async () => ${expression})(); if (loot == null) throw new Error("nothing there"); FINAL(String(loot))`

const stealing = (...expressions: readonly string[]): readonly string[] => expressions.map(steal)

const PROCESS = 'constructor.constructor("return process")()'

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

/** Each ends in an error that the model can read. */
export const REACHING_OUT: GuestAttacks = {
  'the loader of Node': [
    ...stealing('require("fs").readFileSync("/etc/passwd", "utf8")', 'require("net").connect(1)'),
    'const { readFileSync } = require("node:fs"); FINAL(readFileSync)',
    'importScripts("fs")',
  ],
  'the process object of Node': stealing(
    'process.binding("fs").readFileUtf8("/etc/passwd", 0)',
    'process.getBuiltinModule("fs").readFileSync("/etc/passwd", "utf8")',
    'process.env.WRIT_ATTACK_TEST_KEY',
    'globalThis.env.WRIT_ATTACK_TEST_KEY',
  ),
  'the constructor of an object of its own': stealing(
    `({}).${PROCESS}.mainModule.require("fs").readFileSync("/etc/passwd")`,
    `({}).${PROCESS}.binding("tcp_wrap")`,
    `({}).${PROCESS}.env.OPENAI_API_KEY`,
    `(async () => 1).${PROCESS}.cwd()`,
    'new Function("return this")().process.cwd()',
  ),
  'the constructor of a host function': stealing(
    `read.${PROCESS}.getBuiltinModule("fs").readFileSync("/etc/passwd")`,
    `console.log.${PROCESS}.cwd()`,
    'Reflect.getPrototypeOf(read).constructor("return require")()("fs")',
  ),
  'the constructor of a reply': stealing(
    `(await read(1)).${PROCESS}.cwd()`,
    `(await read().catch((e) => e)).${PROCESS}.cwd()`,
  ),
  'modules of the engine': stealing(
    'std.loadFile("/etc/passwd")',
    'os.open("/etc/passwd", 0)',
    'globalThis.std.open("/etc/passwd").readAsString()',
    'loadScript("/etc/passwd")',
    'os.exec(["curl", "http://127.0.0.1:1/"])',
    'std.getenv("WRIT_ATTACK_TEST_KEY")',
    'scriptArgs.join()',
  ),
  'other runtimes': stealing(
    'Deno.readTextFileSync("/etc/passwd")',
    'Bun.file("/etc/passwd").text()',
    'Deno.env.get("OPENAI_API_KEY")',
  ),
  'static imports': ['import fs from "fs"', 'export { readFileSync } from "fs"'],
  'dynamic imports': [
    'const fs = await import("node:fs"); FINAL(fs)',
    ...stealing('import("data:text/javascript,export default 1")', 'import("node:http")', 'import.meta.env'),
  ],
  'imports from code made at run time': stealing(
    'eval("import(\'fs\')")',
    'new Function("return import(\'std\')")()',
    '(0, eval)("import(\'./main.js\')")',
    'eval("import(\'main.js\')")',
    'eval("import(\'./host-calls.js\')")',
    '(async () => {}).constructor("return await import(\'os\')")()',
    '(0, eval)("module").require("fs")',
  ),
  'the network of a browser': stealing(
    'fetch("http://127.0.0.1:1/")',
    'new XMLHttpRequest()',
    'new WebSocket("ws://127.0.0.1:1/")',
    'new EventSource("http://127.0.0.1:1/")',
    'navigator.sendBeacon("http://127.0.0.1:1/")',
  ),
  'threads of a browser': stealing('new Worker("data:text/javascript,1")'),
  'everything that can be reached from any object': stealing(SCAN),
  'the source of host functions': stealing(
    '[read, print, FINAL, console.log].map((f) => f.toString()).find((s) => !s.includes("[native code]"))',
    'read.caller ?? read.arguments ?? read.prototype',
  ),
  'stacks of errors': stealing(
    'new Error().stack.split("\\n").find((l) => /file:|\\/|writ\\//.test(l))',
    '(await read(1).catch((e) => e)).stack',
    'await eval("import(\'x\')").catch((e) => (/file:|\\/work|node_modules/.test(e.stack + e.message) ? e.stack : null))',
  ),
  'variables of a neighbour in its thread': stealing(
    'globalThis.ofNeighbour',
    'eval("typeof ofNeighbour") === "undefined" ? null : eval("ofNeighbour")',
  ),
  'memory that was a neighbour’s': stealing(
    '(() => { for (let n = 0; n < 8; n++) if (new Uint8Array(2e5).some((byte) => byte !== 0)) return "bytes" })()',
  ),
}

/** Each is stopped by the fuel of its cell. */
export const SPINNING: GuestAttacks = {
  'a loop': [
    'while (true) {}',
    'await 0; while (true) {}',
    'await read(); for (;;);',
    'eval("while (true);")',
    'FINAL(1); while (true);',
    'while (true) print(1)',
    'class Loop { static x = (() => { while (true); })() }',
    '({ get x() { while (true); } }).x',
  ],
  'a loop that catches what stops it': [
    'try { while (true) {} } finally { while (true) {} }',
    'for (;;) { try { while (true) {} } catch {} }',
    'const spin = async () => { for (;;) try { await null; while (true); } catch {} }; await spin()',
  ],
  'jobs that make jobs': [
    'const again = () => { Promise.resolve().then(again) }; again(); await new Promise(() => {})',
    'const chain = () => queueMicrotask(chain); chain(); await new Promise(() => {})',
    'const tick = () => setTimeout(tick, 1); tick(); await new Promise(() => {})',
  ],
  'an iterator without an end': [
    'for await (const x of (async function* () { for (;;) yield 1 })());',
    '[...(function* () { for (;;) yield })()]',
  ],
  'code that runs while its value is looked at': [
    'FINAL({ toJSON() { while (true); } })',
    'print(new Proxy({}, { ownKeys() { while (true); } }))',
    'new Proxy({}, { getPrototypeOf() { while (true); } })',
    'throw new Proxy({}, { getPrototypeOf() { while (true); } })',
    'await { then() { while (true); } }',
    'answer = { content: { toJSON() { while (true); } }, ready: true }; 1',
  ],
  'code that a builtin calls': [
    '[3, 1, 2].sort(() => { while (true); })',
    '"ab".replace(/b/, () => { while (true); })',
  ],
  'a pattern that backtracks': ['/(a+)+$/.test("a".repeat(60) + "b")'],
}

/** Each is stopped by ending its thread. */
export const DEAF: GuestAttacks = {
  'a builtin that never looks up': [
    '"a".repeat(2e6).indexOf("a".repeat(1e6) + "b")',
    'try { "a".repeat(2e6).indexOf("a".repeat(1e6) + "b") } finally { print("resurrected") }',
    'await null; "a".repeat(2e6).includes("a".repeat(1e6) + "b")',
    '"a".repeat(2e6).split("a".repeat(1e6) + "b")',
    'await read(); "a".repeat(2e6).replaceAll("a".repeat(1e6) + "b", "")',
  ],
}

/** Each meets the limit of its memory. */
export const HOARDING: GuestAttacks = {
  'objects without an end': [
    'const a = []; while (true) a.push({})',
    'const m = new Map(); for (let i = 0; ; i++) m.set(i, [i])',
    'let o = null; for (;;) o = { o }',
    'let f = () => 0; for (;;) { const g = f; f = () => g }',
  ],
  'texts and buffers without an end': [
    'let s = "x".repeat(1000); const all = []; for (;;) all.push(s + all.length)',
    'const a = []; for (;;) a.push(new ArrayBuffer(1e6))',
    'const forever = []; await (async () => { for (;;) { forever.push(await "x".repeat(1e5)) } })()',
  ],
  'jobs without an end': [
    'const again = () => Promise.resolve().then(again); await again()',
    'const p = []; for (;;) p.push(Promise.resolve(p.length).then(() => 1))',
  ],
  'one thing that is too large': [
    '"x".repeat(1e9)',
    'new Array(1e8).fill(0)',
    'new Uint8Array(1e9)',
    'FINAL(Array.from({ length: 3 }, () => "x".repeat(9e6)))',
  ],
}

/** Each ends in an error that the model can read. */
export const TOO_DEEP: GuestAttacks = {
  'a text longer than can be': ['let s = "x"; while (true) s += s'],
  'calls deeper than the stack': [
    'const deep = () => deep() + 1; deep()',
    'class A { constructor() { new this.constructor() } }\nnew A()',
    'const o = { get o() { return this.o } }; o.o',
  ],
  'values deeper than the stack': [
    'let n = []; for (let i = 0; i < 1e5; i++) n = [n]; JSON.stringify(n)',
    'let n = []; for (let i = 0; i < 1e5; i++) n = [n]; FINAL(n)',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x',
  ],
  'source deeper than the stack': ['JSON.parse("[".repeat(1e5))', 'eval("(".repeat(1e5))'],
}

const SHARED = 'const of = (it, n) => new Array(n).fill(it); const much = of(of([], 2000), 1100)'

/** Each would make the main process hold many times what the VM does. */
export const SENDING: GuestAttacks = {
  'what grows when it is sent': [
    `${SHARED}; await read(much)`,
    `${SHARED}; FINAL(much)`,
    `${SHARED}; await read(much).catch(() => 1); await read()`,
  ],
  'arguments without an end': ['const s = "x".repeat(4e6); for (;;) await read(s)'],
}

/** Each changes what the prelude and the host's values are made of. The host believes nothing of it. */
export const FORGING: GuestAttacks = {
  'a form of its own for every value': [
    'Object.prototype.toJSON = function () { return { forged: 1 } }',
    'Array.prototype.toJSON = () => "forged"; String.prototype.toJSON = () => "forged"',
  ],
  'accessors in every object': [
    'Object.defineProperty(Array.prototype, "0", { set() { throw 1 }, configurable: true })',
    'Object.defineProperty(Object.prototype, "value", { get() { return "forged" }, set() {}, configurable: true })',
    'Object.defineProperty(Object.prototype, "get", { get() { throw 1 }, configurable: true })',
  ],
  'promises that settle themselves': [
    'Object.prototype.then = function (r) { r("hijacked") }',
    'Promise.prototype.then = Promise.prototype.constructor = () => { throw 1 }',
  ],
  'builtins taken away': [
    'Array.prototype[Symbol.iterator] = null; Symbol.prototype[Symbol.toPrimitive] = null',
    'globalThis.Promise = globalThis.Map = globalThis.Error = globalThis.JSON = globalThis.Object = undefined',
    'for (const p of [Object, Function, Array, Map, Promise, String, Error]) for (const k of Reflect.ownKeys(p.prototype)) try { p.prototype[k] = 0 } catch {}',
  ],
  'errors of its own make': [
    'Object.defineProperty(Error.prototype, "stack", { get: () => ({}) }); Error.prototype.name = 5',
  ],
}
