import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cell, CellSyntaxError, readCell } from './cell-source.ts'

const RESERVED = new Set(['read', 'answer'])
const read = (source: string): Cell => readCell({ language: 'javascript', code: source }, RESERVED)
const code = (source: string): string => read(source).code
const typed = (source: string): Cell => readCell({ language: 'typescript', code: source }, RESERVED)

function failure(source: string, reader = read): CellSyntaxError {
  try {
    reader(source)
  } catch (error) {
    if (error instanceof CellSyntaxError) return error
    throw error
  }
  throw new Error(`${source} was accepted`)
}

describe('readCell', () => {
  it('turns top-level const, let and class into var without moving a column', () => {
    expect(code('const a = 1; let b = 2;')).toBe('var   a = 1; var b = 2;')
    expect(code('let a, b = 1, c')).toBe('var a = void 0, b = 1, c = void 0')
    expect(code('const { a, ...b } = x, [c = 1] = y')).toBe('var   { a, ...b } = x, [c = 1] = y')
    expect(code('class A {}\n[1].at(0)')).toBe('var A = class A {};\nawait ([1].at(0))')
  })

  it('leaves what is not at the top level alone', () => {
    expect(code('if (x) { let a; const b = 1; class C {} }')).toBe(
      'if (x) { let a; const b = 1; class C {} }',
    )
    expect(code('for (const a of b) {}')).toBe('for (const a of b) {}')
    expect(code('function f() { let a; return a }')).toBe('function f() { let a; return a }')
  })

  it('assigns a function that has the name of a host function', () => {
    expect(code('function read() {}\n(1)')).toBe('read = function read() {};\n(await (1))')
    expect(code('const answer = 1')).toBe('var   answer = 1')
  })

  it('awaits a trailing expression, and shows nothing else', () => {
    expect(read('1; a // end')).toMatchObject({ code: '1; await (a) // end', shows: true })
    for (const silent of ['const a = 1', 'if (a) b', 'function f() {}', ''])
      expect(read(silent).shows).toBe(false)
  })

  it('accepts top-level await and refuses a return', () => {
    expect(code('const a = await f()')).toBe('var   a = await f()')
    expect(failure('return 1').message).toContain('return')
  })

  it.each([
    ["import fs from 'fs'", 1, 1],
    ['export const a = 1', 1, 1],
    ["1\nawait import('fs')", 2, 7],
    ["const f = () => [import('a')]", 1, 18],
    ["[1, import('a')]", 1, 5],
  ])('refuses modules: %s', (source, line, column) => {
    expect(failure(source)).toMatchObject({
      message: expect.stringContaining('no modules'),
      place: { line, column },
    })
  })

  it('says where the text is wrong', () => {
    expect(failure('const a = 1\nconst b = ;\n').place).toEqual({ line: 2, column: 11, text: 'const b = ;' })
    expect(failure('const a = 1; const a = 2').place.column).toBe(20)
  })

  it('reads carriage returns as line ends', () => {
    expect(code('let a\r\nlet b\rlet c')).toBe('var a = void 0\nvar b = void 0\nvar c = void 0')
  })

  it('takes the types away and leaves every character where it was', () => {
    expect(code('const a = 1')).toBe(typed('const a = 1').code)
    expect(typed('const a: number = 1; let b = a as any').code).toBe('var   a         = 1; var b = a       ')
    expect(typed('type A = 1\n(a!)').code).toBe('          \n(await (a) )')
    expect(typed('interface A { b: string }\ndeclare const c: A').code.trim()).toBe('')
  })

  it('shows a line with the types it was written with', () => {
    const cell = typed('let a: Map<string, "日本"> = 1\nfail(a as any)')
    expect(cell.locate(1, 1)).toMatchObject({ text: 'let a: Map<string, "日本"> = 1' })
    expect(cell.locate(2, 7)).toEqual({ line: 2, column: 1, text: 'fail(a as any)' })
  })

  it.each([
    ['1\nenum A { B }', 2, 1, 'enum is not supported'],
    ['class A { constructor(private x: number) {} }', 1, 31, 'parameter property is not supported'],
    ['const a: = 1', 1, 10, 'Unexpected token'],
    ['let a: string\nlet b = import("b")', 2, 9, 'no modules'],
    [`let a: 1${' '.repeat(100_000)}`, 1, 1, 'at most 100000 characters'],
  ])('says why it cannot take the types of %.30s', (source, line, column, message) => {
    const { place, message: said } = failure(source, typed)
    expect({ line: place.line, column: place.column, said }).toEqual({
      line,
      column,
      said: expect.stringContaining(message),
    })
  })

  it('takes no code that is larger than any model means', () => {
    expect(failure(`1${' '.repeat(1_000_000)}`).message).toContain('at most 1000000 characters')
  })

  it('finds the original place of everything it moved', () => {
    const word = fc.constantFrom('let a;', 'class B {}', 'const é = "𝒳";', 'x;', '"ü";', 'function read() {}')
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(' ', '\n'),
        (words, gap) => {
          const distinct = [...new Set(words)]
          const source = [...distinct, 'marker(1)'].join(gap)
          const cell = read(source)
          const lines = cell.code.split('\n')
          const line = lines.findIndex((text) => text.includes('marker'))
          const before = lines[line]?.slice(0, lines[line].indexOf('marker')) ?? ''
          const place = cell.locate(line + 1, Buffer.byteLength(before) + 1)
          expect(source.split('\n')[place.line - 1]?.slice(place.column - 1)).toBe('marker(1)')
          expect(lines.length).toBe(source.split('\n').length)
        },
      ),
    )
  })
})
