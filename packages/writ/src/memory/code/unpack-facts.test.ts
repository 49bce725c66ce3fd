import { zstdCompressSync } from 'node:zlib'
import { type CodeFacts, type CodeReach, SYMBOL_KINDS, USE_KINDS } from '@writ/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packFacts } from '../../formats/child/code/pack-facts.ts'
import { unpackFacts } from './unpack-facts.ts'

const n = fc.nat(1_000_000)
const reach: fc.Arbitrary<CodeReach> = fc.record({
  root: fc.constantFrom('own', 'super', 'import', 'free', 'value'),
  n,
  path: fc.array(fc.string(), { maxLength: 4 }),
  loose: fc.boolean(),
})
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null })
const definition = fc
  .record({
    name: fc.string(),
    kind: fc.constantFrom(...SYMBOL_KINDS),
    start: n,
    length: n,
    before: n,
    behind: n,
    container: maybe(n),
    local: fc.boolean(),
    fixed: fc.boolean(),
    value: maybe(reach),
    bases: fc.array(reach, { maxLength: 3 }),
    loose: fc.boolean(),
  })
  .map(({ length, before, behind, ...one }) => {
    const end = one.start + length
    return { ...one, end, from: one.start - before, to: end + behind }
  })
const use = fc
  .record({
    kind: fc.constantFrom(...USE_KINDS),
    start: n,
    length: n,
    within: maybe(n),
    inFunction: fc.boolean(),
    reach,
  })
  .map(({ length, ...one }) => ({ ...one, end: one.start + length }))
const facts: fc.Arbitrary<CodeFacts> = fc.record({
  definitionsOnly: fc.boolean(),
  partly: fc.boolean(),
  definitions: fc.array(definition),
  uses: fc.array(use),
  imports: fc.array(fc.record({ source: fc.string(), name: fc.string(), common: fc.boolean() })),
  exports: fc.array(fc.record({ name: fc.string(), reach })),
})

it('gives back what was packed', () => {
  const property = fc.property(facts, (given) => {
    expect(unpackFacts(packFacts(given))).toEqual(given)
  })
  fc.assert(property)
})

const json = (value: unknown): Buffer => zstdCompressSync(JSON.stringify(value))
const NAMES = ['f', 'function', 'none', 'own']
const FLAGS = [true, false]
/** The structure that has one definition. */
const one = (definition: unknown): Buffer => json([NAMES, FLAGS, [definition], [], [], []])
const named = (name: string): Buffer => json([[name], FLAGS, [], [], [], []])
const path = (length: number): Buffer =>
  json([NAMES, FLAGS, [], [], [], [[0, [3, 0, 0, ...Array.from({ length }, () => 0)]]]])

it('takes what the hostile ones are made of', () => {
  expect(unpackFacts(one([0, 1, 0, 1, 0, 0, -1, 0, 0])).definitions).toMatchObject([
    { name: 'f', kind: 'function' },
  ])
  expect(unpackFacts(named('x'.repeat(10_000))).definitions).toEqual([])
  expect(unpackFacts(path(20)).exports).toHaveLength(1)
})

it.each<[what: string, bytes: Uint8Array]>([
  ['nothing', Buffer.alloc(0)],
  ['other bytes', Buffer.from('structure')],
  ['other JSON', zstdCompressSync('{"definitions":[]}')],
  ['a kind that is none', one([0, 2, 0, 1, 0, 0, -1, 0, 0])],
  ['a name that is not there', one([7, 1, 0, 1, 0, 0, -1, 0, 0])],
  ['a place that is no number', one([0, 1, '0', 1, 0, 0, -1, 0, 0])],
  ['a name that is no text', named('\ud800')],
  ['a name with an end in it', named('a\0b')],
  ['a name longer than any', named('x'.repeat(10_001))],
  ['a path longer than any', path(21)],
  ['what fills the memory', zstdCompressSync(`[["f"],[true,false],${'[],'.repeat(30_000_000)}[]]`)],
  ['less than there must be', zstdCompressSync('[["f"],[true,false]]')],
])('refuses %s', (_what, bytes) => {
  expect(() => unpackFacts(bytes)).toThrow()
})
