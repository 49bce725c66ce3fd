import { describe, expect, it } from 'vitest'
import { valueIn } from './value-in.ts'

describe('the value of a reply', () => {
  it.each([
    ['bare', ' {"a":1}\n', { a: 1 }],
    ['a scalar', '"x"', 'x'],
    ['fenced', '```json\n[1,2]\n```', [1, 2]],
    ['fenced among words', 'Here it is:\n```\n{"a":null}\n```\nI hope it helps.', { a: null }],
    ['in a block that is not closed', '```json\n{"a":1}', { a: 1 }],
    ['a fence within a string', '{"a":"```js\\nx\\n```"}', { a: '```js\nx\n```' }],
    ['decimals, as near as a number comes', '[0.1,1e3,3.14159265358979323846]', [0.1, 1000, Math.PI]],
  ])('%s', (_, text, value) => {
    expect(valueIn(text)).toEqual({ ok: true, value })
  })

  it.each([
    ['prose', 'The answer is 3.', 'it is no JSON'],
    ['two blocks', '```json\n1\n```\n```json\n2\n```', 'it holds 2 fenced blocks'],
    [
      'a whole number that would become another',
      '{"id":12345678901234567890}',
      'the number 12345678901234567890 cannot be held exactly; give it as a string',
    ],
    [
      'a number beyond all numbers',
      '[1e999]',
      'the number 1e999 cannot be held exactly; give it as a string',
    ],
    [
      'ten megabytes',
      `"${'x'.repeat(10 * 1024 * 1024)}"`,
      'it has 10485762 bytes; at most 1048576 are read as a value',
    ],
    ['a hundred thousand brackets', '['.repeat(100_000) + ']'.repeat(100_000), 'it nests too deep'],
  ])('is not found in %s', (_, text, why) => {
    expect(valueIn(text)).toEqual({ ok: false, why })
  })

  it('holds __proto__ as a member like any other', () => {
    const read = valueIn('{"__proto__":{"a":1}}')
    expect(read.ok && Object.keys(read.value as object)).toEqual(['__proto__'])
    expect(({} as { a?: number }).a).toBeUndefined()
  })
})
