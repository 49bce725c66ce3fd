import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { defined } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ended } from '../cli/command.fixture.ts'
import { runCommand } from '../cli/command-here.fixture.ts'
import { erasedRuns } from '../files/erasures.ts'
import { backUp, restore } from '../ledger/index.ts'
import { withinHome } from '../runs/within-home.fixture.ts'
import { createWrit } from '../runs/writ.ts'

const DAY_MS = 86_400_000

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-expired-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** Asks once for each class; undefined is a run without one. */
async function ask(...classes: readonly (string | undefined)[]): Promise<string[]> {
  const writ = await createWrit({ home })
  try {
    const runs: string[] = []
    for (const retention of classes) {
      const asked = { query: 'Who keeps the vault?', context: 'Vexillorum keeps the vault.\n' }
      const answer = await writ.completion({ ...asked, ...defined({ retention }) })
      runs.push(answer.run)
    }
    return runs
  } finally {
    await writ.close()
  }
}

const runKeys = (): string => join(home, 'keys', 'runs')
const keys = (): string[] => (existsSync(runKeys()) ? readdirSync(runKeys()) : []).sort()

test('runs past the time of their class are erased; held, young, unknown and unclassed ones stay', async () => {
  const [short = '', held = '', long = '', unknown = '', none = ''] = await ask(
    'short',
    'short',
    'long',
    'odd',
    undefined,
  )
  await withinHome(home, (writ) => writ.holds.set(held, 'case 7'))
  const retention = { short: 2, long: 30 }
  expect(
    (await withinHome(home, (writ) => writ.expire({ retention, now: Date.now() + DAY_MS }))).runs,
  ).toEqual([{ run: unknown, class: 'odd', expiredAt: null, outcome: 'unknown-class', code: null }])
  const now = Date.now() + 3 * DAY_MS
  const outcomes = async (dryRun: boolean): Promise<object> =>
    Object.fromEntries(
      (await withinHome(home, (writ) => writ.expire({ retention, now, dryRun }))).runs.map(
        ({ run, outcome, code }) => [run, code ?? outcome],
      ),
    )
  const before = keys()
  expect(await outcomes(true)).toEqual({ [short]: 'due', [held]: 'LEGAL_HOLD', [unknown]: 'unknown-class' })
  expect(keys()).toEqual(before)
  expect(await outcomes(false)).toEqual({
    [short]: 'erased',
    [held]: 'LEGAL_HOLD',
    [unknown]: 'unknown-class',
  })
  expect(keys()).toEqual([held, long, unknown, none].map((run) => `${run}.key`).sort())
  expect([...erasedRuns(home)]).toEqual([short])
  // What was erased is not erased again; what is released goes.
  await withinHome(home, (writ) => writ.holds.release(held, 'settled'))
  expect(await outcomes(false)).toEqual({ [held]: 'erased', [unknown]: 'unknown-class' })
})

test('a class that cannot be read counts as unknown', async () => {
  const [run = ''] = await ask('short')
  writeFileSync(join(home, 'retention', `${run}.json`), '{}')
  const { runs } = await withinHome(home, (writ) =>
    writ.expire({ retention: { short: 1 }, now: Date.now() + 9 * DAY_MS }),
  )
  expect(runs).toMatchObject([{ run, class: null, outcome: 'unknown-class' }])
})

test('what is no name of a class is refused before anything is recorded', async () => {
  await expect(ask('../x')).rejects.toMatchObject({ code: 'USAGE' })
  expect(keys()).toEqual([])
})

test('holds, classes and statements of erasures come back with a backup', async () => {
  const [held = '', erased = ''] = await ask('short', 'short')
  await withinHome(home, (writ) => writ.holds.set(held, 'case 7'))
  await withinHome(home, (writ) => writ.erase(erased, 'r'))
  const [copy, back] = [join(home, 'copy'), join(home, 'back')]
  await backUp(home, copy, { keys: true })
  await restore(copy, back)
  expect([...erasedRuns(back)]).toEqual([erased])
  const expired = { retention: { short: 1 }, now: Date.now() + 9 * DAY_MS, dryRun: true }
  expect((await withinHome(back, (writ) => writ.expire(expired))).runs).toMatchObject([
    { run: held, code: 'LEGAL_HOLD' },
  ])
})

test('the command takes classes from the user configuration only', async () => {
  const writ = (...args: string[]): Promise<Ended> =>
    runCommand(home, [...args, '--home', join(home, 'state')])
  mkdirSync(join(home, '.config', 'writ'), { recursive: true })
  writeFileSync(join(home, '.config', 'writ', 'config.json'), '{"retention": {"short": 1}}')
  writeFileSync(join(home, 'a.txt'), 'Vexillorum keeps the vault.\n')
  expect(await writ('ask', 'Who keeps it?', 'a.txt', '--retention', 'long', '--json')).toMatchObject({
    code: 2,
  })
  expect(existsSync(join(home, 'state'))).toBe(false)
  const asked = await writ('ask', 'Who keeps it?', 'a.txt', '--retention', 'short', '--json')
  const { run } = JSON.parse(asked.out) as { run: string }
  expect(await writ('erase', '--expired', '--yes')).toMatchObject({
    code: 0,
    out: 'No run is past its time.\n',
  })
  const db = new DatabaseSync(join(home, 'state', 'ledger', 'shard-0001.db'))
  db.prepare('UPDATE runs SET started_at = started_at - ?').run(2 * DAY_MS)
  db.close()
  const dry = JSON.parse((await writ('erase', '--expired', '--dry-run', '--json')).out) as object
  expect(dry).toMatchObject({ schema: 'writ.expiry/1', dryRun: true, runs: [{ run, outcome: 'due' }] })
  const unconfirmed = await writ('erase', '--expired')
  expect([unconfirmed.code, unconfirmed.err]).toEqual([2, expect.stringContaining('USAGE')])
  expect(readdirSync(join(home, 'state', 'keys', 'runs'))).toHaveLength(1)
  const done = await writ('erase', '--expired', '--yes')
  expect(done.code).toBe(0)
  expect(done.out).toContain(`${run}  erased; class short`)
  expect(readdirSync(join(home, 'state', 'keys', 'runs'))).toEqual([])
  for (const wrong of [
    ['erase'],
    ['erase', run],
    ['erase', run, '--expired'],
    ['erase', run, '--reason', 'r', '--dry-run'],
  ])
    expect(await writ(...wrong)).toMatchObject({ code: 2 })
})
