import type { TextSource } from '@writ/contract'

// Ten tables made from a seed, questions over them, and what is right: computed here over the same rows in plain JavaScript.

type Cell = string | number | boolean | null
type Row = Readonly<Record<string, Cell>>

/** Numbers that look random and are the same every time. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pick = <T>(next: (below: number) => number, list: readonly T[]): T => list[next(list.length)] as T
const many = (count: number, make: (at: number) => Row): readonly Row[] =>
  Array.from({ length: count }, (_, at) => make(at))
const two = (n: number): string => String(n).padStart(2, '0')
const day = (next: (below: number) => number, year: number, years: number): string =>
  `${year + next(years)}-${two(1 + next(12))}-${two(1 + next(28))}`
const cents = (next: (below: number) => number, most: number): number => next(most) / 100

const SEGMENTS = ['Retail', 'Industry', 'Public', 'Café & Bar']
const REGIONS = ['EMEA', 'APAC', 'North America', 'LATAM']

function tables(): Readonly<Record<string, readonly Row[]>> {
  const r = chance(42)
  return {
    'orders.csv': many(400, (n) => ({
      order_id: `A${1000 + n}`,
      customer_id: 1 + r(50),
      order_date: day(r, 2022, 3),
      quantity: 1 + r(40),
      amount: cents(r, 100_000),
      status: pick(r, ['shipped', 'open', 'returned']),
      region: pick(r, REGIONS),
    })),
    'customers.csv': many(50, (n) => ({
      customer_id: 1 + n,
      name: `Customer ${two(n)}`,
      segment: pick(r, SEGMENTS),
      country: pick(r, ['AT', 'DE', 'FR']),
      age: 20 + r(50),
    })),
    'employees.csv': many(120, (n) => ({
      employee_id: n,
      department: pick(r, ['Sales', 'R&D', 'Legal', 'Finance']),
      salary: 30_000 + r(9_000) * 10,
      hire_date: day(r, 2010, 14),
      seniority: 1 + r(20),
    })),
    'sensors.csv': many(300, () => ({
      station: pick(r, ['North', 'South', 'East']),
      measured: day(r, 2024, 1),
      temperature: r(10) === 0 ? null : (r(600) - 200) / 10,
      humidity: r(1000) / 10,
    })),
    'flights.csv': many(250, (n) => ({
      flight_id: `F${n}`,
      origin: pick(r, ['VIE', 'BER', 'CDG', 'MAD']),
      carrier: pick(r, ['Alpha', 'Beta', 'Gamma']),
      distance: 200 + r(3000),
      delay: r(120) - 20,
    })),
    'books.csv': many(90, (n) => ({
      title: `The book "${n}", a story`,
      author: pick(r, ['Ada Lin', 'Bo, Jr.', 'Cy Young']),
      pages: 80 + r(700),
      price: cents(r, 6_000),
      published: day(r, 1990, 30),
    })),
    'students.csv': many(80, (n) => ({ student_id: n, class: pick(r, ['1a', '1b', '2a']), age: 10 + r(9) })),
    'exams.csv': many(320, () => ({
      student_id: r(80),
      subject: pick(r, ['Maths', 'Art', 'Biology']),
      score: r(101),
      passed: r(3) > 0,
    })),
    'stock.csv': many(60, (n) => ({ sku: `0${100 + n}`, warehouse: pick(r, ['W1', 'W2']), level: r(500) })),
    'tickets.csv': many(150, (n) => ({
      ticket_id: n,
      ticket_date: day(r, 2023, 2),
      priority: pick(r, ['low', 'normal', 'high']),
      effort: r(200) / 4,
      resolved: r(2) === 0,
    })),
  }
}

const TABLES = tables()
const of = (name: string): readonly Row[] => TABLES[`${name}.csv`] ?? []

const DELIMITERS: Readonly<Record<string, string>> = { 'sensors.csv': ';', 'stock.csv': '\t' }

function written(name: string, rows: readonly Row[]): string {
  const sign = DELIMITERS[name] ?? ','
  const field = (cell: Cell): string => {
    const text = cell === null ? '' : String(cell)
    return /["\n]/.test(text) || text.includes(sign) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const header = Object.keys(rows[0] ?? {})
  const lines = [header.join(sign), ...rows.map((row) => Object.values(row).map(field).join(sign))]
  return `${lines.join(name === 'books.csv' ? '\r\n' : '\n')}\n`
}

export const FILES: readonly TextSource[] = Object.entries(TABLES).map(([id, rows]) => ({
  id,
  text: written(id, rows),
}))

type Test = (row: Row) => boolean
const all: Test = () => true
const numbers = (rows: readonly Row[], column: string): number[] =>
  rows.map((row) => row[column]).filter((cell): cell is number => typeof cell === 'number')
const sum = (list: readonly number[]): number =>
  Math.round(list.reduce((total, n) => total + Math.round(n * 100), 0)) / 100
const average = (list: readonly number[]): number => list.reduce((total, n) => total + n, 0) / list.length
const count = (rows: readonly Row[], test: Test): number => rows.filter(test).length

/** By linear interpolation between the two nearest. */
function percentile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const [low = 0, high = low] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

