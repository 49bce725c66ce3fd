import type { Sandbox, Vm } from '@writ/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSandbox } from './index.ts'
import { echo, type Host, LIMITS, runCell, shownBy, vmOptions } from './vm-fixture.ts'

let sandbox: Sandbox
let vm: Vm

beforeAll(async () => {
  sandbox = await openSandbox()
})
beforeEach(async () => {
  vm = await sandbox.open(vmOptions())
  return () => vm.close()
})
afterAll(() => sandbox.close())

const shown = (code: string, host?: Host): Promise<string> => shownBy(vm, code, host)

describe('variables', () => {
  it('survive their cell and may be declared again', async () => {
    await runCell(vm, 'const a = 1; let b = 2, c; class D { e() { return a } }; function f() { return b }')
    expect(await shown('[a, b, c, new D().e(), f()]')).toBe('[1, 2, undefined, 1, 2]')
    await runCell(vm, 'const a = 5; let [b, { g = 7 }] = [6, {}]; for (var h of [1, 8]);')
    expect(await shown('[a, b, g, h, f()]')).toBe('[5, 6, 7, 8, 6]')
    expect(await shown('let b; b')).toBe('')
  })

  it('give way to redefined functions, also for callers of earlier cells', async () => {
    await runCell(vm, 'function inner() { return 1 }\nconst outer = () => inner()')
    await runCell(vm, 'function inner() { return 2 }')
    expect(await shown('outer()')).toBe('2')
  })

  it('are listed by SHOW_VARS', async () => {
    await runCell(
      vm,
      'const list = [1, 2]; let text = "abc"; function f() {}; globalThis.map = new Map([[1, 2]])',
    )
    expect(JSON.parse((await runCell(vm, 'FINAL(SHOW_VARS())')).finalJson ?? '')).toEqual([
      { name: 'list', type: 'Array', size: 2 },
      { name: 'text', type: 'string', size: 3 },
      { name: 'f', type: 'function', size: null },
      { name: 'map', type: 'Map', size: 1 },
    ])
    expect(await shown('show_vars().length + showVars().length')).toBe('8')
  })
})

describe('output', () => {
  it('is what is printed, and the value of a last expression', async () => {
    expect(await runCell(vm, 'print("a", 1, { b: [2] }); console.warn(null)\n"done"')).toMatchObject({
      outcome: 'ok',
      output: 'a 1 {b: [2]}\nnull\n',
      shown: 'done',
    })
    expect(await runCell(vm, 'const x = 1')).not.toHaveProperty('shown')
    expect(await runCell(vm, 'undefined')).not.toHaveProperty('shown')
  })

  it.each([
    ['"as it is\\n"', 'as it is\n'],
    ['["quo\\"ted", -0, 10n, NaN, null]', '["quo\\"ted", -0, 10n, NaN, null]'],
    ['({ "a b": 1, c: undefined, get d() { throw 1 } })', '{"a b": 1, c: undefined, d: [Getter]}'],
    ['new Map([["k", new Set([1])]])', 'Map(1) {"k" => Set(1) {1}}'],
    [
      '[new Date(0), /a/g, new TypeError("no"), Symbol("s"), class Q {}, () => 1]',
      '[1970-01-01T00:00:00.000Z, /a/g, [TypeError: no], Symbol(s), [class Q], [Function (anonymous)]]',
    ],
    ['const c = { n: 1 }; c.self = c; c', '{n: 1, self: [Circular]}'],
    ['class P { x = 1 }\nnew P()', 'P {x: 1}'],
    ['[[[[[[[[1]]]]]]]]', '[[[[[[[Array(1)]]]]]]]'],
    ['Array.from({ length: 103 }, () => 0).length', '103'],
    ['new Uint8Array(3)', 'Uint8Array [0, 0, 0]'],
  ])('shows %s', async (code, text) => {
    expect(await shown(code)).toBe(text)
  })

  it('shows long values in lines, and no more than can be read', async () => {
    expect(await shown('[{ a: "x".repeat(60) }, { a: "y".repeat(60) }]')).toBe(
      `[\n  {a: "${'x'.repeat(60)}"},\n  {a: "${'y'.repeat(60)}"}\n]`,
    )
    expect(await shown('Array(500).fill(0)')).toContain('… 400 more')
  })

  it('keeps head and tail of too much', async () => {
    const { output, shown: value } = await runCell(
      vm,
      'print("a".repeat(1e6)); print("end"); "b".repeat(3e3)',
      {
        outputChars: 100,
      },
    )
    expect(output).toBe(`${'a'.repeat(50)}\n… [999,905 characters omitted] …\n${'a'.repeat(45)}\nend\n`)
    expect(value).toBe(`${'b'.repeat(50)}\n… [2,900 characters omitted] …\n${'b'.repeat(50)}`)
  })

  it('of 50 MB costs no memory', async () => {
    const flood = await runCell(vm, 'for (let i = 0; i < 50; i++) print("x".repeat(1e6)); 1', {
      fuelPolls: 5_000,
    })
    expect(flood).toMatchObject({ outcome: 'ok', shown: '1' })
    expect(flood.output.length).toBeLessThan(2_100)
  })

  it('awaits a last expression, so that a forgotten await does no harm', async () => {
    expect(await shown('async function main() { return (await read(1)).args }\nmain()')).toBe('[1]')
  })
})

