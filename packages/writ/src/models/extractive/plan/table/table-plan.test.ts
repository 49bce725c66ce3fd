import type { TableListing } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { exactQuery, planOverTables, planQuestion } from '../../plan-question.ts'

type Type = TableListing['columns'][number]['type']

function table(
  name: string,
  columns: Readonly<Record<string, Type>>,
  more: Partial<TableListing> = {},
): TableListing {
  const listed = Object.entries(columns).map(([column, type]) => ({ name: column, type }))
  return { name, doc: `${name}.csv`, columns: listed, rows: 10, notes: [], problem: null, ...more }
}

const ORDERS = table('orders', {
  order_id: 'text',
  customer_id: 'text',
  order_date: 'date',
  ship_date: 'date',
  amount: 'decimal',
  quantity: 'integer',
  status: 'text',
  region: 'text',
  paid: 'boolean',
})
const CUSTOMERS = table('customers', { customer_id: 'text', name: 'text', segment: 'text', age: 'integer' })
const SHOP = [ORDERS, CUSTOMERS]

/** Where a value without its column may stand. */
const TEXTS = ['order_id', 'customer_id', 'status', 'region'].map((name) => `lower(t0."${name}")`).join(', ')

const SHOP_DB = [
  table('shop_invoices', { id: 'text', customer_id: 'integer', amount: 'decimal' }, { doc: 'shop.db' }),
  table('shop_customers', { id: 'integer', country: 'text' }, { doc: 'shop.db' }),
]

const ORDER_COUNT = 'SELECT count(*) AS value FROM "orders" t0'

