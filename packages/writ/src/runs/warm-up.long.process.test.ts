import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { warmUp } from './warm-up.ts'

const OURS = ['writ-ledger', 'writ-memory', 'writ-policy']
const TASKS = '/proc/self/task'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-warm-'))
})
afterEach(() => rm(place, { recursive: true, force: true }))

/** Our threads of this process, by name. */
async function threads(): Promise<string[]> {
  const names = await Promise.all(
    (await readdir(TASKS)).map((id) => readFile(join(TASKS, id, 'comm'), 'utf8').catch(() => '')),
  )
  return names
    .map((name) => name.trim())
    .filter((name) => OURS.includes(name))
    .sort()
}

it.runIf(process.platform === 'linux')(
  'starts the threads of a question once, and the question uses them',
  async () => {
    warmUp()
    warmUp()
    await expect.poll(threads).toEqual(['writ-memory', 'writ-policy'])
    const writ = await createWrit({ home: join(place, 'home') })
    const context = [{ id: 'a.txt', text: 'needle\n'.repeat(50) }]
    const answer = await writ.completion({ query: 'How many needles?', context })
    expect(answer.status).toBe('complete')
    expect(await threads()).toEqual(OURS)
    await writ.close()
    expect(await threads()).toEqual(OURS) // they wait for the next home

    const other = await createWrit({ home: join(place, 'other') })
    expect((await other.completion({ query: 'How many needles?', context })).status).toBe('complete')
    expect(await threads()).toEqual(OURS)
    await other.close()
  },
)

it('makes nothing, and keeps no process alive', async () => {
  const module = JSON.stringify(new URL('./warm-up.ts', import.meta.url).href)
  const args = [
    '--conditions=@writ/source',
    '--input-type=module',
    '-e',
    `(await import(${module})).warmUp()`,
  ]
  expect(spawnSync(process.execPath, args, { cwd: place, timeout: 60_000 })).toMatchObject({ status: 0 })
  expect(await readdir(place)).toEqual([])
})
