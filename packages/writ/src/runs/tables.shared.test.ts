import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent, WritError } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { testRuns } from './test-runs.fixture.ts'

// Tables in runs: through the gate, into records, and done again without DuckDB.

const here = testRuns()
const { run, verified } = here

const ORDERS = {
  id: 'shop/orders.csv',
  text: 'order_id,customer_id,order_date,amount,status\n1,7,2024-01-05,10.50,shipped\n2,8,2024-02-06,20.25,open\n3,7,2024-03-07,5.00,shipped\n',
}
const CUSTOMERS = {
  id: 'shop/customers.json',
  text: '[{"customer_id": "7", "segment": "Gold"},\n {"customer_id": "8", "segment": "Tin"}]',
}
const RESTRICTED = { level: 'restricted', categories: [], untrusted: true } as const
const PAY = { id: 'hr/pay.csv', text: 'name,salary\nAda,100\n', label: RESTRICTED }
const OTHER_ORDERS = { id: 'hr/orders.csv', text: 'secret_column\nx\n', label: RESTRICTED }

describe('a run over tables', () => {
  it('lists them, joins them, cites a row by its bytes, and is done again from its record', async () => {
    const code = `
      const list = await tables()
      const { rows, truncated, docs } = await sql('SELECT segment, sum(amount) AS total, list(o._span) AS places FROM orders o JOIN customers USING (customer_id) GROUP BY 1 ORDER BY 1')
      const citation = await cite(rows[0].places[1])
      const forged = await sql("SELECT {'doc': 'shop/orders.csv', 'start': 0, 'end': 8} AS place FROM orders LIMIT 1")
      const refused = await cite(forged.rows[0].place).catch((error) => error.name)
      FINAL({ list, rows: rows.map(({ segment, total }) => [segment, total]), truncated, docs, quote: citation.quote, refused })`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [ORDERS, CUSTOMERS] } })
    expect(answer).toMatchObject({ status: 'complete', basis: 'model' })
    expect(answer.value).toMatchObject({
      list: [
        { name: 'customers', doc: 'shop/customers.json', rows: 2, problem: null, notes: [] },
        {
          name: 'orders',
          columns: [
            { name: 'order_id', type: 'text' },
            { name: 'customer_id', type: 'text' },
            { name: 'order_date', type: 'date' },
            { name: 'amount', type: 'decimal' },
            { name: 'status', type: 'text' },
          ],
        },
      ],
      rows: [
        ['Gold', 15.5],
        ['Tin', 20.25],
      ],
      truncated: false,
      docs: ['shop/customers.json', 'shop/orders.csv'],
      quote: '3,7,2024-03-07,5.00,shipped',
      refused: 'CitationInvalid',
    })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('has no table that policy withholds: not its name, its columns, nor its rows', async () => {
    const code = `
      const said = async (query) => sql(query).then(({ rows }) => rows, (error) => [error.name, error.message])
      FINAL({
        list: (await tables()).map(({ name }) => name),
        withheld: await said('SELECT * FROM pay'),
        unknown: await said('SELECT * FROM nothing'),
        beside: await said('SELECT count(*) FROM orders, "hr/pay.csv"'),
        hidden: await said("SELECT * FROM query_table('hr/pay.csv')"),
        catalog: await said('SELECT table_name FROM information_schema.tables'),
        system: await said('SELECT * FROM duckdb_tables()'),
        short: await said('SELECT count(*) AS n FROM orders'),
      })`
    const { answer } = await run(sequence([block(code)]), {
      asked: { context: [ORDERS, CUSTOMERS, PAY, OTHER_ORDERS] },
    })
    const withheld = [
      'PolicyDenied',
      expect.stringContaining('not every table named that this frame may read'),
    ]
    const none = ['BadSql', expect.any(String)]
    expect(answer.value).toEqual({
      list: ['customers', 'orders'],
      withheld,
      unknown: withheld,
      beside: withheld,
      hidden: none,
      catalog: none,
      system: none,
      short: [{ n: 3 }],
    })
    expect(JSON.stringify(answer.value)).not.toMatch(/salary|secret_column|hr\/orders/)
    expect(answer.label.level).toBe('internal')
    await verified(answer)
  })

  it('says what a query may not be, and goes on', async () => {
    const code = `
      const said = async (query) => sql(query).then(({ rows }) => rows, (error) => error.name)
      FINAL([await said('SELECT 1 FROM nowhere'), await said('SELEC 1'), await said('DROP TABLE orders'), await said('SELECT 1; SELECT 2'),
        await said('SELECT random()'), await said('SELECT amount + status FROM orders'), await said('SELECT max(amount) AS most FROM orders')])`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [ORDERS] } })
    expect(answer.value).toEqual([
      'UnknownTable',
      'BadSql',
      'BadSql',
      'BadSql',
      'BadSql',
      'BadSql',
      [{ most: 20.25 }],
    ])
    await verified(answer)
  })
})