const COMPUTED: readonly (readonly [question: string, query: string])[] = [
  // A capital A is a value, and no article.
  [
    'How many orders have A status?',
    `SELECT count(*) AS value FROM "orders" t0 WHERE lower(t0."status") = lower('A')`,
  ],
  ['How many orders are there?', 'SELECT count(*) AS value FROM "orders" t0'],
  ['How many rows are in orders.csv?', 'SELECT count(*) AS value FROM "orders" t0'],
  ['How many rows does orders.csv have?', 'SELECT count(*) AS value FROM "orders" t0'],
  [
    'Count the orders with status shipped',
    `SELECT count(*) AS value FROM "orders" t0 WHERE lower(t0."status") = lower('shipped')`,
  ],
  [
    'How many orders have a quantity of at least 1,000?',
    'SELECT count(*) AS value FROM "orders" t0 WHERE t0."quantity" >= 1000',
  ],
  [
    'How many orders have amount between 10 and 20.5 and region "North America"?',
    `SELECT count(*) AS value FROM "orders" t0 WHERE t0."amount" BETWEEN 10 AND 20.5 AND lower(t0."region") = lower('North America')`,
  ],
  [
    'How many orders are there in March 2024?',
    'SELECT count(*) AS value FROM "orders" t0 WHERE year(t0."order_date") = 2024 AND month(t0."order_date") = 3',
  ],
  ['How many orders have paid true?', 'SELECT count(*) AS value FROM "orders" t0 WHERE t0."paid" = true'],
  [
    'How many orders with ship date before 2024-02-01?',
    `SELECT count(*) AS value FROM "orders" t0 WHERE t0."ship_date" < DATE '2024-02-01'`,
  ],
  [
    'How many different regions are there in orders?',
    'SELECT count(DISTINCT t0."region") AS value FROM "orders" t0',
  ],
  ['What is the total amount?', 'SELECT sum(t0."amount") AS value FROM "orders" t0'],
  [
    'How many orders are shipped?',
    `SELECT count(*) AS value FROM "orders" t0 WHERE lower('shipped') IN (${TEXTS})`,
  ],
  [
    'What is the total amount for "North America"?',
    `SELECT sum(t0."amount") AS value FROM "orders" t0 WHERE lower('North America') IN (${TEXTS})`,
  ],
  [
    'What is the total amount for open status orders?',
    `SELECT sum(t0."amount") AS value FROM "orders" t0 WHERE lower(t0."status") = lower('open')`,
  ],
  ['How many orders are paid?', 'SELECT count(*) AS value FROM "orders" t0 WHERE t0."paid" = true'],
  [
    'What is the average amount of EMEA region orders?',
    `SELECT avg(t0."amount") AS value FROM "orders" t0 WHERE lower(t0."region") = lower('EMEA')`,
  ],
  [
    'Please tell me the sum of the quantity of orders in 2023',
    'SELECT sum(t0."quantity") AS value FROM "orders" t0 WHERE year(t0."order_date") = 2023',
  ],
  ["What's the average age of customers?", 'SELECT avg(t0."age") AS value FROM "customers" t0'],
  [
    'What is the median amount?',
    'SELECT quantile_cont(CAST(t0."amount" AS DOUBLE), 0.5) AS value FROM "orders" t0',
  ],
  [
    'What is the 90th percentile of amount in orders?',
    'SELECT quantile_cont(CAST(t0."amount" AS DOUBLE), 0.9) AS value FROM "orders" t0',
  ],
  ['What is the latest order date?', 'SELECT max(t0."order_date") AS value FROM "orders" t0'],
  [
    'What is the lowest amount where status is open?',
    `SELECT min(t0."amount") AS value FROM "orders" t0 WHERE lower(t0."status") = lower('open')`,
  ],
  [
    'What is the total amount by region where status is shipped?',
    `SELECT t0."region" AS "region", sum(t0."amount") AS value FROM "orders" t0 WHERE lower(t0."status") = lower('shipped') GROUP BY 1 ORDER BY 1 NULLS LAST`,
  ],
  [
    'How many orders per segment?',
    'SELECT t1."segment" AS "segment", count(*) AS value FROM "orders" t0 LEFT JOIN "customers" t1 ON t0."customer_id" = t1."customer_id" GROUP BY 1 ORDER BY 1 NULLS LAST',
  ],
  [
    'Which region has the highest total amount?',
    'SELECT "region", value FROM (SELECT t0."region" AS "region", sum(t0."amount") AS value FROM "orders" t0 WHERE t0."region" IS NOT NULL GROUP BY 1) QUALIFY rank() OVER (ORDER BY value DESC) <= 1 ORDER BY value DESC, 1',
  ],
  [
    'Which region has the fewest orders?',
    'SELECT "region", value FROM (SELECT t0."region" AS "region", count(*) AS value FROM "orders" t0 WHERE t0."region" IS NOT NULL GROUP BY 1) QUALIFY rank() OVER (ORDER BY value ASC) <= 1 ORDER BY value ASC, 1',
  ],
  [
    'What are the top 3 regions by number of orders?',
    'SELECT "region", value FROM (SELECT t0."region" AS "region", count(*) AS value FROM "orders" t0 WHERE t0."region" IS NOT NULL GROUP BY 1) QUALIFY rank() OVER (ORDER BY value DESC) <= 3 ORDER BY value DESC, 1',
  ],
  [
    'What is the correlation between amount and quantity?',
    'SELECT corr(CAST(t0."amount" AS DOUBLE), CAST(t0."quantity" AS DOUBLE)) AS value FROM "orders" t0',
  ],
]

const PLACES = (value: string): string => `lower('${value}') IN (${TEXTS})`