describe('errors', () => {
  it('carry place and source line of the text as written', async () => {
    const { outcome, error } = await runCell(vm, 'const é = 1; let q\nlet a; class B {}; missing(a)')
    expect(outcome).toBe('error')
    expect(error?.name).toBe('ReferenceError')
    expect(error?.message).toBe(
      'missing is not defined\n  at line 2, column 20:\n    let a; class B {}; missing(a)\n                       ^',
    )
    expect(JSON.parse(error?.dataJson ?? '')).toEqual({ line: 2, column: 20 })
  })

  it('name the callers, in this cell and earlier ones', async () => {
    await runCell(vm, '\nfunction deep() { throw new TypeError("no") }')
    const { error } = await runCell(vm, 'const f = () => deep()\n\nf()')
    expect(error?.message).toContain('at line 2 of an earlier cell (in deep)')
    expect(error?.message).toContain('at line 1, column 16')
    expect(error?.message).toContain('called at line 3')
  })

  it('of syntax leave the VM untouched', async () => {
    await runCell(vm, 'let kept = 1')
    const { error, outcome } = await runCell(vm, 'kept = 2\nlet = ;')
    expect(outcome).toBe('error')
    expect(error).toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('at line 2') })
    expect(await shown('kept')).toBe('1')
  })

  it('the parser lets pass and the engine does not are placed too', async () => {
    expect((await runCell(vm, '1\n  using x = null')).error).toMatchObject({
      name: 'SyntaxError',
      message: expect.stringContaining('line 2'),
    })
  })

  it('keep their own properties', async () => {
    const { error } = await runCell(vm, 'throw Object.assign(new Error("m"), { name: "Mine", code: 7 })')
    expect(error).toMatchObject({ name: 'Mine', message: expect.stringMatching(/^m\n/) })
    expect(JSON.parse(error?.dataJson ?? '')).toMatchObject({ code: 7 })
  })

  it('may be any value', async () => {
    expect(await shown('throw null')).toContain('the cell threw null')
    expect(await shown('throw { a: 1 }')).toContain('the cell threw {a: 1}')
    expect(await shown('throw new Proxy({}, { getPrototypeOf() { throw 1 } })')).toContain('cannot be read')
  })

  it('of a promise nobody awaits end the cell', async () => {
    expect(await shown('Promise.reject(new Error("lost")); 1')).toContain(
      'lost\n  in a promise that nobody awaits',
    )
    expect(await shown('const p = Promise.reject(new Error("caught")); p.catch(() => 1); 2')).toBe('2')
    expect(
      await shown('(async () => { await read(); throw new Error("inner") })(); await read(); 3'),
    ).toContain('inner')
  })

  it('say when nothing can ever settle', async () => {
    expect(await shown('await new Promise(() => {})')).toContain('Deadlock: ')
    expect(await shown('1')).toBe('1')
  })
})