describe('a run over tables that is gone on from', () => {
  const cells = [
    block("const { rows } = await sql('SELECT count(*) AS n FROM orders')"),
    block("FINAL([rows[0].n, (await sql('SELECT max(amount) AS most FROM orders')).rows[0].most])"),
  ]

  it('takes what a query came to from its record, when it was suspended', async () => {
    const suspended = new AbortController()
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'step' && event.op === 'sql') suspended.abort()
    }
    const asked = { context: [ORDERS], suspend: suspended.signal, onEvent }
    const error = await run(sequence(cells), { asked }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SUSPENDED' })
    const answer = await here.writ?.resume((error as WritError).run ?? '')
    expect(answer).toMatchObject({ status: 'complete', value: [3, 20.25] })
    if (answer !== undefined) await verified(answer)
  })

  it('and when it is forked behind it', async () => {
    const { answer } = await run(sequence(cells), { asked: { context: [ORDERS] } })
    const { steps } = (await here.writ?.show(answer.run)) ?? { steps: [] }
    const last = steps.filter(({ kind }) => kind === 'cell').at(-1)
    const forked = await here.writ?.fork(answer.run, { at: { lane: '0', n: last?.n ?? 0 } })
    expect(forked).toMatchObject({ status: 'complete', value: [3, 20.25] })
    if (forked !== undefined) await verified(forked)
  })
})

