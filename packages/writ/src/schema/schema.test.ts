import { Validator } from '@cfworker/json-schema'
import type { Json } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedSchema, inWords, readSchema } from './index.ts'

async function misfits(schema: unknown, value: Json): Promise<string> {
  return inWords((await checkedSchema(schema)).misfits(value))
}

const ROWS = {
  type: 'array',
  items: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, year: { type: 'integer', minimum: 1900 } },
    required: ['name', 'year'],
    additionalProperties: false,
  },
}

describe('a value that does not fit', () => {
  it.each<[string, unknown, Json, string]>([
    ['a type', { type: 'integer' }, 1.5, 'the value must be of type integer, and is number'],
    [
      'several',
      ROWS,
      [{ name: '', year: '1' }],
      '/0/name must have at least 1 characters; /0/year must be of type integer, and is string',
    ],
    ['a member', ROWS, [{ name: 'a' }], '/0 lacks "year"'],
    ['one too many', ROWS, [{ name: 'a', year: 2000, more: 1 }], '/0/more may not be there'],
    ['an enum', { enum: ['a', { b: 1 }] }, 'c', 'the value must be one of ["a",{"b":1}]'],
    [
      'no alternative',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      1,
      'the value fits none of the 2 alternatives that are allowed',
    ],
    [
      'the near alternative',
      { anyOf: [{ type: 'string', maxLength: 1 }, { type: 'null' }] },
      'ab',
      'the value may have at most 1 characters',
    ],
    [
      'two alternatives',
      { oneOf: [{ minimum: 1 }, { maximum: 3 }] },
      2,
      'the value fits 2 alternatives where one is allowed',
    ],
    [
      'a reference',
      { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'null' } } },
      1,
      'the value must be of type null, and is number',
    ],
    [
      'what is there twice',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      '/1 is there twice',
    ],
    ['a pattern', { pattern: '^a+$' }, 'ab', 'the value must match ^a+$'],
    ['a format', { format: 'date' }, '2026-02-30', 'the value is no date'],
    ['NaN, which JSON makes null', { type: 'number' }, null, 'the value must be of type number, and is null'],
    [
      '__proto__ as a member',
      { type: 'object', additionalProperties: false },
      JSON.parse('{"__proto__":1}') as Json,
      '/__proto__ may not be there',
    ],
    ['what only a prototype has', { required: ['toString'] }, {}, 'the value lacks "toString"'],
  ])('%s', async (_, schema, value, words) => {
    expect(await misfits(schema, value)).toBe(words)
  })

  it('is told of at eight places and no more', async () => {
    const value = Array.from({ length: 1_000 }, () => 'x')
    expect((await misfits({ items: { type: 'number' } }, value)).split(';')).toHaveLength(8)
  })
})

describe('a schema that somebody hostile wrote is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['a remote reference', { $ref: 'https://example.com/schema.json' }, /a reference is/],
    ['a reference to a file', { $ref: 'other.json#/$defs/x' }, /a reference is/],
    ['a reference to nothing', { $ref: '#/$defs/x', $defs: {} }, /a reference is/],
    ['a reference to what objects inherit', { $ref: '#/$defs/constructor', $defs: {} }, /a reference is/],
    ['an id that moves references', { $id: 'https://example.com/', type: 'object' }, /"\$id" is no keyword/],
    ['a dynamic reference', { $dynamicRef: '#x' }, /no keyword that is checked/],
    ['a reference to itself', { $ref: '#' }, /refers to itself without end/],
    [
      'references round in a circle',
      { $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }] }, b: { not: { $ref: '#/$defs/a' } } } },
      /without end/,
    ],
    ['__proto__', JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), /called __proto__/],
    ['a misspelt keyword', { minLenght: 3 }, /"minLenght" is no keyword/],
    ['a keyword that objects inherit', { toString: true }, /no keyword/],
    ['a format nobody checks', { format: 'phone' }, /a format that is checked is one of date/],
    ['look-around', { pattern: '(?=a)b' }, /no RE2 expression/],
    ['a pattern that is too long', { pattern: 'a'.repeat(501) }, /at most 500 characters/],
    ['a pattern that is too large', { pattern: '(.*){1000}' }, /too large/],
    ['what is no schema', 'string', /no object/],
    ['nothing', undefined, /JSON cannot hold it/],
    ['a BigInt', { const: 1n }, /JSON cannot hold it/],
  ])('%s', async (_, schema, why) => {
    await expect(checkedSchema(schema)).rejects.toMatchObject({
      code: 'BAD_SCHEMA',
      message: expect.stringMatching(why),
    })
  })
})