describe('calls of the host', () => {
  it('take anything JSON can be made of, and aliases', async () => {
    const args =
      'undefined, 10n, new Map([["k", 1]]), new Map([[1, 2]]), new Set([3]), new Date(0), new Uint8Array(2)'
    expect(JSON.parse((await runCell(vm, `FINAL(await llmQuery(${args}))`)).finalJson ?? '')).toEqual({
      name: 'llm_query',
      args: [null, '10', { k: 1 }, [[1, 2]], [3], '1970-01-01T00:00:00.000Z', [0, 0]],
    })
  })

  it('refuse what JSON cannot hold, as a rejection', async () => {
    const code =
      'const c = {}; c.c = c; const p = read(c); await p.catch((e) => e.name + " " + (p instanceof Promise))'
    expect(await shown(code)).toBe('TypeError true')
    expect(await shown('await read(read(1)).catch((e) => e.message)')).toContain('await it first')
  })

  it('reject with the error of the host, at the place of the call', async () => {
    const denied: Host = () => ({
      ok: false,
      error: { name: 'PolicyDenied', message: 'not yours', dataJson: '{"code":"POLICY_DENIED","name":"x"}' },
    })
    const { error } = await runCell(vm, '1\nawait read()', {}, denied)
    expect(error).toMatchObject({ name: 'PolicyDenied', message: expect.stringContaining('line 2') })
    expect(error?.message).toContain('not yours')
    const caught = 'try { await read() } catch (e) { print(e instanceof Error, e.name, e.code) }'
    expect((await runCell(vm, caught, {}, denied)).output).toBe('true PolicyDenied POLICY_DENIED\n')
  })

  it('are answered one at a time, in the order of the replies', async () => {
    const ids: number[] = []
    const code = `
      const log = (n) => (v) => { log.order = (log.order ?? "") + n }
      await Promise.all([read(1).then(log("a")), read(2).then(log("b")), read(3).then(log("c"))]); log.order`
    const run = vm.run(
      { language: 'javascript', code },
      { fuelPolls: 100, calls: 9, backstopMs: 5_000, outputChars: 100 },
      ({ id }) => {
        if (ids.push(id) === 3) for (const each of [2, 0, 1]) vm.reply(each, { ok: true, json: '0' })
      },
      new AbortController().signal,
    )
    expect((await run).shown).toBe('cab')
    expect(ids).toEqual([0, 1, 2])
  })

  it('keep their replies for the first await of a later cell', async () => {
    const never: Host = () => undefined
    await runCell(vm, 'let got = "none"; read(1).then((v) => { got = v }); 1', {}, never)
    vm.reply(0, { ok: true, json: '"late"' })
    expect(await shown('got')).toBe('none')
    expect(await shown('await null; got')).toBe('none')
    expect(await shown('await read(2); got')).toBe('late')
  })

  it('deliver replies that came between cells in their order', async () => {
    await runCell(
      vm,
      'let order = ""; const all = ["a", "b", "c"].map((n) => read().then(() => { order += n }))',
      {},
      () => undefined,
    )
    for (const id of [2, 0, 1]) vm.reply(id, { ok: true, json: '0' })
    expect(await shown('await Promise.all(all); order')).toBe('cab')
  })

  it('reach a cell whose order they follow at once', async () => {
    // The order and the replies arrive together, before the child has begun the cell.
    const { signal } = new AbortController()
    for (let round = 0; round < 20; round += 1) {
      const calls: number[] = []
      const asked = { language: 'javascript', code: 'const later = llm_query("x")' } as const
      await vm.run(asked, LIMITS, ({ id }) => calls.push(id), signal)
      const running = vm.run({ ...asked, code: '(await later).done' }, LIMITS, () => undefined, signal)
      await new Promise((resolve) => setImmediate(resolve))
      for (const id of calls) vm.reply(id, { ok: true, json: '{"done":true}' })
      expect((await running).shown).toBe('true')
    }
  })

  it('of an earlier cell that fail are noted, not blamed on the next', async () => {
    await runCell(vm, 'read(1); 1', {}, () => undefined)
    vm.reply(0, { ok: false, error: { name: 'Late', message: 'too bad' } })
    expect(await runCell(vm, 'await read(2); 5')).toMatchObject({
      outcome: 'ok',
      shown: '5',
      output: '[a call of an earlier cell failed: Late: too bad]\n',
    })
  })

  it('cannot be more than the host can hold', async () => {
    const code =
      'let e; for (let i = 0; i < 11e3 && !e; i++) read(i).catch((x) => { e ??= x }); await null; e'
    const { shown: text } = await runCell(vm, code, { fuelPolls: 5_000, calls: 20_000 }, () => undefined)
    expect(text).toContain('too many calls in flight')
  })

  it.each([
    ['one after another', 'for (;;) await read()'],
    ['at once', 'for (;;) read().catch(() => 0)'],
    ['and caught', 'for (;;) { try { await read() } catch {} finally { print("on") } }'],
    ['from promises', 'const again = () => read().then(again, again); await again()'],
    ['before it releases', 'for (let i = 0; i < 9; i++) read(); FINAL(1)'],
    ['after it released', 'FINAL(1); for (let i = 0; i < 9; i++) try { read() } catch {}; 2'],
  ])('are counted: a cell that makes too many is stopped (%s), always at the same one', async (_, code) => {
    const ends: unknown[] = []
    for (const place of [vm, await sandbox.open(vmOptions())]) {
      let made = 0
      const host: Host = (call) => {
        made += 1
        return echo(call)
      }
      await runCell(place, 'let kept = 1')
      const result = await runCell(place, `kept = 2; ${code}`, { calls: 7 }, host)
      expect(result).toMatchObject({ outcome: 'limit', error: { name: 'StepsExhausted' } })
      expect(result.finalJson).toBeUndefined()
      expect(made).toBe(7)
      ends.push(result)
      expect(await shownBy(place, '[kept, (await read(5)).args]')).toBe('[1, [5]]')
    }
    expect(ends[1]).toEqual(ends[0])
  })

  it('may be as many as the limit says', async () => {
    const { outcome } = await runCell(vm, 'for (let i = 0; i < 7; i++) await read()', { calls: 7 })
    expect(outcome).toBe('ok')
    expect(await runCell(vm, '1 + 1', { calls: 0 })).toMatchObject({ shown: '2' })
  })

  it('fail the run when the handler throws', async () => {
    const broken = vm.run(
      { language: 'javascript', code: 'await read()' },
      { fuelPolls: 9, calls: 9, backstopMs: 999, outputChars: 9 },
      () => {
        throw new Error('handler')
      },
      new AbortController().signal,
    )
    await expect(broken).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    expect(await shown('1')).toBe('1')
  })
})

