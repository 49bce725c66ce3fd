import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block } from '@writ/simulator'
import { expect, it, onTestFinished, vi } from 'vitest'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { scriptedHome } from './scripted-home.fixture.ts'

// What a run says while it waits for Python. The file has a process to itself, in which nothing is prepared yet.

const lack = await fullyConfined()

it.skipIf(lack !== undefined)('says once that Python is prepared, before it opens', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'writ-preparing-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  const home = await scriptedHome()
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await home.close()
    rmSync(cache, { recursive: true })
  })
  const { events: others } = await home.ask(() => block('FINAL(3)'))
  expect(others.map(({ type }) => type)).not.toContain('prepare')

  const { answer, events } = await home.ask(() => block('FINAL(1 + 2)'), {}, { repl: 'python' })
  expect(answer.value).toBe(3)
  const types = events.map(({ type }) => type)
  expect(events.filter(({ type }) => type === 'prepare')).toEqual([{ type: 'prepare', what: 'python' }])
  expect(types.indexOf('prepare')).toBeLessThan(types.indexOf('run.open'))
  expect(await home.verify(answer)).toMatchObject({ ok: true })
  expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})