describe('the built-in model over tables', () => {
  const SALES = {
    id: 'sales.csv',
    text: 'sale_id,customer_id,amount,currency,channel\n1,7,0.10,EUR,Web\n2,8,0.20,EUR,web\n3,8,0.20,USD,Shop\n3,8,0.20,USD,Shop\n',
  }
  let place: string
  let writ: Writ

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'writ-builtin-tables-'))
    writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
  })
  afterAll(async () => {
    await writ.close()
    await rm(place, { recursive: true })
  })

  it.each([
    ['How many orders have status shipped?', { number: 2 }],
    [
      'What is the total amount by segment?',
      {
        rows: [
          { segment: 'Gold', value: 15.5 },
          { segment: 'Tin', value: 20.25 },
        ],
      },
    ],
  ])('computes a figure, and says so: %s', async (query, value) => {
    const answer = await writ.completion({ query, context: [ORDERS, CUSTOMERS] })
    expect(answer).toMatchObject({
      basis: 'exact',
      support: { unsupported: 0 },
      value: { kind: 'table', ...value },
    })
    await verified(answer, join(place, 'home'))
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('cites the row that has the most, by its bytes', async () => {
    const answer = await writ.completion({
      query: 'Which order_id has the highest amount?',
      context: [ORDERS],
    })
    expect(answer.value).toMatchObject({ rows: [{ order_id: '2', value: 20.25 }] })
    expect(answer.citations.map(({ quote }) => quote)).toEqual(['2,8,2024-02-06,20.25,open'])
  })

  it.each([
    ['more than one currency', 'What is the total amount?', 'currency of sales.csv holds more than one'],
    [
      'a name in two spellings',
      'How many different channels are there?',
      'spells some values in more than one way',
    ],
    ['a value that is not there', 'How many sales have channel fax?', 'does not hold "fax"'],
    [
      'a name that stands for several rows',
      'Which customer_id has the highest amount where currency is USD?',
      'does not name each row once',
    ],
  ])('computes nothing of %s, and says why', async (_what, query, why) => {
    const answer = await writ.completion({ query, context: [SALES] })
    expect(answer).toMatchObject({ basis: 'passages', value: { kind: 'passages' } })
    expect(JSON.stringify(answer.value)).toContain(why.replaceAll('"', '\\"'))
  })

  const PARCELS = {
    id: 'parcels.csv',
    text: 'parcel_id,city,note,amount,currency\n1,Café,N/A,1,EUR\n1,Cafe\u0301,x,2,\n2,New York,y,3,EUR\n3,"New  York ",z,4,EUR\n',
  }
  const WEATHER = {
    id: 'weather.csv',
    text: 'station,cold,warm,change,height\nA,5,7,-99,250.5\nB,-999,9999,-5,999\nC,7,8.5,3,120\n',
  }
  it('computes over numbers that only look like those for none', async () => {
    for (const [query, number] of [
      ['What is the lowest change?', -99],
      ['What is the total height?', 1369.5],
    ] as const) {
      const answer = await writ.completion({ query, context: [WEATHER] })
      expect(answer).toMatchObject({ basis: 'exact', value: { number } })
    }
  })

  const SIZES = { id: 'sizes.csv', text: 'large,same,size\n999999999999999999,5,1\n1,5,2\n2,5,3\n' }

  it.each([
    ['How many parcels are there?', 'parcel_id of parcels.csv is the same in rows that differ'],
    ['How many parcels have city Café?', 'does not hold "Café" in one spelling'],
    ['How many parcels have city "New York"?', 'does not hold "New York" in one spelling'],
    ['How many different cities are there?', 'spells some values in more than one way'],
    ['How many different notes are there?', 'may say in words that there is none'],
    ['What is the total amount?', 'currency of parcels.csv holds more than one'],
    ['What is the median large?', 'have more than 15 digits'],
    ['What is the average cold?', 'such as -999 or 9999, may say that there is none'],
    ['What is the highest warm?', 'such as -999 or 9999, may say that there is none'],
    ['What is the correlation between same and size?', 'There is no correlation'],
  ])('computes nothing that would be no exact figure: %s', async (query, why) => {
    const answer = await writ.completion({ query, context: [PARCELS, SIZES, WEATHER] })
    expect(answer).toMatchObject({ basis: 'passages', value: { kind: 'passages' } })
    expect(JSON.stringify(answer.value)).toContain(why.replaceAll('"', '\\"'))
  })

  const JOBS = {
    id: 'jobs.csv',
    text: `job,state,priority,by,remark\n${[
      'a,open,high,Ann,waits',
      'b,open,low,high,closed',
      'c,closed,low,Ann,zeroth',
      'd,Done,high,Bo,first',
      'e,done,low,Bo,second',
      'f,late,low,Bo,third',
      'g,open,low,Ann,fourth',
      'h,closed,low,Bo,fifth',
      'i,late,high,Bo,sixth',
      'j,late,high,Bo,seventh',
    ].join('\n')}\n`,
  }

  it.each([
    ['How many jobs are open?', 3, 'jobs.csv where state is \\"open\\"'],
    ['How many low priority jobs are open?', 2, 'jobs.csv where priority is \\"low\\"'],
    ['How many jobs from Ann?', 3, 'jobs.csv where by is \\"Ann\\"'],
    ['How many jobs does Ann have?', 3, 'jobs.csv where by is \\"Ann\\"'],
    ['How many jobs are not open?', 7, 'where state is not \\"open\\"'],
  ])('finds the one column of a value that is said without it: %s', async (query, number, says) => {
    const answer = await writ.completion({ query, context: [JOBS] })
    expect(answer).toMatchObject({ basis: 'exact', value: { number } })
    expect(JSON.stringify(answer.value)).toContain(says)
  })

  it.each([
    ['a value of two columns', 'How many jobs are high?', 'No column of jobs.csv holds'],
    ['one that a remark says too', 'How many jobs are closed?', 'or more than one does'],
    ['a remark', 'How many jobs are waits?', 'has a value of its own in most rows'],
    ['two spellings', 'How many jobs are done?', 'in one spelling'],
    ['a value that is not there', 'How many jobs are urgent?', 'No column of jobs.csv holds'],
    ['an event', 'How many jobs were open?', 'is not understood'],
    ['a value that two columns hold', 'How many jobs for high?', 'or more than one does'],
    ['what is no column', 'What is the total cost of jobs?', 'no one table or column is called'],
    ['a column of texts', 'What is the average priority?', 'holds values of type text'],
  ])('computes nothing of %s, and says why', async (_what, query, why) => {
    const answer = await writ.completion({ query, context: [JOBS] })
    expect(answer).toMatchObject({ basis: 'passages', value: { kind: 'passages' } })
    expect(JSON.stringify(answer.value)).toContain(why)
  })

  const many = (row: string): string => `${row}\n`.repeat(1_500)
  const EUROPEAN = [
    { id: 'late.csv', text: `name,pieces,price\n${many('Ada,12.500,free')}Bo,3.200,"1.234,56 €"\n` },
    { id: 'fees.csv', text: 'name;fee\nAda;1.000,00\nBo;1000,00\nCy;20,00\n' },
    { id: 'dues.csv', text: 'name,due\nAda,"1,000"\nBo,1000\nCy,20\n' },
    {
      id: 'mixed.json',
      text: '[{"name":"Ada","toll":"1.234,56"},{"name":"Bo","toll":900},{"name":"Cy","toll":12.5}]',
    },
  ]

  it.each([
    ['What is the total pieces?', 'holds values of type text'],
    ['What is the average fee?', 'holds values of type text'],
    ['How many different fees are there?', 'may write one number in more than one way'],
    ['How many different dues are there?', 'may write one number in more than one way'],
    ['How many rows of dues.csv have due 1000?', 'may write one number in more than one way'],
    ['What is the total toll?', 'holds values of type text'],
    ['What is the highest toll?', 'holds values of type text'],
  ])('computes nothing of numbers that it may read wrongly: %s', async (query, why) => {
    const answer = await writ.completion({ query, context: EUROPEAN })
    expect(answer).toMatchObject({ basis: 'passages' })
    expect(JSON.stringify(answer.value)).toContain(why)
  })

  it('computes what is surely read beside them', async () => {
    const plain = { id: 'plain.csv', text: 'name,pieces,versions\nAda,12.500,1.2\nBo,3.200,1.20\n' }
    const towns = { id: 'towns.csv', text: 'town,code\n"Rome, Italy","1,5"\n"Oslo, Norway","1,6"\n' }
    for (const [query, number] of [
      ['What is the total pieces?', 15.7],
      ['How many different towns are there?', 2],
      ['How many different codes are there?', 2],
    ] as const)
      expect(await writ.completion({ query, context: [plain, towns] })).toMatchObject({
        basis: 'exact',
        value: { number },
      })
  })

  it('says that rows repeat each other', async () => {
    const answer = await writ.completion({ query: 'How many sales are there?', context: [SALES] })
    expect(answer).toMatchObject({ basis: 'exact', value: { number: 4 } })
    expect(JSON.stringify(answer.value)).toContain('1 row of sales.csv repeats another one')
  })

  it.each([
    ['one row', 'a,\nb,2\n', '1 row of orders.csv has no quantity.'],
    ['two rows', 'a,\nb,2\nc,\n', '2 rows of orders.csv have no quantity.'],
  ])('says how many rows have no value: %s', async (_, rows, remark) => {
    const context = [{ id: 'orders.csv', text: `item,quantity\n${rows}` }]
    const answer = await writ.completion({ query: 'What is the total quantity?', context })
    expect(answer).toMatchObject({ basis: 'exact', value: { number: 2, notes: [remark] } })
  })
})

it('counts no documents where a word may mean rows of a table', async () => {
  const home = await mkdtemp(join(tmpdir(), 'writ-rows-'))
  const writ = await createWrit({ home })
  try {
    const books = { id: 'books.csv', text: 'title,year\nA,1990\nB,1991\nC,1992\n' }
    const told = async (query: string, text = ''): Promise<string> => {
      const other = { id: 'other.txt', text: 'A letter.' }
      const { value } = await writ.completion({ query, context: text === '' ? [books, other] : [other] })
      return String((value as { readonly answer: string }).answer)
    }
    expect(await told('How many books are there?')).toMatch(/^By "books" rows of a table may be meant/)
    expect(await told('How many files are there?')).toMatch(/^2 documents/)
    expect(await told('How many books are there?', 'alone')).toMatch(/^1 document/)
  } finally {
    await writ.close()
    await rm(home, { recursive: true })
  }
})
