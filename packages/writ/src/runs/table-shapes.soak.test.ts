import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'

// Tables with names as people write them, and questions that say them in part. What is right was computed by hand and by sqlite3.

const CORPORA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  orders: {
    'shop_orders.csv':
      'order_id,customer,region,units,amount,order_date\nO1,Ann,North,3,400,2023-01-05\nO2,Bo,South,10,400.01,2023-06-07\nO3,Ann,North,7,12.5,2024-02-01\nO4,Cy,South,2,950,2024-03-09\nO5,Bo,North,9,88.99,2023-12-31\n',
  },
  refunds: { 'payments.csv': 'payment_id,payer,amount\nP1,Ann,500\nP2,Bo,-450\nP3,Cy,20\nP4,Dan,-30\n' },
  taxed: { 'orders.csv': 'order_id,amount,tax\nO1,500,401\nO2,300,20\nO3,700,30\nO4,20,5\n' },
  flats: {
    'flats.csv':
      'flat_id,parking,furnished,heated,sold,rent,smoker,Discount %\nF1,yes,Yes,yes,1,500,Yes,10\nF2,no,No,partly,0,620,No,20\nF3,yes,,no,1,710,Yes,5\nF4,no,Yes,yes,0,480,No,5\nF5,yes,No,no,0,530,No,10\n',
  },
  bills: {
    'bills.csv':
      'bill_id,paid,isLate,state\nB1,yes,true,paid\nB2,no,false,open\nB3,yes,false,open\nB4,no,true,late\n',
  },
  fleet: {
    'fleet.md':
      '# Fleet\n\n| Vehicle | Depot | Mileage (km) | Active |\n|---|---|---:|---|\n| V-01 | Graz | 12000 | yes |\n| V-02 | Linz | 8500 | no |\n| V-03 | Graz | 4300 | yes |\n',
    'trips.md':
      '| Trip | Bus | Stops |\n|---|---|---:|\n| T1 | B-1 | 4 |\n| T2 | B-2 | 6 |\n| T3 | B-1 | 5 |\n',
  },
  staff: { 'staff.csv': 'Full Name,Team,Hours\nAnn,Red,8\nBo,Blue,7.5\nCy,Red,6\n' },
}

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-table-shapes-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

const ask = (corpus: string, query: string) =>
  writ.completion({
    query,
    context: Object.entries(CORPORA[corpus] ?? {}).map(([id, text]) => ({ id, text })),
  })

it.each([
  ['orders', 'How many orders are over 400?', 2],
  ['orders', 'How many orders are at least 400?', 3],
  ['orders', 'How many orders are between 100 and 500?', 2],
  ['orders', 'What is the total units?', 31],
  ['orders', 'What is the average order amount?', 370.3],
  ['orders', 'How many orders were placed in 2023?', 3],
  ['orders', 'What is the amount of order O4?', 950],
  ['orders', 'What is the last order date for Bo?', '2023-12-31'],
  ['flats', 'How many flats have parking?', 3],
  ['flats', 'How many flats are furnished?', 2],
  ['flats', 'How many sold flats are there?', 2],
  ['flats', 'What is the average rent of furnished flats?', 490],
  ['flats', 'What percentage of flats are sold?', 40],
  ['flats', 'What is the highest discount?', 20],
  ['fleet', 'How many vehicles are in Graz?', 2],
  ['fleet', 'How many vehicles are active?', 2],
  ['fleet', 'What is the mileage of V-03?', 4300],
])('over %s is exact: %s', async (corpus, question, number) => {
  const answer = await ask(corpus, question)
  expect(answer).toMatchObject({ status: 'complete', basis: 'exact' })
  const { number: found } = answer.value as { number: number | string }
  expect(typeof number === 'number' ? Number(found) : found).toBe(number)
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})

it.each([
  [
    'orders',
    'total units by region',
    [
      ['North', 19],
      ['South', 12],
    ],
  ],
  [
    'orders',
    'Which customer has the most orders?',
    [
      ['Ann', 2],
      ['Bo', 2],
    ],
  ],
  ['staff', 'Who has the most hours?', [['Ann', 8]]],
])('over %s gives rows: %s', async (corpus, question, expected) => {
  const answer = await ask(corpus, question)
  expect(answer).toMatchObject({ status: 'complete', basis: 'exact' })
  const { rows } = answer.value as { rows: readonly Readonly<Record<string, unknown>>[] }
  expect(rows.map(({ value, ...name }) => [Object.values(name)[0], Number(value)])).toEqual(expected)
})

it.each([
  ['orders', 'How many orders are under 8?', 'or of units'],
  ['refunds', 'How many payments are over 100?', 'are negative'],
  ['taxed', 'How many orders are over 400?', 'or of tax'],
  ['flats', 'How many flats are not furnished?', 'are empty'],
  ['flats', 'How many flats are heated?', 'more than yes and no'],
  ['flats', 'How many smokers are there?', 'names nothing'],
  ['flats', 'What is the total discount?', 'how much for each'],
  ['flats', 'What is the average discount?', 'ratios'],
  ['bills', 'How many bills are paid?', 'says "paid" as well'],
  ['bills', 'How many late bills are there?', 'says "late" as well'],
  ['fleet', 'How many buses have more than 4 stops?', 'called "buses"'],
])('over %s is no figure: %s', async (corpus, question, why) => {
  const answer = await ask(corpus, question)
  expect(answer).toMatchObject({ status: 'complete', basis: 'passages' })
  expect(answer.value).toMatchObject({ notes: expect.arrayContaining([expect.stringContaining(why)]) })
})
