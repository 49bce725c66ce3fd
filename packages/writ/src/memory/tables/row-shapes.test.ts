import { expect, it } from 'vitest'
import { Totals } from './totals.ts'

function seem(rows: string, names: readonly string[] = []): boolean {
  const totals = new Totals(names)
  for (const row of rows.split(';')) totals.add(row.split(',').map((cell) => (cell === '' ? null : cell)))
  return totals.seem
}

it.each<[string, string, boolean]>([
  ['years below the names', ',2023,2024;North,10,11;South,20,25', true],
  ['units below the names', 'name,kg;A,10;B,20;C,35', true],
  ['no value in the first row', 'A,n/a;B,20;C,30;D,7', false],
  ['words in other rows, too', 'A,low;B,20;C,high;D,7', false],
  ['groups named once', 'North,A,10;,B,20;,C,33;South,A,5;,B,6', true],
  ['groups named again', 'North,A,10;,B,20;North,C,33;South,A,5;,B,6', false],
  ['one name that is not there', 'A,10;B,20;,33;C,5', false],
  ['names that are set in', 'Staff,30;  Wages,20;  Bonus,11', true],
])('rows that are no records: %s', (_what, rows, expected) => {
  expect(seem(rows)).toBe(expected)
})

it.each<[string, string, boolean]>([
  ['country', 'World', true],
  ['section', 'World', false],
  ['sex', 'Both sexes', true],
  ['period', 'FY 2024', true],
  ['code', 'FY', false],
  ['item', 'Итого', true],
  ['item', '小计', true],
  ['item', 'Summe Nord', true],
  ['item', 'Somme', true],
  ['item', 'Sommer', false],
])('below "%s" a row holds what others do: %s', (name, cell, expected) => {
  expect(seem(`x,4;${cell},7;y,9`, [name, 'n'])).toBe(expected)
})