describe('names of the REPL', () => {
  it('may be used by a cell and are back in the next', async () => {
    const { shown: value, output } = await runCell(
      vm,
      'const read = 5, docs = [1]; function search() { return 2 }\n[read, docs, search()]',
    )
    expect(value).toBe('[5, [1], 2]')
    expect(output).toBe(
      '[read, docs, search: a name of the REPL, restored after this cell; keep your value under another name]\n',
    )
    expect(await shown('(await read(1)).name + (await docs(2)).name + (await search()).name')).toBe(
      'readdocssearch',
    )
  })

  it.each([
    'globalThis.read = null',
    'delete globalThis.read; read = undefined',
    'Object.defineProperty(globalThis, "read", { value: 1 })',
    'Object.freeze(globalThis)',
    '(0, eval)("let read = 1")',
    'new Function("read = 1")()',
    'eval("var read = 1")',
    'with ({ read: 1 }) { read = 2 }',
    'Object.setPrototypeOf(globalThis, { read: 1 })',
  ])('come back after %s', async (code) => {
    await runCell(vm, code)
    expect(await shown('(await read(7)).args[0]')).toBe('7')
  })

  it('of the context are a text or a handle', async () => {
    const text = await sandbox.open(vmOptions({ context: { type: 'text', text: 'one two', docs: 1 } }))
    const use =
      '[context.split(" "), "".concat(context), context.length, context.docs, context.type, context + "!", /two/.test(context)]'
    expect(await shownBy(text, use)).toBe('[["one", "two"], "one two", 7, 1, "text", "one two!", true]')
    expect(await shownBy(text, 'context.docs = 5; globalThis.context = null; 1')).toBe('1')
    expect(await shownBy(text, 'context')).toBe('one two')
    expect(await shownBy(text, '(await read(context)).args')).toBe('["one two"]')
    const handle = await sandbox.open(vmOptions({ context: { type: 'handle', docs: 3, bytes: 99 } }))
    expect(await shownBy(handle, 'context')).toBe('{docs: 3, length: 99, type: "handle"}')
    await Promise.all([text.close(), handle.close()])
  })
})