/** What is said of rows in other words than "with" and "where". */
const SAID_OF_ROWS: readonly (readonly [question: string, query: string])[] = [
  [
    'What is the total amount in Rome?',
    `SELECT sum(t0."amount") AS value FROM "orders" t0 WHERE ${PLACES('Rome')}`,
  ],
  ['How many orders are in the EMEA region?', `${ORDER_COUNT} WHERE lower(t0."region") = lower('EMEA')`],
  ['How many orders are in region EMEA?', `${ORDER_COUNT} WHERE lower(t0."region") = lower('EMEA')`],
  [
    'How many orders were there in March 2024?',
    `${ORDER_COUNT} WHERE year(t0."order_date") = 2024 AND month(t0."order_date") = 3`,
  ],
  [
    'What was the total amount in Rome in 2023?',
    `SELECT sum(t0."amount") AS value FROM "orders" t0 WHERE year(t0."order_date") = 2023 AND ${PLACES('Rome')}`,
  ],
  ['How many open orders are there in Rome?', `${ORDER_COUNT} WHERE ${PLACES('Rome')} AND ${PLACES('open')}`],
  ['How many orders does Acme have?', `${ORDER_COUNT} WHERE ${PLACES('Acme')}`],
  ['How many orders were placed in Rome?', `${ORDER_COUNT} WHERE ${PLACES('Rome')}`],
  ['How many orders have no region?', `${ORDER_COUNT} WHERE t0."region" IS NULL`],
  ['How many orders have no amount?', `${ORDER_COUNT} WHERE coalesce(t0."amount", 0) = 0`],
  ['How many orders have an amount?', `${ORDER_COUNT} WHERE NOT (coalesce(t0."amount", 0) = 0)`],
  [
    'How many orders have a quantity over 10 in Rome?',
    `${ORDER_COUNT} WHERE t0."quantity" > 10 AND ${PLACES('Rome')}`,
  ],
  ['How many orders are shipped in 2024?', `${ORDER_COUNT} WHERE year(t0."ship_date") = 2024`],
  ['How many orders were shipped before 2024?', `${ORDER_COUNT} WHERE t0."ship_date" < DATE '2024-01-01'`],
  ['How many orders since 2024?', `${ORDER_COUNT} WHERE t0."order_date" >= DATE '2024-01-01'`],
  ['How many orders after 2023?', `${ORDER_COUNT} WHERE t0."order_date" > DATE '2023-12-31'`],
  [
    'What percentage of orders have status shipped?',
    `SELECT 100.0 * count(*) FILTER (WHERE lower(t0."status") = lower('shipped')) / count(*) AS value FROM "orders" t0`,
  ],
  [
    'What is the most common status?',
    'SELECT "status", value FROM (SELECT t0."status" AS "status", count(*) AS value FROM "orders" t0 WHERE t0."status" IS NOT NULL GROUP BY 1) QUALIFY rank() OVER (ORDER BY value DESC) <= 1 ORDER BY value DESC, 1',
  ],
  ['How many regions are there?', 'SELECT count(DISTINCT t0."region") AS value FROM "orders" t0'],
  ['What is the average amount per order?', 'SELECT avg(t0."amount") AS value FROM "orders" t0'],
  [
    'What is the age of Ada?',
    `SELECT t0."age" AS value FROM "customers" t0 WHERE lower('Ada') IN (lower(t0."customer_id"), lower(t0."name"), lower(t0."segment"))`,
  ],
  [
    'How many orders per year?',
    'SELECT year(t0."order_date") AS year, count(*) AS value FROM "orders" t0 GROUP BY 1 ORDER BY 1 NULLS LAST',
  ],
]

/** Tables whose names of columns make a doubt, and what may be asked of them. */
const PEOPLE = [
  table('people', { country: 'text', year: 'integer', population: 'integer', births: 'integer' }),
]
const LINES = [
  table('lines', {
    quantity: 'integer',
    price: 'decimal',
    unit_price: 'decimal',
    total_price: 'decimal',
    rate: 'decimal',
  }),
]
const METERS = [
  table('meters', { date: 'date', meter: 'text', usage_kwh: 'integer', temperature_c: 'decimal' }),
]

const OF_NAMES: readonly (readonly [question: string, tables: readonly TableListing[], isExact: boolean])[] =
  [
    ['What is the total population?', PEOPLE, false],
    ['What is the average population?', PEOPLE, false],
    ['What is the total population by country?', PEOPLE, false],
    ['Which country has the highest total population?', PEOPLE, false],
    ['What is the total population in 2020?', PEOPLE, true],
    ['What is the total population by year?', PEOPLE, true],
    ['What is the total births?', PEOPLE, true],
    ['What is the sum of price?', LINES, false],
    ['What is the sum of unit_price?', LINES, false],
    ['What is the sum of total_price?', LINES, true],
    ['What is the average unit price?', LINES, true],
    ['What is the total rate?', LINES, false],
    ['What is the average rate?', LINES, false],
    ['What is the total temperature?', METERS, false],
    ['What is the total usage in kWh?', METERS, true],
    ['What is the total usage in MWh?', METERS, false],
    ['What is the average usage per day?', METERS, false],
    ['What is the total usage per day?', METERS, true],
    ['How many meters have usage above 10 kWh?', METERS, true],
    ['How many meters have usage above 10 Wh?', METERS, false],
  ]

