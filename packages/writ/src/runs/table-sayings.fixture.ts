import type { Gold } from './table-answers.fixture.ts'

// Tables made by a fixed sequence, and questions a person asks of them without naming columns; what is right is computed here.

type Cell = string | number | boolean | null
type Row = Readonly<Record<string, Cell>>
type Test = (row: Row) => boolean

let state = 20_261_127
function next(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  return (state >>> 16) % below
}
const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
const day = (year: number): string =>
  `${year + next(2)}-${String(1 + next(12)).padStart(2, '0')}-${String(1 + next(28)).padStart(2, '0')}`
const many = (n: number, row: (at: number) => Row): readonly Row[] =>
  Array.from({ length: n }, (_, at) => row(at))

const orders = many(120, (at) => ({
  order_id: 1_000 + at,
  order_date: day(2023),
  customer: pick(['Acme Corp', 'Globex', 'Hooli']),
  city: pick(['Rome', 'Paris', 'New York']),
  product: pick(['Desk', 'Chair']),
  quantity: 1 + next(20),
  amount: (100 + next(90_000)) / 100,
  status: pick(['shipped', 'pending', 'cancelled']),
  ship_date: next(4) === 0 ? null : day(2023),
}))
const staff = many(60, (at) => ({
  employee_id: `E${at}`,
  name: `Person ${String.fromCharCode(65 + (at % 26))}${Math.floor(at / 26)}`,
  team: pick(['blue', 'red']),
  role: pick(['Manager', 'Analyst']),
  bonus: pick([null, 500, 1_000]),
  remote: next(2) === 0,
  start_date: day(2017),
}))
const people = many(20, (at) => ({
  country: ['Italy', 'Japan', 'Kenya', 'Peru'][at % 4] ?? '',
  year: 2019 + Math.floor(at / 4),
  population: 20_000_000 + next(1_000_000),
  births: 100_000 + next(9_000),
}))
const flights = many(90, (at) => ({
  flight: `F${at}`,
  origin: pick(['Rome', 'Oslo']),
  destination: pick(['Lima', 'Oslo']),
  delay: next(90),
}))
const journal = many(40, () => ({
  date: day(2023),
  account: pick(['Cash', 'Bank']),
  type: pick(['debit', 'credit']),
  paid: 1 + next(500),
}))
const lines = many(40, (at) => ({
  line_id: `L${at}`,
  price: 2 + next(50),
  unit_price: 1 + next(40),
  total_price: 50 + next(500),
  pieces: 1 + next(9),
  vat: (1 + next(20)) / 100,
}))
const readings = many(60, (at) => ({
  taken: day(2023),
  meter: pick(['M1', 'M2']),
  usage_kwh: 5 + next(50),
  temperature_c: next(25),
  load_rate: at % 7,
}))

function written(rows: readonly Row[]): string {
  const header = Object.keys(rows[0] ?? {})
  return `${[header, ...rows.map((row) => header.map((name) => row[name] ?? ''))].map((cells) => cells.join(',')).join('\n')}\n`
}

export const SAYING_FILES: readonly { readonly id: string; readonly text: string }[] = Object.entries({
  orders,
  staff,
  people,
  flights,
  journal,
  lines,
  readings,
}).map(([name, rows]) => ({ id: `${name}.csv`, text: written(rows) }))

const count = (rows: readonly Row[], test: Test): number => rows.filter(test).length
const sum = (rows: readonly Row[], column: string): number =>
  Math.round(rows.reduce((all, row) => all + Number(row[column]) * 100, 0)) / 100
const average = (rows: readonly Row[], column: string): number => sum(rows, column) / rows.length
const inYear =
  (column: string, year: number): Test =>
  (row) =>
    String(row[column]).startsWith(String(year))
const rome: Test = (row) => row.city === 'Rome'
const of = (rows: readonly Row[], column: string, value: Cell): readonly Row[] =>
  rows.filter((row) => row[column] === value)
