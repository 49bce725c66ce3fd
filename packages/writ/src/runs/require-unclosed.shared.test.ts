import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { withinHome } from './within-home.fixture.ts'

let place: string

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-unclosed-'))
})

afterEach(async () => {
  await rm(place, { recursive: true, force: true })
})

it('a run whose end is lost, and whose close is in the log, is neither resumed nor aborted', async () => {
  const home = join(place, 'home')
  const asking = await createWrit({ home })
  const { run } = await asking.completion({
    query: 'How many needles?',
    context: [{ id: 'a.txt', text: 'needle' }],
  })
  await asking.close()
  const cut = join(place, 'cut')
  await cutRun(home, run, (await countRecords(home, run)) - 2, cut)
  await cp(join(home, 'log'), join(cut, 'log'), { recursive: true })
  const before = await withinHome(cut, (writ) => writ.log.show())
  for (const end of [
    (writ: Writ) => writ.resume(run),
    (writ: Writ) => writ.abort(run, 'it will not go on'),
  ]) {
    const writ = await createWrit({ home: cut })
    await expect(end(writ)).rejects.toMatchObject({ code: 'RUN_ENDED', run })
    await writ.close()
  }
  expect(await withinHome(cut, (writ) => writ.log.show())).toEqual(before)
  // Without the close in the log it is like any run that was cut off.
  await rm(join(cut, 'log'), { recursive: true })
  const again = await createWrit({ home: cut })
  expect(await again.resume(run)).toMatchObject({ run, status: 'complete' })
  await again.close()
})