/** Names with signs and short words, and units that are how many there are. */
const PARCELS = [
  table('parcels', {
    carrier: 'text',
    units: 'integer',
    'Price ($)': 'decimal',
    'Tax %': 'decimal',
    durationMs: 'integer',
    Dept: 'text',
  }),
]
const OF_SIGNS: readonly (readonly [question: string, query: string | null])[] = [
  [
    'total units by carrier',
    'SELECT t0."carrier" AS "carrier", sum(t0."units") AS value FROM "parcels" t0 GROUP BY 1 ORDER BY 1 NULLS LAST',
  ],
  ['What is the highest price in dollars?', 'SELECT max(t0."Price ($)") AS value FROM "parcels" t0'],
  ['What is the highest price in euros?', null],
  ['total price', null],
  ['What is the total tax?', null],
  ['What is the average tax?', null],
  ['What is the average duration in ms?', 'SELECT avg(t0."durationMs") AS value FROM "parcels" t0'],
  ['What is the average duration in minutes?', null],
  [
    'How many parcels per department?',
    'SELECT t0."Dept" AS "Dept", count(*) AS value FROM "parcels" t0 GROUP BY 1 ORDER BY 1 NULLS LAST',
  ],
]

const TWICE = [ORDERS, table('returns', { amount: 'decimal', reason: 'text' })]
const TWINS = [
  table(
    'sales',
    { customer_id: 'text', amount: 'decimal', amount_2: 'decimal' },
    { notes: ['named-columns'] },
  ),
]
const UNITS = [table('parts', { weight_kg: 'decimal', weight_lb: 'decimal', name: 'text' })]