function most(rows: readonly Row[], column: string): Gold {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(String(row[column]), (counts.get(String(row[column])) ?? 0) + 1)
  const high = Math.max(...counts.values())
  return [...counts].filter(([, n]) => n === high).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** A question, what is right, and what the answer says that it counted. */
export const SAYINGS: readonly (readonly [question: string, gold: Gold, says?: string])[] = [
  ['What is the total amount in Rome?', sum(orders.filter(rome), 'amount'), 'where city is "Rome"'],
  [
    'How many orders are in New York?',
    count(orders, (row) => row.city === 'New York'),
    'where city is "New York"',
  ],
  [
    'How many orders does Globex have?',
    count(orders, (row) => row.customer === 'Globex'),
    'where customer is "Globex"',
  ],
  ['How many orders were placed in Paris?', count(orders, (row) => row.city === 'Paris')],
  [
    'How many shipped orders are there in Rome?',
    count(orders, (row) => rome(row) && row.status === 'shipped'),
    'city is "Rome" and status is "shipped"',
  ],
  [
    'What was the total amount in Rome in 2023?',
    sum(
      orders.filter((row) => rome(row) && inYear('order_date', 2023)(row)),
      'amount',
    ),
  ],
  [
    'What is the total quantity of chairs?',
    sum(of(orders, 'product', 'Chair'), 'quantity'),
    'product is "Chair"',
  ],
  ['How many orders were shipped in 2024?', count(orders, inYear('ship_date', 2024)), 'ship_date in 2024'],
  ['How many orders since 2024?', count(orders, inYear('order_date', 2024))],
  [
    'How many orders have no ship date?',
    count(orders, (row) => row.ship_date === null),
    'there is no ship_date',
  ],
  [
    'How many orders are not shipped?',
    count(orders, (row) => row.status !== 'shipped'),
    'status is not "shipped"',
  ],
  ['What percentage of orders are pending?', (100 * of(orders, 'status', 'pending').length) / orders.length],
  ['What is the most common status?', most(orders, 'status')],
  ['How many customers are there?', 3],
  [
    'How many orders per year?',
    [
      [2023, count(orders, inYear('order_date', 2023))],
      [2024, count(orders, inYear('order_date', 2024))],
    ],
  ],
  ['How many staff are in team blue?', count(staff, (row) => row.team === 'blue'), 'team is "blue"'],
  ['How many employees are there in the blue team?', count(staff, (row) => row.team === 'blue')],
  ['How many staff are in the blue team?', count(staff, (row) => row.team === 'blue')],
  [
    'How many staff started before 2018?',
    count(staff, (row) => String(row.start_date) < '2018'),
    'start_date < 2018',
  ],
  ['How many staff have no bonus?', count(staff, (row) => row.bonus === null)],
  ['How many staff have a bonus?', count(staff, (row) => row.bonus !== null)],
  ['How many staff are not remote?', count(staff, (row) => row.remote === false)],
  ['What is the role of Person B1?', of(staff, 'name', 'Person B1')[0]?.role ?? null, 'name is "Person B1"'],
  ['What is the total population in 2020?', sum(of(people, 'year', 2020), 'population')],
  [
    'What is the population of Kenya in 2021?',
    of(of(people, 'year', 2021), 'country', 'Kenya')[0]?.population ?? null,
  ],
  ['What is the total births in Peru?', sum(of(people, 'country', 'Peru'), 'births'), 'country is "Peru"'],
  ['How many flights from Oslo?', count(flights, (row) => row.origin === 'Oslo'), 'origin is "Oslo"'],
  ['How many flights to Oslo?', count(flights, (row) => row.destination === 'Oslo'), 'destination is "Oslo"'],
  [
    'How many flights from Rome to Lima?',
    count(flights, (row) => row.origin === 'Rome' && row.destination === 'Lima'),
  ],
  ['How many flights have a delay of more than 60?', count(flights, (row) => Number(row.delay) > 60)],
  ['What is the average delay of flights from Rome?', average(of(flights, 'origin', 'Rome'), 'delay')],
  ['What is the total paid of type debit?', sum(of(journal, 'type', 'debit'), 'paid')],
  ['What is the sum of total_price?', sum(lines, 'total_price')],
  ['What is the total usage in kWh?', sum(readings, 'usage_kwh')],
  ['What is the total usage for M1?', sum(of(readings, 'meter', 'M1'), 'usage_kwh'), 'meter is "M1"'],
]

/** Questions over the same tables that words do not settle, in other languages as well. */
export const UNSETTLED: readonly string[] = [
  'How many flights in Oslo?',
  'How many flights from Lima?',
  'How many flights to Rome?',
  'What is the average delay of Oslo?',
  'What is the total amount in Vienna?',
  'What is the total amount in Rome and Paris?',
  'What is the total amount in Rome or Paris?',
  'What is the total amount outside Rome?',
  'What is the total amount near Rome?',
  'What is the total amount in euros?',
  'How many customers are in Rome?',
  'How many orders are due in Rome?',
  'How many orders were not shipped?',
  'How many managers are in team red?',
  'How many staff are in blue and red?',
  'What percentage of orders in Rome are shipped?',
  'What is the total population?',
  'What is the average population?',
  'What is the total population of Italy?',
  'What is the population of Italy?',
  'Which country has the highest total population?',
  'What is the total paid?',
  'What is the total paid for Bank?',
  'What is the sum of price?',
  'What is the sum of unit_price?',
  'What is the total vat?',
  'What is the total temperature?',
  'What is the total load rate?',
  'What is the average load rate?',
  'What is the total usage in MWh?',
  'What is the role of Person?',
  'total amount nicht in Rome',
  'total amount ohne Rome',
  'total amount in Rome oder Paris',
  'total amount sauf Paris',
  'total amount sin Rome',
  'total amount pas in Paris',
  'How many orders are nicht shipped?',
  'Wie viele orders sind in Rome?',
]
