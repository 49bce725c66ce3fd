import { describe, expect, it } from 'vitest'
import { isWithin, type JsonSize } from './json-size.ts'

/** Within `most`, and no longer once what it names is one less. */
function measures(json: string, most: JsonSize): void {
  expect(isWithin(json, most)).toBe(true)
  for (const part of ['bytes', 'items', 'depth'] as const)
    if (most[part] > 0) expect(isWithin(json, { ...most, [part]: most[part] - 1 })).toBe(false)
}

describe('the size of JSON', () => {
  it.each<[json: string, most: JsonSize]>([
    ['1', { bytes: 1, items: 0, depth: 0 }],
    ['"[{,:"', { bytes: 6, items: 0, depth: 0 }],
    ['[1,2]', { bytes: 5, items: 2, depth: 1 }],
    ['{"a":[{}]}', { bytes: 10, items: 4, depth: 3 }],
    ['[[],[],[]]', { bytes: 10, items: 6, depth: 2 }],
    ['["ä"]', { bytes: 6, items: 1, depth: 1 }],
  ])('%s is %o', (json, most) => measures(json, most))

  it.each([
    ['"', '[['],
    ['\\', ',,'],
    ['\\"', '{:'],
    ['"\\\\"', ']'],
    ['\u2028', '"['],
  ])('takes no text for structure, with %j in it', (...texts) => {
    measures(JSON.stringify(texts), { bytes: Buffer.byteLength(JSON.stringify(texts)), items: 2, depth: 1 })
    const nested = JSON.stringify(JSON.stringify(texts))
    measures(nested, { bytes: Buffer.byteLength(nested), items: 0, depth: 0 })
  })

  it('counts what is no JSON as far as a parser reads it', () => {
    const none = { bytes: 100, items: 0, depth: 0 }
    expect(isWithin('"[[[', none)).toBe(true)
    expect(isWithin('\\"[[[', none)).toBe(true)
    expect(isWithin('[[[', none)).toBe(false)
  })
})