const DOUBTFUL: readonly (readonly [why: string, question: string, tables: readonly TableListing[]])[] = [
  ['an article', 'What is the total amount for a order?', SHOP],
  ['a word that says which', 'What is the total amount for other orders?', SHOP],
  ['a negation', 'How many orders do not have status shipped?', SHOP],
  ['a negation by "without"', 'How many orders are there without a region?', SHOP],
  ['an exception', 'What is the total amount except for region EMEA?', SHOP],
  ['a choice', 'How many orders have status open or shipped?', SHOP],
  ['an event', 'How many orders were shipped?', SHOP],
  ['a value of words that compare', 'How many large orders are more urgent?', SHOP],
  ['a verb that is no column', 'How many orders were delivered in 2024?', SHOP],
  ['a column that is not there', 'What is the total revenue?', SHOP],
  ['a column of texts', 'What is the total region?', SHOP],
  ['digits that name something', 'What is the average order_id?', SHOP],
  ['a value of another type', 'How many orders have amount over ten?', SHOP],
  ['a sign of money', 'How many orders have amount over $100?', SHOP],
  ['a number that may be a thousand times another', 'How many orders have amount over 1.000?', SHOP],
  ['a unit', 'How many orders have quantity over 100 kg?', SHOP],
  ['a value in a column that is not of texts', 'What is the total amount for 17?', SHOP],
  ['a table that is not there', 'How many invoices are there?', SHOP],
  [
    'the fewest of what another table lists',
    'Which book has the fewest loans?',
    [table('loans', { loan_id: 'text', book: 'text' }), table('books', { title: 'text', pages: 'integer' })],
  ],
  ['a value before the name of its column, counted', 'How many A regions are there?', SHOP],
  ['two tables with the column', 'What is the total amount?', TWICE],
  ['two columns that differ in their unit', 'What is the total weight?', UNITS],
  [
    'one of several columns that only their ends tell apart',
    'What is the average temperature?',
    [table('weather', { temperature_c: 'decimal', temperature_max: 'decimal' })],
  ],
  [
    'the least of something',
    'What is the average temperature?',
    [table('weather', { temperature_min: 'decimal' })],
  ],
  ['a month', 'What is the average order?', [table('orders', { order_month: 'integer', amount: 'decimal' })]],
  ['two columns of one name', 'What is the total amount?', TWINS],
  ['another unit', 'What is the total weight_kg in pounds?', UNITS],
  [
    'two columns of dates',
    'How many shipments in 2024?',
    [table('shipments', { sent: 'date', arrived: 'date' })],
  ],
  [
    'a date that is none of the rows',
    'How many customers in 2024?',
    [table('customers', { birth_date: 'date' })],
  ],
  ['"oldest" of a number', 'What is the oldest age?', SHOP],
  ['"highest" of a date', 'What is the highest order date?', SHOP],
  ['a yes or no', 'Are there orders with status shipped?', SHOP],
  ['a standard deviation', 'What is the standard deviation of amount?', SHOP],
  ['a reason', 'Why is the total amount so low?', SHOP],
  ['a question of text', 'How many people work at Acme?', SHOP],
  [
    'rows of two tables',
    'How many books are in stock?',
    [table('books', { sku: 'text' }), table('stock', { sku: 'text' })],
  ],
  ['a value that says more', 'How many orders have status shipped to Vienna?', SHOP],
  ['a condition on another thing', 'How many customers have an order with amount over 100?', SHOP],
  ['a time within a column', 'What is the total amount by month?', SHOP],
  ['a group that is a value', 'What is the average amount by EMEA?', SHOP],
  ['an average of counts', 'What is the average number of orders per region?', SHOP],
  ['single rows of a joined table', 'Which segment has the highest amount?', SHOP],
  ['a group by itself', 'What is the total amount by amount?', SHOP],
  ['two groups', 'What is the total amount by region and status?', SHOP],
  ['lines, which are no rows', 'How many lines are in orders.csv?', SHOP],
  ['a table with ragged rows', 'How many orders are there?', [{ ...ORDERS, notes: ['ragged'] }]],
  [
    'a table whose first row may be no header',
    'How many orders are there?',
    [{ ...ORDERS, notes: ['guessed-header'] }],
  ],
  ['a table with totals', 'What is the total amount?', [{ ...ORDERS, notes: ['totals'] }]],
  [
    'a table that is none',
    'How many orders are there?',
    [{ ...ORDERS, columns: [], problem: 'it has no header' }],
  ],
  [
    'a table left out that might be meant',
    'What is the total amount?',
    [ORDERS, table('more', { amount: 'decimal' }, { notes: ['totals'] })],
  ],
  [
    'rows that stand for several',
    'How many tickets are there?',
    [table('tickets', { day: 'date', tickets: 'integer' })],
  ],
  ['rows with a count', 'How many visits are there?', [table('visits', { page: 'text', count: 'integer' })]],
  [
    'rows with a count beside their number',
    'How many visits are there?',
    [table('visits', { visit: 'integer', page: 'text', count: 'integer' })],
  ],
  [
    'numbers that name things',
    'How many trips have km over 50?',
    [table('data', { city: 'text', trip: 'integer', km: 'integer' })],
  ],
  ['money', 'How many sales are there?', [table('data', { store: 'text', day: 'date', sales: 'integer' })]],
  ['fractions', 'How many customers are there?', [table('data', { store: 'text', customers: 'decimal' })]],
  [
    'an amount of each thing',
    'How many orders are there?',
    [table('data', { shop: 'text', order_eur: 'decimal', city: 'text' })],
  ],
  [
    'what may be said of a row, or of each that it stands for',
    'How many trips have km over 50?',
    [table('data', { city: 'text', trips: 'integer', km: 'integer' })],
  ],
  [
    'a total that is a column of its own',
    'What is the total price?',
    [table('lines', { price: 'decimal', total_price: 'decimal' })],
  ],
  [
    'a quotient',
    'What is the average cost per mile?',
    [table('trips', { cost: 'decimal', miles: 'integer' })],
  ],
  [
    'sums of the rows before',
    'What is the total cumulative cases?',
    [table('covid', { cumulative_cases: 'integer' })],
  ],
  [
    'what there is at one time',
    'What is the total balance?',
    [table('bank', { date: 'date', balance: 'decimal' })],
  ],
  [
    'no key between two tables',
    'What is the total amount by segment?',
    [ORDERS, table('clients', { segment: 'text', code: 'text' })],
  ],
  [
    'two keys between two tables',
    'How many orders per tier?',
    [ORDERS, table('x', { customer_id: 'text', order_id: 'text', tier: 'text' })],
  ],
]

