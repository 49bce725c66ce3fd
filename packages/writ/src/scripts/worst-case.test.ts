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

  it('merges at most one fewer than there are items, and never fewer for more items', () => {
    for (let width = 2; width < 9; width += 1)
      for (let items = 1; items < 300; items += 1) {
        expect(mostMerges(items, width)).toBeLessThan(items === 1 ? 1 : items)
        expect(mostMerges(items + 1, width)).toBeGreaterThanOrEqual(mostMerges(items, width))
      }
  })
})
