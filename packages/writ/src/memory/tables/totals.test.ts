import { expect, it } from 'vitest'
import { Totals } from './totals.ts'

function seem(names: readonly (string | null)[]): boolean {
  const totals = new Totals()
  for (const name of names) totals.add([name, '1'])
  return totals.seem
}

it.each([
  'Total',
  'TOTAL:',
  '**Total**',
  'Grand total',
  'Subtotal EMEA',
  'EMEA Total',
  'EMEA sub-total',
  'Total (EUR)',
  'Sum',
  'Sum of all',
  'Gesamtsumme',
])('a row adds others up by "%s", wherever it stands', (name) => {
  expect(seem(['EMEA', name, 'APAC'])).toBe(true)
})

it.each([null, 'Average', 'Mean:'])('the last row is none like the others by %j', (name) => {
  expect(seem(['EMEA', 'APAC', name])).toBe(true)
  expect(seem(['EMEA', name, 'APAC'])).toBe(false)
})

it.each(['TotalEnergies', 'Summer', 'totally', 'a sum', `Total ${'x'.repeat(40)}`])(
  'a row adds nothing up by "%s"',
  (name) => {
    expect(seem(['EMEA', 'APAC', name])).toBe(false)
  },
)

it('names that are empty elsewhere too say nothing', () => {
  expect(seem([null, 'EMEA', null])).toBe(false)
  expect(seem([null])).toBe(false)
})

it('nor does a last row that is empty in its first cell and holds no figure', () => {
  const totals = new Totals()
  for (const cells of [
    ['EMEA', 'x'],
    [null, 'y'],
  ])
    totals.add(cells)
  expect(totals.seem).toBe(false)
})

it.each<[string, readonly (readonly (string | null)[])[], boolean]>([
  ['in any language', [['Итого', null, '16']], true],
  ['with fractions', [['carried forward', null, '16.0']], true],
  ['but not one that is filled like the others', [['A3', 'x', '16']], false],
  ['nor one that has another figure', [['A3', null, '17']], false],
])('the last row has the sums of those above it: %s', (_what, last, expected) => {
  const totals = new Totals()
  for (const cells of [['A1', 'x', '4'], ['A2', 'y', '12'], ...last]) totals.add(cells)
  expect(totals.seem).toBe(expected)
})

it.each<[string, string | null, boolean]>([
  ['Source: us', null, true],
  ['Figures are early', null, true],
  ['A3', null, false],
  ['Source: us', '5', false],
])('a last row is a remark: %s, %s', (first, last, expected) => {
  const totals = new Totals()
  for (const cells of [
    ['A1', 'x', '4'],
    ['A2', null, '12'],
    [first, null, last],
  ])
    totals.add(cells)
  expect(totals.seem).toBe(expected)
})

it.each<[string, readonly (string | null)[], boolean]>([
  ['a remark', ['Source: us', null], true],
  ['a remark of three words', ['Figures are early', null], true],
  ['a name', ['New Ulm', null], false],
  ['a heading over more columns', ['South', null, null], true],
  ['a row that holds something', ['South', null, '1'], false],
])('in a table that is laid out for readers, %s stands between rows', (_what, row, expected) => {
  const seemed = [true, false].map((laidOut) => {
    const totals = new Totals([], laidOut)
    for (const cells of [row, ['Ulm', 'x', '4'], ['Kiel', 'y', '7']]) totals.add(cells)
    return totals.seem
  })
  expect(seemed).toEqual([expected, false])
})

it.each([
  ['All', true],
  ['- all -', true],
  ['Overall', true],
  ['all regions', true],
  ['All countries', true],
  ['All Purpose Flour', false],
  ['All Saints', false],
  ['Allegra', false],
  ['small', false],
])('a row sums up others by "%s" below the name of a column: %s', (name, expected) => {
  for (const columns of [
    ['Region', 'n'],
    ['country', 'n'],
  ]) {
    const totals = new Totals(columns)
    for (const cells of [
      ['x', '4'],
      [name, '7'],
      ['y', '3'],
    ])
      totals.add(cells)
    if (columns[0] === 'Region' && /countries/.test(name)) continue
    if (columns[0] === 'country' && /regions/.test(name)) continue
    expect(totals.seem).toBe(expected)
  }
})

it.each([
  ['# North', null, true],
  ['// North', null, true],
  ['#7', '5', false],
])('a row is a comment: %s, %s', (first, second, expected) => {
  const totals = new Totals()
  for (const cells of [
    [first, second],
    ['y', '3'],
    ['z', '9'],
  ])
    totals.add(cells)
  expect(totals.seem).toBe(expected)
})

it.each([
  ['Source: ERP', true],
  ['Data as of May', true],
  ['C', false],
  ['New York', false],
])('the last row of two columns is a remark: %s, %s', (last, expected) => {
  const totals = new Totals()
  for (const cells of [
    ['A', '3'],
    ['B', '9'],
    [last, null],
  ])
    totals.add(cells)
  expect(totals.seem).toBe(expected)
})

it.each<[string, string, boolean]>([
  ['of each category', 'F,apple,1;F,pear,2;F,,3;V,leek,4;V,kale,5;V,,9;V,mint,1', true],
  ['of each year, which is a number too', '2024,1,4;2024,2,5;2024,,9;2025,1,7;2025,,7;2026,1,3', true],
  ['of all but one, and a grand total', 'F,apple,1;F,pear,2;F,,3;V,leek,4;V,,4;X,,7;Y,b,2', true],
  ['of none: some rows lack a cell', 'F,apple,1;F,pear,2;F,,8;V,leek,4;V,kale,5;V,,2', false],
  ['of one by chance', 'F,apple,1;F,pear,2;F,,3;V,leek,4;V,kale,5;V,,2;V,x,1', false],
  ['of none: rows repeat', 'F,apple,1;F,,1;V,leek,1;V,,1;V,kale,1;V,,1', false],
])('rows within a table are sums %s', (_what, rows, expected) => {
  const totals = new Totals()
  for (const row of rows.split(';')) totals.add(row.split(',').map((cell) => (cell === '' ? null : cell)))
  expect(totals.seem).toBe(expected)
})