describe('a question over tables', () => {
  it.each(COMPUTED)('is computed: %s', (question, query) => {
    expect(exactQuery(question, SHOP)).toBe(query)
  })

  it.each([
    ['trips', { trip: 'integer', city: 'text', km: 'integer' }],
    ['data', { trip: 'integer', city: 'text', km: 'integer' }],
  ] as const)(
    'counts the rows of %s that a first column may number, and sees that it does',
    (name, columns) => {
      const plan = planOverTables('How many trips have km over 50?', [table(name, columns)])
      expect(plan?.query).toBe(`SELECT count(*) AS value FROM "${name}" t0 WHERE t0."km" > 50`)
      expect(plan?.guards.map(({ otherwise }) => otherwise)).toContain(
        `A row of ${name}.csv may stand for several, as trip says.`,
      )
    },
  )

  it('names a table of a file by its own name, and joins it by that', () => {
    expect(exactQuery('How many invoices are there?', SHOP_DB)).toBe(
      'SELECT count(*) AS value FROM "shop_invoices" t0',
    )
    expect(exactQuery('What is the total amount of invoices by country?', SHOP_DB)).toBe(
      'SELECT t1."country" AS "country", sum(t0."amount") AS value FROM "shop_invoices" t0 LEFT JOIN "shop_customers" t1 ON t0."customer_id" = t1."id" GROUP BY 1 ORDER BY 1 NULLS LAST',
    )
    const other = table('invoices', { total: 'decimal' })
    expect(exactQuery('How many invoices are there?', [...SHOP_DB, other])).toBeNull()
    const ragged = { ...other, notes: ['ragged' as const] }
    expect(exactQuery('How many invoices are there?', [...SHOP_DB, ragged])).toBeNull()
  })

  it.each(SAID_OF_ROWS)('is computed of the rows that are meant: %s', (question, query) => {
    expect(exactQuery(question, SHOP)).toBe(query)
  })

  it('looks for where something comes from in no column that says where it goes', () => {
    const flights = [table('flights', { origin: 'text', destination: 'text', carrier: 'text' })]
    const counted = (where: string): string => `SELECT count(*) AS value FROM "flights" t0 WHERE ${where}`
    expect(exactQuery('How many flights from Rome?', flights)).toBe(
      counted(`lower('Rome') IN (lower(t0."origin"), lower(t0."carrier"))`),
    )
    expect(exactQuery('How many flights to Rome?', flights)).toBe(
      counted(`lower('Rome') IN (lower(t0."destination"), lower(t0."carrier"))`),
    )
  })

  it('says which column holds a value, and looks into tables that are joined', () => {
    const plan = planOverTables('What is the total amount in Rome?', SHOP)
    expect(plan?.says).toMatch(/^The sum of amount in orders\.csv where \uE0100\uE011$/u)
    expect(plan?.named).toEqual([{ mark: '\uE0100\uE011', query: expect.stringContaining(`col || ' is "'`) }])
    expect(plan?.guards.map(({ otherwise }) => otherwise)).toContain(
      'customers.csv holds "Rome" as well as orders.csv; say which column is meant.',
    )
  })

  it.each([
    ['How many orders in May?', SHOP],
    ['How many orders are due in Rome and Milan?', SHOP],
    ['What percentage of orders in Rome are shipped?', SHOP],
    ['How many customers are in Rome and have an order?', SHOP],
    ['What percentage of sales are shipped?', [table('sales', { status: 'text', amount: 'decimal' })]],
    ['How many payments are there?', [table('sales', { payment: 'text', amount: 'decimal' })]],
    ['What is the age of customers?', SHOP],
    ['total amount nicht in Rome', SHOP],
  ])('is left open: %s', (question, tables) => {
    expect(exactQuery(question, tables)).toBeNull()
  })

  it.each(OF_SIGNS)('knows signs and short words in names: %s', (question, query) => {
    expect(exactQuery(question, PARCELS)).toBe(query)
  })

  it('does not choose between prices of two currencies', () => {
    const prices = [table('goods', { 'Price ($)': 'decimal', 'Price (EUR)': 'decimal' })]
    expect(exactQuery('What is the highest price?', prices)).toBeNull()
    expect(exactQuery('What is the highest Price ($)?', prices)).not.toBeNull()
  })

  it.each(OF_NAMES)('is held against what its column is called: %s', (question, tables, isExact) => {
    expect(exactQuery(question, tables) !== null).toBe(isExact)
  })

  it.each(DOUBTFUL)('is not: %s', (_why, question, tables) => {
    expect(exactQuery(question, tables)).toBeNull()
  })

  it('has to hold a value in one spelling, to join to single rows, and to be of one currency', () => {
    const [guard] = planOverTables('How many orders have status shipped?', SHOP)?.guards ?? []
    expect(guard).toMatchObject({
      least: 1,
      most: 1,
      query: expect.stringContaining('count(DISTINCT "status")'),
    })
    const joined = planOverTables('How many orders per segment?', SHOP)?.guards ?? []
    expect(joined.map(({ otherwise }) => otherwise)).toContainEqual(
      expect.stringContaining('does not name each row once'),
    )
    const mixed = table('sales', { amount: 'decimal', currency: 'text' })
    const units = (question: string): readonly number[] =>
      planOverTables(question, [mixed])
        ?.guards.filter(({ otherwise }) => otherwise.includes('cannot be taken together'))
        .map(({ most }) => most) ?? []
    expect(units('What is the total amount?')).toEqual([1])
    expect(units('What is the total amount where currency is EUR?')).toEqual([])
  })

  it('is not computed where its result would be no exact one', () => {
    const otherwise = (question: string, tables: readonly TableListing[] = SHOP): readonly string[] =>
      planOverTables(question, tables)?.guards.map((guard) => guard.otherwise) ?? []
    const parts = expect.stringContaining('The column order_id of orders.csv is the same in rows that differ')
    expect(otherwise('How many orders are there?')).toEqual([parts])
    expect(exactQuery('How many rows are in orders.csv?', SHOP)).toBe(ORDER_COUNT)
    const [same] = otherwise('How many suppliers are there?', [
      table('suppliers', { supplier: 'text', city: 'text' }),
    ])
    expect(same).toContain('The column supplier of suppliers.csv is the same in rows that differ')
    expect(otherwise('How many rows are in orders.csv?')).toEqual([])
    const placeholders = expect.stringContaining('such as -999 or 9999')
    expect(otherwise('What is the average amount?')).toEqual([
      placeholders,
      expect.stringContaining('says which way amount goes'),
      expect.stringContaining('more than 15 digits'),
    ])
    expect(otherwise('What is the correlation between amount and quantity?')).toContainEqual(
      expect.stringContaining('There is no correlation'),
    )
    expect(otherwise('How many different regions are there?')).toContainEqual(
      expect.stringContaining('may say in words that there is none'),
    )
    const coded = table('sales', { amount: 'decimal', currency_code: 'text' })
    expect(otherwise('What is the total amount?', [coded])).toEqual([
      expect.stringContaining('currency_code of sales.csv holds more than one'),
      placeholders,
      expect.stringContaining('says which way amount goes'),
    ])
  })

  it('calls the figure "value", whatever its columns are called', () => {
    const query = exactQuery('Which value has the highest total amount?', [
      table('sales', { value: 'text', amount: 'decimal' }),
    ])
    expect(query).toContain('SELECT "value_1", value FROM')
  })

  it('is no figure where its form does not ask for one, and none over too many tables', () => {
    expect(planQuestion('How many orders are there?').figure).toBe(true)
    expect(planQuestion('Which contracts mention patents?').figure).toBe(false)
    const many = Array.from({ length: 400 }, (_, n) => table(`t${n}`, { a: 'text' }))
    expect(exactQuery('How many orders are there?', [ORDERS, ...many])).toBeNull()
  })

  it('takes nothing of a quoted value for a part of the query', () => {
    const query = exactQuery(`How many orders have region "x') OR 1=1; --"?`, SHOP)
    expect(query).toBe(
      `SELECT count(*) AS value FROM "orders" t0 WHERE lower(t0."region") = lower('x'') OR 1=1; --')`,
    )
  })
})
