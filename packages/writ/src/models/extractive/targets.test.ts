import { describe, expect, it } from 'vitest'
import { targetsFor } from './targets.ts'

describe('targetsFor', () => {
  it('counts a literal with a capital letter as written and any other in any case', () => {
    const cases = targetsFor(['fee', 'Fee', 'C++', '§ 5']).list.filter(({ asked }) => asked)
    expect(cases.map(({ anyCase }) => anyCase)).toEqual([true, false, false, true])
  })

  it('puts other forms beside what was asked for, each once', () => {
    const { list } = targetsFor(['patents', 'patent', 'fee'])
    expect(list.map(({ text, asked }) => [text, asked])).toEqual([
      ['patents', true],
      ['patent', true],
      ['fee', true],
      ['fees', false],
    ])
  })

  it('asks for whole words only where words have ends', () => {
    const sides = targetsFor(['专利', 'fee', '§', '5%', '.json']).list.map(({ before, after }) => [
      before,
      after,
    ])
    expect(sides).toEqual([
      [false, false],
      [true, true],
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])
  })

  it('makes a pattern that matches every line that holds or begins a literal', () => {
    const matches = (literal: string, line: string): boolean =>
      new RegExp(targetsFor([literal]).pattern, 'iu').test(line)
    for (const line of ['a (b) c', 'x a (b) c.', 'ends with a', 'a  (b)\tc', 'cut after a (', 'A (B) C'])
      expect([line, matches('a (b) c', line)]).toEqual([line, true])
    for (const line of ['xa (b) c', 'a (b) cx', 'nothing', ''])
      expect([line, matches('a (b) c', line)]).toEqual([line, false])
    expect(matches('e', 'the')).toBe(false)
    expect(matches('e', 'x')).toBe(false)
    expect(targetsFor(['a b c']).after).toBe(2)
  })

  it('bears a literal of 200 signs that all mean something in a pattern', () => {
    const literal = '[(.*+?^$|}{\\'.repeat(20).slice(0, 200)
    const { pattern, list } = targetsFor([literal])
    expect(new RegExp(list[0]?.exact ?? '', 'gu').test(`x ${literal} x`)).toBe(true)
    expect(Buffer.byteLength(pattern)).toBeLessThan(4_000)
  })
})
