import { block, sequence } from '@writ/simulator'
import { expect, it } from 'vitest'
import { fixturePath } from '../formats/fixtures.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

// What do Gold customers owe for what they did not cancel, at list price less their discount? That needs a CSV, a workbook, a PDF, a mailbox and a database, made by Python's standard library. The model is
// scripted; every value it computes with comes from a governed name.

const here = testRuns()
const { run, verified } = here

const FIVE = ['orders.csv', 'prices.xlsx', 'contract.pdf', 'inbox.mbox', 'shop.db']
const QUERY = `
  SELECT o.order_id, o.pieces * p.price AS amount, o._span AS ordered, p._span AS priced, c._span AS customer
  FROM orders o JOIN prices_prices p USING (item) JOIN shop_customers c ON c.id = o.customer_id
  WHERE c.class = 'Gold' ORDER BY o.order_id`
const CELL = `
  const [discount] = (await grep('discount of [0-9]+ percent')).matches
  const [cancelled] = (await grep('cancel order [0-9]+')).matches
  const percent = Number(discount.match.match(/[0-9]+/)[0])
  const not = cancelled.match.match(/[0-9]+/)[0]
  const { rows } = await sql(${JSON.stringify(QUERY)})
  const owed = rows.filter(({ order_id }) => order_id !== not)
  const total = owed.reduce((sum, { amount }) => sum + amount, 0) * (100 - percent) / 100
  await cite(discount, discount.match)
  await cite(cancelled, cancelled.match)
  for (const { ordered } of owed) await cite(ordered)
  for (const { priced } of owed) await cite(priced)
  await cite(owed[0].customer)
  FINAL({ orders: owed.length, percent, total })`

it('is answered from all five, with the row, cell, page, message and record of each value', async () => {
  const paths = FIVE.map((name) => fixturePath(`five/${name}`))
  const { answer } = await run(sequence([block(CELL)]), { asked: { context: { paths } } })
  expect(answer.value).toEqual({ orders: 2, percent: 12, total: ((4 * 120.5 + 6 * 3.25) * 88) / 100 })
  expect(answer.citations.map(({ doc, quote, origin }) => [doc, quote, origin?.place])).toEqual([
    ['contract.pdf', 'discount of 12 percent', { kind: 'page', page: 2, box: [72, 706, 152, 12] }],
    ['inbox.mbox/0002.eml', 'cancel order 3', { kind: 'part', part: 'body of the message' }],
    ['orders.csv', '1,7,anvil,4', undefined],
    ['orders.csv', '4,7,rope,6', undefined],
    ['prices.xlsx', 'anvil\t120.5', { kind: 'cells', sheet: 'Prices', from: 'A4', to: 'B4' }],
    ['prices.xlsx', 'rope\t3.25', { kind: 'cells', sheet: 'Prices', from: 'A5', to: 'B5' }],
    ['shop.db', '7\tUmbrella\tGold', { kind: 'record', table: 'customers', record: 'id = 7' }],
  ])
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})
