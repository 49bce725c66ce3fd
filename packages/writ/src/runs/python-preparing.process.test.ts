import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '@writ/contract'
import { block } from '@writ/simulator'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Writ } from '../index.ts'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { scriptedHome } from './scripted-home.fixture.ts'

// What a run says while it waits for Python. The file has a process to itself, in which nothing is prepared yet.

// As where no memory of an interpreter came with the code: with one, nothing takes long enough to be told.
vi.mock('../sandbox/python/packed-memory.ts', () => ({ comeAlong: () => undefined }))

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
  const { run } = answer
  const { steps } = await home.within((writ) => writ.show(run))
  const at = { lane: '0', n: steps.find(({ kind }) => kind === 'cell')?.n ?? 0 }
  const after: Record<string, (writ: Writ, onEvent: (event: RunEvent) => void) => Promise<unknown>> = {
    fork: (writ, onEvent) => writ.fork(run, { at, prompt: 'FINAL(3)', onEvent }).catch(() => undefined),
    replay: (writ, onEvent) => writ.replay(run, { onEvent }),
    resume: async (writ, onEvent) => {
      rmSync(answer.evidence ?? '')
      await writ.resume(run, { onEvent })
    },
  }
  for (const [name, again] of Object.entries(after)) {
    rmSync(cache, { recursive: true })
    mkdirSync(cache)
    const told: RunEvent[] = []
    await home.within((writ) => again(writ, (event) => void told.push(event)))
    expect(
      told.filter(({ type }) => type === 'prepare'),
      name,
    ).toEqual([{ type: 'prepare', what: 'python' }])
  }
  expect(await home.verify(answer)).toMatchObject({ ok: true })
  expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})