function correlation(rows: readonly Row[], a: string, b: string): number {
  const pairs = rows.filter((row) => typeof row[a] === 'number' && typeof row[b] === 'number')
  const [x, y] = [numbers(pairs, a), numbers(pairs, b)]
  const [mx, my] = [average(x), average(y)]
  const product = x.reduce((total, value, at) => total + (value - mx) * ((y[at] ?? 0) - my), 0)
  const square = (list: readonly number[], mean: number): number =>
    list.reduce((total, value) => total + (value - mean) ** 2, 0)
  return product / Math.sqrt(square(x, mx) * square(y, my))
}

/** Pairs of a group and its figure, in order of the group. */
function grouped(
  rows: readonly Row[],
  column: string,
  figure: (rows: readonly Row[]) => Cell,
): readonly (readonly [Cell, Cell])[] {
  const groups = Map.groupBy(rows, (row) => row[column] ?? null)
  return [...groups]
    .map(([key, members]) => [key, figure(members)] as const)
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function ranked(
  groups: readonly (readonly [Cell, Cell])[],
  most: number,
  sign: 1 | -1,
): readonly (readonly [Cell, Cell])[] {
  const sorted = groups.toSorted(
    ([k, a], [l, b]) => sign * (Number(a) - Number(b)) || (String(k) < String(l) ? -1 : 1),
  )
  const last = Number(sorted[Math.min(most, sorted.length) - 1]?.[1])
  return sorted.filter(([, value]) => sign * (Number(value) - last) <= 0)
}

const joined = (rows: readonly Row[], others: readonly Row[], key: string): readonly Row[] => {
  const by = new Map(others.map((row) => [row[key], row]))
  return rows.map((row) => ({ ...by.get(row[key] ?? null), ...row }))
}
const inMonth =
  (column: string, month: string): Test =>
  (row) =>
    String(row[column]).startsWith(month)

const orders = of('orders')
const withCustomers = joined(orders, of('customers'), 'customer_id')
const withStudents = joined(of('exams'), of('students'), 'student_id')
const is =
  (column: string, value: Cell): Test =>
  (row) =>
    row[column] === value

/** What is right: a figure, or pairs of what has it and the figure. */
export type Gold = Cell | readonly (readonly [Cell, Cell])[]

export const QUESTIONS: readonly (readonly [question: string, gold: Gold])[] = [
  // counts
  ['How many orders are there?', count(orders, all)],
  ['How many rows are in books.csv?', count(of('books'), all)],
  ['Count the flights', count(of('flights'), all)],
  ['What is the number of employees?', count(of('employees'), all)],
  ['How many orders have status shipped?', count(orders, is('status', 'shipped'))],
  ['How many orders have region "North America"?', count(orders, is('region', 'North America'))],
  [
    'How many orders with status open and region EMEA are there?'.replace(' are there', ''),
    count(orders, (row) => row.status === 'open' && row.region === 'EMEA'),
  ],
  ['How many orders have a quantity of at least 20?', count(orders, (row) => Number(row.quantity) >= 20)],
  ['How many orders have amount over 500?', count(orders, (row) => Number(row.amount) > 500)],
  [
    'How many orders have amount between 100 and 200?',
    count(orders, (row) => Number(row.amount) >= 100 && Number(row.amount) <= 200),
  ],
  [
    'How many employees have salary less than 50,000?',
    count(of('employees'), (row) => Number(row.salary) < 50_000),
  ],
  ['How many exams have passed true?', count(of('exams'), is('passed', true))],
  ['How many orders are open?', count(orders, is('status', 'open'))],
  ['How many EMEA region orders are there?', count(orders, is('region', 'EMEA'))],
  [
    'What is the total amount of returned orders?',
    sum(numbers(orders.filter(is('status', 'returned')), 'amount')),
  ],
  [
    'What is the total amount for "North America"?',
    sum(numbers(orders.filter(is('region', 'North America')), 'amount')),
  ],
  [
    'How many high priority tickets are resolved?',
    count(of('tickets'), (row) => row.priority === 'high' && row.resolved === true),
  ],
  ['How many records does stock.csv have?', count(of('stock'), all)],
  [
    'How many tickets with priority high and resolved false?',
    count(of('tickets'), (row) => row.priority === 'high' && row.resolved === false),
  ],
  ['How many books have author "Bo, Jr."?', count(of('books'), is('author', 'Bo, Jr.'))],
  ['How many customers have segment "Café & Bar"?', count(of('customers'), is('segment', 'Café & Bar'))],
  // dates
  ['How many orders are there in 2023?', count(orders, inMonth('order_date', '2023'))],
  ['How many orders are there in March 2024?', count(orders, inMonth('order_date', '2024-03'))],
  [
    'How many employees have hire date before 2015-01-01?',
    count(of('employees'), (row) => String(row.hire_date) < '2015-01-01'),
  ],
  [
    'How many tickets are there since 2024-06-01?',
    count(of('tickets'), (row) => String(row.ticket_date) >= '2024-06-01'),
  ],
  [
    'What is the earliest hire date?',
    of('employees')
      .map((row) => String(row.hire_date))
      .sort()[0] ?? null,
  ],
  [
    'What is the latest order date?',
    orders
      .map((row) => String(row.order_date))
      .sort()
      .at(-1) ?? null,
  ],
  [
    'What is the total amount of orders in 2022?',
    sum(numbers(orders.filter(inMonth('order_date', '2022')), 'amount')),
  ],
  [
    'What is the oldest published date in books.csv?'.replace('published date', 'published'),
    of('books')
      .map((row) => String(row.published))
      .sort()[0] ?? null,
  ],
  // different values
  ['How many different regions are there?', new Set(orders.map((row) => row.region)).size],
  ['How many distinct customer_id are there in orders?', new Set(orders.map((row) => row.customer_id)).size],
  ['How many unique carriers are in flights.csv?', new Set(of('flights').map((row) => row.carrier)).size],
  // sums and averages
  ['What is the total amount?', sum(numbers(orders, 'amount'))],
  ['What is the sum of quantity in orders.csv?', sum(numbers(orders, 'quantity'))],
  ['What is the total level?', sum(numbers(of('stock'), 'level'))],
  [
    'What is the total effort where priority is high?',
    sum(numbers(of('tickets').filter(is('priority', 'high')), 'effort')),
  ],
  ['What is the total price of books?', sum(numbers(of('books'), 'price'))],
  ['What is the average salary?', average(numbers(of('employees'), 'salary'))],
  ['What is the average temperature?', average(numbers(of('sensors'), 'temperature'))],
  [
    'What is the mean humidity where station is North?',
    average(numbers(of('sensors').filter(is('station', 'North')), 'humidity')),
  ],
  ['What is the average age of customers?', average(numbers(of('customers'), 'age'))],
  ['What is the average age in students.csv?', average(numbers(of('students'), 'age'))],
  [
    'Please tell me the average score with subject Maths',
    average(numbers(of('exams').filter(is('subject', 'Maths')), 'score')),
  ],
  // extremes and percentiles
  ['What is the highest salary?', Math.max(...numbers(of('employees'), 'salary'))],
  ['What is the lowest temperature?', Math.min(...numbers(of('sensors'), 'temperature'))],
  [
    'What is the maximum delay where carrier is Beta?',
    Math.max(...numbers(of('flights').filter(is('carrier', 'Beta')), 'delay')),
  ],
  ['What is the minimum price?', Math.min(...numbers(of('books'), 'price'))],
  ['What is the median amount?', percentile(numbers(orders, 'amount'), 0.5)],
  ['What is the median score?', percentile(numbers(of('exams'), 'score'), 0.5)],
  ['What is the 90th percentile of delay?', percentile(numbers(of('flights'), 'delay'), 0.9)],
  ['What is the 25th percentile of price in books.csv?', percentile(numbers(of('books'), 'price'), 0.25)],
  [
    'What is the 99th percentile of amount where status is shipped?',
    percentile(numbers(orders.filter(is('status', 'shipped')), 'amount'), 0.99),
  ],
  // groups
  ['What is the total amount by region?', grouped(orders, 'region', (rows) => sum(numbers(rows, 'amount')))],
  [
    'What is the average salary per department?',
    grouped(of('employees'), 'department', (rows) => average(numbers(rows, 'salary'))),
  ],
  ['How many orders per status?', grouped(orders, 'status', (rows) => rows.length)],
  ['How many flights for each origin?', grouped(of('flights'), 'origin', (rows) => rows.length)],
  [
    'What is the highest score by subject?',
    grouped(of('exams'), 'subject', (rows) => Math.max(...numbers(rows, 'score'))),
  ],
  [
    'What is the total amount by region where status is open?',
    grouped(orders.filter(is('status', 'open')), 'region', (rows) => sum(numbers(rows, 'amount'))),
  ],
  [
    'What is the median effort per priority?',
    grouped(of('tickets'), 'priority', (rows) => percentile(numbers(rows, 'effort'), 0.5)),
  ],
  ['How many tickets by resolved?', grouped(of('tickets'), 'resolved', (rows) => rows.length)],
  [
    'What is the average temperature by station?',
    grouped(of('sensors'), 'station', (rows) => average(numbers(rows, 'temperature'))),
  ],
  // what has the most
  [
    'Which region has the highest total amount?',
    ranked(
      grouped(orders, 'region', (rows) => sum(numbers(rows, 'amount'))),
      1,
      -1,
    ),
  ],
  [
    'Which department has the lowest average salary?',
    ranked(
      grouped(of('employees'), 'department', (rows) => average(numbers(rows, 'salary'))),
      1,
      1,
    ),
  ],
  [
    'Which carrier has the most flights?',
    ranked(
      grouped(of('flights'), 'carrier', (rows) => rows.length),
      1,
      -1,
    ),
  ],
  [
    'Which order_id has the highest amount?',
    ranked(
      orders.map((row) => [row.order_id ?? null, row.amount ?? null]),
      1,
      -1,
    ),
  ],
  [
    'What are the top 3 sku by level?',
    ranked(
      of('stock').map((row) => [row.sku ?? null, row.level ?? null]),
      3,
      -1,
    ),
  ],
  [
    'List the top 5 customer_id by number of orders',
    ranked(
      grouped(orders, 'customer_id', (rows) => rows.length).map(([key, value]) => [String(key), value]),
      5,
      -1,
    ),
  ],
  // joins
  [
    'What is the total amount by segment?',
    grouped(withCustomers, 'segment', (rows) => sum(numbers(rows, 'amount'))),
  ],
  ['How many orders have country AT?', count(withCustomers, is('country', 'AT'))],
  [
    'What is the average score by class?',
    grouped(withStudents, 'class', (rows) => average(numbers(rows, 'score'))),
  ],
  [
    'How many orders per country where status is returned?',
    grouped(withCustomers.filter(is('status', 'returned')), 'country', (rows) => rows.length),
  ],
  [
    'Which segment has the highest total quantity?',
    ranked(
      grouped(withCustomers, 'segment', (rows) => sum(numbers(rows, 'quantity'))),
      1,
      -1,
    ),
  ],
  // correlation
  ['What is the correlation between amount and quantity?', correlation(orders, 'amount', 'quantity')],
  [
    'What is the correlation between distance and delay in flights.csv?',
    correlation(of('flights'), 'distance', 'delay'),
  ],
  [
    'What is the correlation between temperature and humidity?',
    correlation(of('sensors'), 'temperature', 'humidity'),
  ],
]

/** Questions over the same tables that have no certain meaning: what their words name does not settle what is asked. */
export const DOUBTFUL: readonly string[] = [
  'What is the average age?',
  'How many orders were not shipped?',
  'What is the total amount for the best customers?',
  'How many orders have status delivered?',
  'How many orders were shipped?',
  'How many orders are late?',
  'How many orders were shipped in 2023?',
  'How many orders have status ship?',
  'Which author has the highest price?',
  'What is the total amount in euros?',
  'How many employees in 2020?',
]
