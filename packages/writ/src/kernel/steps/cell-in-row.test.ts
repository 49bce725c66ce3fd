import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellInRow } from './cell-in-row.ts'

/** What stands where the cell is said to be. */
function found(
  text: string,
  cells: readonly (string | null)[],
  column: number,
  { extracted = false, columns = cells.map((_, at) => `c${at}`) } = {},
): string | undefined {
  const at = cellInRow({ text, cells, columns, extracted }, column)
  return at && text.slice(...at)
}

describe('the place of a cell', () => {
  it.each([
    ['1,7,anvil,1', ['1', '7', 'anvil', '1'], 3, '1'],
    ['1, 7 ,"a ""b"", c"', ['1', '7', 'a "b", c'], 1, '7'],
    ['1, 7 ,"a ""b"", c"', ['1', '7', 'a "b", c'], 2, 'a ""b"", c'],
    ['1;2,5;3', ['1', '2,5', '3'], 1, '2,5'],
    ['1,,3', ['1', null, '3'], 1, ''],
    ['1,2', ['1', '2', null], 2, undefined],
    ['1,2,3', ['1', '2'], 1, '2'],
    ['| a \\| b | c |', ['a | b', 'c'], 0, 'a \\| b'],
    ['a|c', ['a', 'c'], 1, 'c'],
    ['only', ['only'], 0, 'only'],
    ['1,7', ['1', '8'], 0, undefined],
    ['<row a="1"/>', ['1'], 0, undefined],
    // Fields between bars, and the cells of a table of Markdown.
    ['|', [null], 0, undefined],
    ['2,1', ['1', '2'], 0, undefined],
  ] as const)('in %j', (text, cells, column, cell) => {
    expect(found(text, cells, column)).toBe(cell)
  })

  it('is that of the value behind a name of JSON', () => {
    const columns = ['n', 'b', 's', 'gone']
    const cells = ['12.50', 'true', 'a "q"', null]
    const text = '{"s": "a \\"q\\"", "n": 12.50, "b": true}'
    expect([0, 1, 2, 3].map((at) => found(text, cells, at, { columns }))).toEqual([
      '12.50',
      'true',
      'a \\"q\\"',
      undefined,
    ])
    expect(found('{"n": [1], "b": 2}', ['[1]', '2'], 1, { columns: ['n', 'b'] })).toBeUndefined()
    expect(found('{"n": 1, "n": 1}x', ['1'], 0, { columns: ['n'] })).toBeUndefined()
  })

  it('in an extracted row is between tabs, however its value is shown', () => {
    expect(found('rope\t25 %\t', ['rope', '0.25', null], 1, { extracted: true })).toBe('25 %')
    expect(found('rope\t25 %', ['rope', '0.25', null], 1, { extracted: true })).toBeUndefined()
    expect(found('rope\t\t25 %', ['rope', '0.25', null], 1, { extracted: true })).toBeUndefined()
  })

  it('is none where two forms of a row put it in two places', () => {
    // As fields by a comma, and as one cell of a table of bars.
    expect(found('a,a', ['a', 'a'], 1)).toBe('a')
    expect(found('"x"', ['x'], 0)).toBe('x')
  })

  it('holds the value of the cell, for any row that is written as RFC 4180 says', () => {
    const cell = fc.oneof(fc.constantFrom('1', 'a', ',', '"', '""', 'a;b', '\n', '|', '\t'), fc.string())
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), fc.nat(5), (values, at) => {
        const text = values.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')
        const column = at % values.length
        const cells = values.map((value) => (value === '' ? null : value))
        const place = found(text, cells, column)
        if (place !== undefined) expect(place.replaceAll('""', '"')).toBe(values[column])
        else expect(values.join('')).toMatch(/[",;|\t]|^$/)
      }),
    )
  })
})