describe('release', () => {
  const final = async (code: string): Promise<unknown> => {
    const { outcome, finalJson, error } = await runCell(vm, code, {}, () => undefined)
    return outcome === 'ok' && finalJson !== undefined ? JSON.parse(finalJson) : error?.message
  }

  it.each([
    ['FINAL({ a: [1, undefined, () => 1], b: undefined, c: NaN })', { a: [1, null, null], c: null }],
    ['SUBMIT("x")', 'x'],
    ['const v = new Map([["a", 1n]]); FINAL_VAR("v")', { a: '1' }],
    ['FINAL(new Set([new Error("e")]))', [{ name: 'Error', message: 'e' }]],
    ['answer.content = [1]; answer.ready = true', [1]],
    ['answer = { content: 2, ready: true }; 1', 2],
    ['FINAL(1); FINAL(2)', 1],
    ['FINAL(1); await read(); FINAL(2)', 1],
    ['FINAL(1); throw new Error("after")', 1],
    ['const answer = "shadow"; FINAL_VAR("answer")', 'shadow'],
    ['FINAL(null)', null],
  ])('%s', async (code, value) => {
    expect(await final(code)).toEqual(value)
  })

  it.each([
    ['FINAL()', 'the answer is undefined'],
    ['FINAL(read(1))', 'await it first'],
    ['FINAL([read(1)])', 'await it first'],
    ['FINAL(() => 1)', 'a function is no answer'],
    ['const c = {}; c.c = c; FINAL(c)', 'circular'],
    ['const known = 1; FINAL_VAR("unknown")', 'your variables are: known'],
    ['FINAL_VAR(5)', 'takes the name'],
    ['answer.ready = true', 'answer.ready: the answer is undefined'],
  ])('%s is refused', async (code, reason) => {
    expect(await final(code)).toContain(reason)
  })

  it('runs the rest of the cell first, and leaves what is in flight', async () => {
    const { output, finalJson } = await runCell(
      vm,
      'read(1); FINAL(3); print("rest"); await read(2); print("no")',
      {},
      () => undefined,
    )
    expect({ output, finalJson }).toEqual({ output: 'rest\n', finalJson: '3' })
  })

  it('carries megabytes', async () => {
    const { finalJson } = await runCell(vm, 'FINAL("é".repeat(4e6))', { fuelPolls: 5_000 })
    expect(finalJson?.length).toBe(4_000_002)
  })

  it('has a draft, which changes nothing', async () => {
    expect(vm.draft()).toBeUndefined()
    await runCell(vm, 'let n = 0; answer.content = { get seen() { n += 1; return n } }')
    expect(vm.draft()).toBe('{"seen":1}')
    expect(vm.draft()).toBe('{"seen":1}')
    expect(await shown('n')).toBe('0')
    await runCell(vm, 'answer.content = { toJSON() { while (true); } }')
    expect(vm.draft()).toBeUndefined()
    expect(await shown('n')).toBe('0')
  })
})

describe('the platform', () => {
  it.each([
    [
      '(1234567.891).toLocaleString() + " " + (-1234.5).toLocaleString("de") + " " + 12345n.toLocaleString()',
      '1,234,567.891 -1,234.5 12,345',
    ],
    ['(2).toLocaleString("en-US", { minimumFractionDigits: 2 }) + " " + (0.5).toLocaleString()', '2.00 0.5'],
    [
      'const s = { m: new Map([[1, { d: new Date(5) }]]) }; const t = structuredClone(s); [t.m.get(1).d.getTime(), t.m !== s.m]',
      '[5, true]',
    ],
    ['const s = {}; s.s = s; structuredClone(s).s !== s && structuredClone(s).s.s.s !== undefined', 'true'],
    ['let e; try { structuredClone(() => 1) } catch (x) { e = x }; e.name', 'DataCloneError'],
    ['new TextDecoder().decode(new TextEncoder().encode("é𝒳"))', 'é𝒳'],
    ['await new Promise((r) => setTimeout(r, 1000)); "slept"', 'slept'],
    [
      'await Promise.race([read(1).then(() => "call"), new Promise((r) => setTimeout(() => r("time"), 1))])',
      'call',
    ],
    [
      'const o = []; setTimeout(() => o.push("b"), 9); setTimeout(() => o.push("a"), 1); await new Promise((r) => setTimeout(r, 10)); o',
      '["a", "b"]',
    ],
    ['await new Promise((r) => queueMicrotask(r)); 1', '1'],
    [
      '[typeof WeakRef, typeof FinalizationRegistry, typeof Atomics, typeof SharedArrayBuffer, typeof performance]',
      '["undefined", "undefined", "undefined", "undefined", "undefined"]',
    ],
    [
      'new Date().toISOString() + new Date().getTimezoneOffset() + Date.now()',
      '2023-11-14T22:13:20.000Z01700000000000',
    ],
  ])('%s', async (code, value) => {
    expect(await shown(code)).toBe(value)
  })
})