describe('a schema of any size is refused at once', () => {
  it('that nests a hundred thousand deep', () => {
    let schema: unknown = {}
    for (let depth = 0; depth < 100_000; depth += 1) schema = { not: schema }
    expect(() => readSchema(schema)).toThrow(/nests more than 64 deep/)
  })

  it('that holds itself', () => {
    const schema: { not?: unknown } = {}
    schema.not = schema
    expect(() => readSchema(schema)).toThrow(/nests more than 64 deep/)
  })

  it('with a huge enum', () => {
    const schema = { enum: Array.from({ length: 100_000 }, (_, n) => n) }
    expect(() => readSchema(schema)).toThrow(/588900 bytes; at most 65536/)
  })
})

describe('what a check costs is bounded', () => {
  it('with a pattern that makes others go back without end', async () => {
    expect(await misfits({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toMatch(/must match/)
  })

  it('with references that double at every level', async () => {
    const names = Array.from({ length: 40 }, (_, n) => n)
    const $defs = Object.fromEntries([
      ...names.map((n) => [
        `d${n}`,
        { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
      ]),
      ['d40', {}],
    ])
    await expect(misfits({ $ref: '#/$defs/d0', $defs }, 1)).rejects.toMatchObject({ code: 'BAD_SCHEMA' })
  })

  it('of a list that is checked to hold nothing twice', async () => {
    const pairs = Array.from({ length: 20_000 }, (_, n) => [n, n + 1])
    const schema = { type: 'array', uniqueItems: true, items: { type: 'array', items: { type: 'integer' } } }
    expect(await misfits(schema, pairs)).toBe('')
  })
})

/** Schemas of the keywords that most are made of, and values near them. */
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1.5),
  fc.constantFrom('', 'a', 'ab', 'é😀'),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'xsmall', maxDepth: 2 },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }),
  ),
})).any as fc.Arbitrary<Json>
const small = fc.integer({ min: 0, max: 3 })
const schema = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'xsmall', maxDepth: 2 },
    fc.record(
      {
        type: fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object'),
        enum: fc.array(value, { minLength: 1, maxLength: 3 }),
        const: value,
        minimum: small,
        exclusiveMaximum: small,
        multipleOf: fc.constantFrom(1, 2, 0.5),
        minLength: small,
        maxLength: small,
        minItems: small,
        maxItems: small,
        uniqueItems: fc.boolean(),
        minProperties: small,
        required: fc.uniqueArray(fc.constantFrom('a', 'b')),
        pattern: fc.constantFrom('^a', 'b$', '^$'),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('any')),
        patternProperties: fc.dictionary(fc.constantFrom('^a', '.'), tie('any')),
        additionalProperties: fc.oneof(fc.boolean(), tie('any')),
        propertyNames: fc.constantFrom({ enum: ['a'] }, { maxLength: 1 }),
        prefixItems: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        items: fc.oneof(fc.boolean(), tie('any')),
        contains: tie('any'),
        minContains: small,
        not: tie('any'),
        anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        allOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
        if: tie('any'),
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: tie('any'), // oxlint-disable-line unicorn/no-thenable
        else: tie('any'),
        dependentRequired: fc.constant({ a: ['b'] }),
      },
      { requiredKeys: [] },
    ),
  ),
})).any as fc.Arbitrary<Record<string, Json>>

it('agrees with another validator on whatever both know', async () => {
  await fc.assert(
    fc.asyncProperty(schema, value, async (asked, given) => {
      const other = new Validator(structuredClone(asked) as object, '2020-12', false)
      const plain = JSON.parse(JSON.stringify(given)) as Json
      expect((await checkedSchema(asked)).misfits(plain).length === 0).toBe(other.validate(plain).valid)
    }),
    { numRuns: 200 },
  )
})

it('a schema that is read is plain data of its own', () => {
  const given = { type: 'object', properties: { a: { type: 'string' } } }
  const read = readSchema(given)
  given.properties.a.type = 'number'
  expect(read).toEqual({ type: 'object', properties: { a: { type: 'string' } } })
})
