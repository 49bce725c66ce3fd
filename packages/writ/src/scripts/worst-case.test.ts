import type { Json } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { mostMerges } from './call-bounds.ts'
import { readScript } from './read-script.ts'
import { worstCase } from './worst-case.ts'

const REACH = [
  { bytes: 1_000, outlineSize: 3 },
  { bytes: 250, outlineSize: 0 },
  { bytes: 10, outlineSize: 1 },
]

function bound(code: string, input: Json = {}): ReturnType<typeof worstCase> {
  return worstCase(readScript(`export const meta = { name: 'x' }\n${code}`, 'javascript', 'x'), input, REACH)
}

describe('what a script can ask at most', () => {
  it.each<[string, number, Json?]>([
    ['FINAL(1)', 0],
    ["FINAL(await llm_query('a') + await llm_query('b'))", 2],
    ['await map(await docs(), async (doc) => await llm_query(doc.id))', 3],
    ['await map(docs(), (doc) => doc, { calls: 0 })', 0],
    ['const all = await docs({ limit: 2 }); await map(all, f, { calls: 4 })', 8],
    ['await map(await split(context, { bytes: 100 }), f)', 10 + 3 + 1],
    ['await map(await split(docs(), { docs: 2 }), f)', 2],
    ['await map(await split(docs(), { outline: true }), f)', 7],
    ['const kept = await filter(await docs(), f); await map(kept, f)', 6],
    ['await reduce(await docs(), f)', 2],
    ['await reduce(await docs(), f, { width: 3, calls: 2 })', 2],
    ['await vote(5, f)', 5],
    ["await verify(await search('x', { k: 4 }), { votes: 3, where: (r) => r.rank < 3 })", 12],
    ["const { matches } = await grep('x', { limit: 7 }); await map(matches, f)", 7],
    ["const found = await grep('x'); await map(found.matches.slice(0, 20), f)", 20],
    ['await Promise.all((await docs()).map(async (doc) => await llm_query(doc.id)))', 3],
    ['for (const doc of await docs()) await llm_query(doc.id)', 3],
    ['for (let i = 0; i < 4; i += 1) print(i)', 0],
    ["for (let i = 0; i < 4; i += 1) await llm_query('x')", 5],
    ["while (true) { print(await read('a')); break }", 0],
    ["async function ask(x) { return await llm_query(x) }\nawait ask('a'); await map(docs(), ask)", 4],
    ["if (input.deep) await llm_query('a'); else await llm_query('b')", 2],
    ['await map(input.claims, f)', 2, { claims: ['a', 'b'] }],
    ['await vote(input.n, f)', 9, { n: 9 }],
    ["await llm_query_batched(['a', ...(await docs()).map((doc) => doc.id)])", 4],
    ['await map([...new Set((await docs()).map((doc) => doc.id))], f)', 3],
    ["const rows = await map(docs(), async (doc) => { for (;;) await llm_query('x') }, { calls: 2 })", 6],
  ])('%s', (code, calls, input) => {
    expect(bound(code, input)).toEqual({ calls })
  })

  it.each([
    ["while (true) await llm_query('x')", 'a loop without a count (line 2)'],
    ['await map(await outline("a"), f)', 'a list of unknown length (line 2)'],
    ['const rows = []\nrows.push(1)\nawait map(rows, f)', 'unknown length (line 4)'],
    ["await rlm_query('x')", 'child frames'],
    ["globalThis['llm' + '_query']('x')", 'globalThis'],
    ["const tools = { ask: () => llm_query('x') }; tools.ask()", 'nobody knows how often'],
    ["async function again() { await llm_query('x'); await again() }\nawait again()", 'calls itself'],
    ['await map(docs(), f, { calls: input.many.length * 2 })', 'does not state its calls'],
    ['await map(docs(), f, options)', 'does not state its calls'],
  ])('cannot tell of %s', (code, why) => {
    expect(bound(code)).toEqual({ unknown: expect.stringContaining(why) })
  })

  // What a script makes in fact, and ways to hide some of it: it is counted, or it cannot be told.
  it.each<[string, number]>([
    ["const ask = llm_query; await ask('x'); await ask('y')", 2],
    ['await Promise.all([1, 2, 3].map(llm_query))', 3],
    ['llm_query`x`; llm_query`y`', 2],
    ['const m = map; await m(docs(), f, { calls: 9 })', 27],
    ["await llm_query.call(null, 'x')", 1],
    ["await (0, llm_query)('x')", 1],
    ["const o = { llm_query }; await o.llm_query('x')", 1],
    ["await llm_query('x', { schema: {} })", 2],
    ["await llm_query('x', input.how)", 2],
    ["await llm_query_batched(['a', 'b'], { schema: {} })", 4],
    ["await llm_query_batched([{ prompt: 'a', schema: {} }])", 2],
    ["const { a = await llm_query('x') } = {}", 1],
    ["const [a = await llm_query('x')] = []", 1],
    ["if (true) { var ask = () => llm_query('x') }\nask(); ask()", 2],
    ["{ var items = [1, 2, 3] }\nfor (const x of items) llm_query('x')", 3],
    ['const one = [1]; { var many = [1, 2, 3] }\nvar many; await map(many, f)', 3],
    ["{ function ask() { llm_query('x') } }\nask(); ask()", 2],
    ["void (function me(n) { llm_query('x'); if (n > 0) me(n - 1) })(9)", 10],
    ["let ask = () => llm_query('x'); ask = ask; ask(); ask()", 2],
    ["const make = () => () => llm_query('x')\nconst tools = { ask: () => make() }\ntools.ask()()", 1],
    ["const fs = [1, 2].map(() => () => llm_query('x')); for (const g of fs) g()", 2],
    ["const ask = () => llm_query('x')\nfor (const g of await map([1, 2], () => ask, { calls: 0 })) g()", 2],
    ["let kept; await map([1], () => { kept = () => llm_query('x') }, { calls: 0 }); kept(); kept()", 2],
    ["const tools = { go: () => ask() }\nconst ask = () => llm_query('x')\ntools.go(); tools.go()", 2],
    ['const xs = [1]; const ys = xs; ys.push(2, 3); await map(xs, f)', 3],
    ["const xs = [1]; xs['push'](2, 3); await map(xs, f)", 3],
    ['function grow(list) { list.push(2, 3) }\nconst xs = [1]; grow(xs); await map(xs, f)', 3],
    ['const { claims } = input; claims.push(2, 3); await map(input.claims, f)', 5],
    ['const o = { calls: 1 }; Object.assign(o, { calls: 9 }); await map(docs(), f, o)', 27],
    ['const o = { calls: 0 }; delete o.calls; await map(docs(), f, o)', 3],
    ['const more = { calls: 9 }; await map(docs(), f, { calls: 1, ...more })', 27],
    ["await map(docs(), f, { 'calls': 9 })", 27],
    ['await map(docs(), f, { __proto__: { calls: 9 } })', 27],
    ['await map(...[docs(), f, { calls: 9 }])', 27],
    ["await map(await search('x', { k: 5 * 8 }), f)", 40],
    ["await map((await grep('x', { limit: 5 * 80 })).matches, f)", 400],
    ['const all = await docs(); await map(await split([...all, ...all], { docs: 1 }), f)', 6],
    ['const all = await docs(); await map(await split([...all, ...all], { bytes: 100 }), f)', 28],
    ['function pick(all) { if (all) return [1, 2, 3]; return [] }\nawait map(pick(true), f)', 3],
    ["function* some() { yield 1; yield 2; return [] }\nfor (const x of some()) llm_query('x')", 2],
    ["const seen = new Set([1]); for (const x of seen) { llm_query('x'); if (x < 9) seen.add(x + 1) }", 9],
    ['let xs = []; for (xs of [[1, 2, 3]]) print(xs); await map(xs, f)', 3],
    ['const xs = [1, 2, 3]; switch (1) { default: { } const xs = [] }\nawait map(xs, f)', 3],
    ['const xs = []; try { throw [1, 2, 3] } catch (xs) { await map(xs, f) }', 3],
    [";[3, 1, 2, 5, 4].sort((a, b) => { llm_query('x'); return a - b })", 8],
    [";[1, 2].reduce((ask) => { ask(); ask(); return ask }, () => llm_query('x'))", 4],
    ["class Ask { said = llm_query('x') }\nnew Ask(); new Ask()", 2],
    ["function twice() { arguments[0](); arguments[0]() }\ntwice(() => llm_query('x'))", 2],
    ["function twice(...all) { all[0](); all[0]() }\ntwice(() => llm_query('x'))", 2],
    ["function twice(go = 1) { go(); go() }\ntwice(() => llm_query('x'))", 2],
    ["for (var i = 0; i < 2; i += 1) { back(); llm_query('x') }\nfunction back() { i = 0 }", 9],
    ["for (let i = 0; i < 2; i += 1) { [i] = [0]; llm_query('x') }", 9],
    ["await this.llm_query('x')", 1],
    ["const p = { then: (go) => { go(); go() } }; p.then(() => llm_query('x'))", 2],
    ["Array.prototype.map = (go) => { go(); go() };[1].map(() => llm_query('x'))", 2],
    ["const F = (() => 1).constructor; F('return rlm_query(1)')()", 1],
    ["const f2 = (x) => x ? ask : null\nconst ask = () => llm_query('x')\n;[1].map(f2)[0]()", 1],
  ])('counts no fewer than are made: %s', (code, made) => {
    const worst = bound(code, { claims: ['a', 'b'] })
    if ('calls' in worst) expect(worst.calls).toBeGreaterThanOrEqual(made)
  })

  it.each<[string, number]>([
    [
      'const byDoc = new Map(); const { matches } = await grep("x", { limit: 7 })\n' +
        'for (const m of matches) { const l = byDoc.get(m.doc) ?? []; l.push(m); byDoc.set(m.doc, l) }\n' +
        'await map(await docs(), (doc) => llm_query(String(byDoc.get(doc.id) ?? [])))',
      3,
    ],
    ['const rows = []; for (const doc of await docs()) rows.push(await llm_query(doc.id))\nFINAL(rows)', 3],
    ['const out = {}; for (const doc of await docs()) out[doc.id] = await llm_query(doc.id)', 3],
    [
      'const { claims = [], votes = 1 } = input; await verify(claims.map((claim) => ({ claim })), { votes })',
      2,
    ],
    [
      'const all = await docs(); await map(all.filter((doc) => doc.id > "a").slice(0, 2), f); await map(all, f)',
      5,
    ],
    ['const seen = new Set(); for (const d of await docs()) { seen.add(d.id); await llm_query(d.id) }', 3],
    [
      'async function each(items, work) { const out = []; for (const item of items) out.push(await work(item)); return out }\n' +
        'await each(await docs(), (d) => llm_query(d.id))',
      3,
    ],
    ['const said = await llm_query("x"); FINAL(JSON.parse(said))', 1],
  ])('still counts what a person writes: %s', (code, calls) => {
    expect(bound(code, { claims: ['a', 'b'] })).toEqual({ calls })
  })

  it('reads a script as the sandbox does, where this line is a comment', () => {
    expect(bound("let n = 1\nn <!--n || llm_query('x')\nFINAL(n)")).toEqual({ calls: 0 })
  })

  it('merges at most one fewer than there are items, and never fewer for more items', () => {
    for (let width = 2; width < 9; width += 1)
      for (let items = 1; items < 300; items += 1) {
        expect(mostMerges(items, width)).toBeLessThan(items === 1 ? 1 : items)
        expect(mostMerges(items + 1, width)).toBeGreaterThanOrEqual(mostMerges(items, width))
      }
  })
})
