import { expect, it } from 'vitest'
import { ColumnFacts } from './column-facts.ts'

function typed(name: string, values: readonly (string | null)[], isText = false): unknown {
  const facts = new ColumnFacts(name, isText)
  for (const value of values) facts.add(value)
  const { type, digits } = facts.column(name)
  return digits === undefined ? type : [type, ...digits]
}

it.each<[string, readonly (string | null)[], unknown]>([
  ['amount', ['1', null, '-20', '0'], 'integer'],
  ['amount', ['1', '2.50', '-100.5'], ['decimal', 3, 2]],
  ['amount', ['1', 'n/a'], 'text'],
  ['amount', ['01', '02'], 'text'],
  ['amount', ['1,000', '2,000'], 'text'],
  ['amount', ['1e5'], 'text'],
  ['amount', ['$5'], 'text'],
  ['amount', ['5 %'], 'text'],
  ['amount', ['.5'], 'text'],
  ['amount', ['+49301234567'], 'text'],
  ['amount', ['1234567890123456789'], 'text'],
  ['amount', [null, null], 'text'],
  ['amount', [`0.${'1'.repeat(40)}`], 'text'],
  ['customer_id', ['1', '2'], 'text'],
  ['customerId', ['1', '2'], 'text'],
  ['phone', ['4930123456'], 'text'],
  ['Phone number', ['4930123456'], 'text'],
  ['zip', ['10115'], 'text'],
  ['version', ['1.10', '1.2'], 'text'],
  ['number of items', ['3', '4'], 'integer'],
  ['paid', ['3', '4'], 'integer'],
  ['day', ['2024-02-29', '2023-12-31'], 'date'],
  ['day', ['2023-02-29'], 'text'],
  ['day', ['01/02/2024'], 'text'],
  ['day', ['2024-01-02', '2024-01-02T10:00:00Z'], 'text'],
  ['paid', ['true', 'FALSE'], 'boolean'],
  ['paid', ['yes', 'no'], 'text'],
  ['note', ['=cmd|calc', '1'], 'text'],
])('a column "%s" of %j is %j', (name, values, expected) => {
  expect(typed(name, values)).toEqual(expected)
})

it('takes what is said to be a text for one, but for days', () => {
  expect(typed('amount', ['1', '2'], true)).toBe('text')
  expect(typed('day', ['2024-01-02'], true)).toBe('date')
})

it.each<[readonly string[], unknown]>([
  [['1.500', '900'], 'text'],
  [['-2.750', '12.000'], 'text'],
  [
    ['1.500', '0.125'],
    ['decimal', 1, 3],
  ],
  [
    ['1.500', '2.75'],
    ['decimal', 1, 3],
  ],
  [
    ['1.500', '2750.125'],
    ['decimal', 4, 3],
  ],
  [['1', '2'], 'integer'],
])('where a point may set thousands apart, %j is %j', (values, expected) => {
  const facts = new ColumnFacts('amount', false, true)
  for (const value of values) facts.add(value)
  const { type, digits } = facts.column('amount')
  expect(digits === undefined ? type : [type, ...digits]).toEqual(expected)
})

it.each([
  ['1.234,50', true],
  ['12,5', true],
  ['-12,50 €', true],
  ['€ 1.234,567', true],
  ['EUR 9,99', true],
  ['9,99 EUR', true],
  ["1'234,5", true],
  ['1 234,56', true],
  ['1,234', false],
  ['1,234.56', false],
  ['1.234', false],
  ['Rome, 5', false],
  ['3,12,5', false],
])('%j has a comma for its decimals: %s', (cell, expected) => {
  const facts = new ColumnFacts('amount', false)
  facts.add(cell)
  expect(facts.hasCommas).toBe(expected)
})

it('takes a point for one that sets thousands apart beside commas, where it may be', () => {
  const facts = new ColumnFacts('amount', false, 'beside-commas')
  for (const cell of ['12.500', '3.200']) facts.add(cell)
  expect(facts.column('amount', true).type).toBe('text')
  expect(facts.column('amount', false).type).toBe('decimal')
})
