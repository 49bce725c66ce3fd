import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Json } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'

// Tables with a column that is called as their rows are: it names each, or says how many a row stands for. SQLite counts what is right.

const TABLES = Number(process.env.WRIT_TABLES ?? 24)

/** Numbers that look random and are the same every time. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Next = (below: number) => number

function shuffled(list: readonly number[], next: Next): readonly number[] {
  const rest = [...list]
  return list.map(() => rest.splice(next(rest.length), 1)[0] ?? 0)
}

const from = (rows: number, first: number, step = 1): readonly number[] =>
  Array.from({ length: rows }, (_, n) => first + n * step)

/** What the first column holds, and whether each of it is one row. */
interface Kind {
  readonly plural?: true
  readonly isOne: boolean
  readonly cells: (rows: number, next: Next) => readonly (number | string)[]
}

const sorted = (cells: readonly number[]): readonly number[] => cells.toSorted((a, b) => a - b)
const several = (rows: number, next: Next): readonly number[] =>
  Array.from({ length: rows }, () => 1 + next(40))

const KINDS: Readonly<Record<string, Kind>> = {
  numbered: { isOne: true, cells: (rows, next) => from(rows, [0, 1, 1001][next(3)] ?? 1) },
  mixed: { isOne: true, cells: (rows, next) => shuffled(from(rows, 1), next) },
  named: { isOne: true, cells: (rows) => from(rows, 1).map((n) => `T-${n}`) },
  repeated: { isOne: false, cells: (rows) => from(rows, 0).map((n) => 1 + Math.floor(n / 2)) },
  repeatedNames: { isOne: false, cells: (rows) => from(rows, 0).map((n) => `T-${1 + Math.floor(n / 2)}`) },
  missing: { isOne: false, cells: (rows) => from(rows, 1).map((n) => (n === 4 ? '' : n)) },
  missingNames: { isOne: false, cells: (rows) => from(rows, 1).map((n) => (n === 4 ? '' : `T-${n}`)) },
  several: { isOne: false, cells: several },
  severalSorted: { isOne: false, cells: (rows, next) => sorted(several(rows, next)) },
  severalApart: { isOne: false, cells: (rows, next) => sorted(from(rows, 12).map((n) => 7 * n + next(7))) },
  severalInOrder: { isOne: false, cells: (rows) => from(rows, 2) },
  plural: { isOne: false, plural: true, cells: several },
  pluralInOrder: { isOne: false, plural: true, cells: (rows) => from(rows, 1) },
}

const NOUNS = [
  ['trip', 'trips'],
  ['order', 'orders'],
  ['visit', 'visits'],
  ['match', 'matches'],
  ['race', 'races'],
] as const

let place: string
let writ: Writ

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-counted-rows-'))
  writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
})
afterAll(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

it.each(Object.entries(KINDS))(
  'of a first column that is %s no count is wrong',
  { timeout: 600_000 },
  async (name, kind) => {
    const next = chance(name.length * 7919)
    const unanswered: string[] = []
    for (let made = 0; made < TABLES / Object.keys(KINDS).length; made += 1) {
      const [one, more] = NOUNS[made % NOUNS.length] ?? NOUNS[0]
      const rows = 9 + next(40)
      const head = kind.plural ? more : one
      const cells = kind.cells(rows, next)
      const body = cells.map((cell) => [
        cell,
        ['Graz', 'Linz', 'Wien'][next(3)] ?? '',
        1 + next(99),
        0.25 * (1 + next(300)),
      ])
      const text = `${head},city,km,fare\n${body.map((row) => row.join(',')).join('\n')}\n`
      const sql = new DatabaseSync(':memory:')
      sql.exec('CREATE TABLE t (id, city TEXT, km REAL, fare REAL)')
      const insert = sql.prepare('INSERT INTO t VALUES (?, ?, ?, ?)')
      for (const row of body) insert.run(...(row as [string, string, number, number]))
      const limit = 20 + next(60)
      const asked: readonly (readonly [string, string, string | null])[] = [
        [`How many ${more} have km over ${limit}?`, `km > ${limit}`, null],
        [`How many ${more} are in Graz?`, "city = 'Graz'", "city = 'Graz'"],
        [`How many ${more} are there?`, '1', '1'],
      ]
      for (const id of [`${more}.csv`, 'data.csv'])
        for (const [query, where, summed] of asked) {
          const answer = await writ.completion({ query, context: [{ id, text }] })
          if (answer.basis !== 'exact') {
            unanswered.push(
              `${query} over ${id}: ${JSON.stringify((answer.value as { notes?: Json }).notes)}`,
            )
            continue
          }
          const figure = (what: string, of: string): unknown =>
            sql.prepare(`SELECT ${what} AS n FROM t WHERE ${of}`).get()?.n
          // A plural over numbers says how many each row stands for; a name that repeats is one thing.
          const right = kind.isOne
            ? figure('count(*)', where)
            : kind.plural && id === 'data.csv' && summed !== null
              ? figure('sum(id)', summed)
              : where === '1' && id === 'data.csv'
                ? figure("count(DISTINCT nullif(id, ''))", '1')
                : undefined
          expect((answer.value as { number: number }).number, `${query} over ${id}:\n${text}`).toBe(right)
        }
      sql.close()
    }
    // "Order" names something else than rows where no table is called so; how many different ones there are is not asked.
    const due = unanswered.filter(
      (one) => name !== 'named' || !/^How many (?:orders|visits) are there\? over data/.test(one),
    )
    if (kind.isOne) expect(due).toEqual([])
    else expect(due).not.toEqual([])
  },
)
