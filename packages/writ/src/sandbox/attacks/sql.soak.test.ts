import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isWritError } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBubblewrap } from '../../confinement/find-bubblewrap.ts'
import type { ConfinedQueries } from '../sql/confined-queries.ts'
import { confinedQueries, SALES } from '../sql/queries.fixture.ts'
import { SQL_ATTEMPTS, SQL_BOMBS } from './sql.fixture.ts'

// Each attempt is made at full confinement, twice: as a frame makes it, whose query is read first, and past that, where
// DuckDB's locked configuration and the wall around its process are all that is left.

const SECRET = 'sk-writ-attack-test-0123456789'

let place: string
let queries: ConfinedQueries
let level: string
const { signal } = new AbortController()

beforeAll(async () => {
  process.env.WRIT_ATTACK_TEST_KEY = SECRET
  place = await mkdtemp(join(tmpdir(), 'writ-sql-'))
  await writeFile(join(place, 'secret'), `${SECRET}\n`)
  ;({ queries, level } = await confinedQueries())
})
afterAll(async () => {
  delete process.env.WRIT_ATTACK_TEST_KEY
  await queries.close()
  await rm(place, { recursive: true })
})

/** What a query comes to: its rows as text, or an error of the catalogue. */
async function outcome(asked: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await asked)
  } catch (error) {
    if (!isWritError(error)) throw error
    expect(error.code).toMatch(/^(BAD_SQL|SQL_STOPPED)$/)
    return error.message
  }
}

async function stillAnswers(): Promise<void> {
  const { rows } = await queries.run('SELECT count(*) AS n, sum(amount) AS s FROM sales', [SALES], 10, signal)
  expect(rows).toEqual([{ n: 3, s: 10.25 }])
}

it('is at the strongest confinement there is', () => {
  expect(level).toBe('path' in findBubblewrap() ? 'full' : 'filtered')
  const attempts = Object.values(SQL_ATTEMPTS).flatMap((ways) => Object.keys(ways))
  expect(attempts.length + Object.keys(SQL_BOMBS).length).toBeGreaterThan(60)
})

describe.each(Object.entries(SQL_ATTEMPTS))('%s', (_kind, attempts) => {
  it.each(Object.entries(attempts))('reaches nothing: %s', async (_way, attempt) => {
    const query = attempt.replaceAll('/secret', join(place, 'secret')).replaceAll('/out', join(place, 'out'))
    const read = await outcome(queries.names(query, signal))
    const ran = await outcome(queries.run(query, [SALES], 100, signal))
    for (const said of [read, ran]) expect(said).not.toMatch(new RegExp(`${SECRET}|root:x:`))
    expect(existsSync(join(place, 'out'))).toBe(false)
    await stillAnswers()
  })
})

describe('a query that takes all there is', () => {
  it.each(Object.entries(SQL_BOMBS))('is stopped: %s', async (_way, query) => {
    const said = await outcome(queries.run(query, [], 10, signal))
    expect(said.length).toBeLessThan(40_000_000)
    await stillAnswers()
  })
})
