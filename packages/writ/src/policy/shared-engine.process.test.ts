import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { BundleFault } from './bundle-fault.ts'
import { Engine } from './engine.ts'
import type { EngineSource } from './engine-source.ts'
import { openDecisionPoint } from './index.ts'
import { shareEngine } from './shared-engine.ts'
import { personalFiles, READ, withBundle } from './test-bundles.ts'

const { 'schema.cedarschema': SCHEMA = '' } = await personalFiles()

/** Threads of this process that hold Cedar. */
function engineThreads(): number {
  const tasks = readdirSync('/proc/self/task')
  const names = tasks.map((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8'))
  return names.filter((name) => name.startsWith('writ-policy')).length
}

/** A bundle with no policy but this. */
function sourceOf(name: string, text: string): EngineSource {
  return {
    name,
    schema: { name: 'schema.cedarschema', text: SCHEMA },
    policies: [{ name: 'own.cedar', text }],
  }
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('equal bundles share a thread, one after the other and at once; each closes for itself', async () => {
  const before = engineThreads()
  const [one, two] = await Promise.all([
    openDecisionPoint({ osUser: 'ann' }),
    openDecisionPoint({ osUser: 'bob' }),
  ])
  expect(engineThreads() - before).toBe(1)
  await one.close()
  expect(await one.decide(READ)).toMatchObject({ verdict: 'deny', reason: 'engine-error' })
  expect(await two.decide(READ)).toMatchObject({ verdict: 'allow' })
  await two.close()
  await two.close() // closing twice gives up one use
  const three = await openDecisionPoint({ osUser: 'ann' })
  expect(await three.decide(READ)).toMatchObject({ verdict: 'allow' })
  expect(engineThreads() - before).toBe(1)
  await three.close()
})

test('another content never gets the engine, whatever it is named', async () => {
  const started = vi.spyOn(Engine, 'start')
  const permits = 'permit (principal, action, resource);'
  const one = await shareEngine(sourceOf('a name', permits))
  const other = await shareEngine(sourceOf('a name', 'forbid (principal, action, resource);'))
  expect(started).toHaveBeenCalledTimes(2)
  const effects = [one, other].map(({ rules }) => [...rules.values()].map(({ effect }) => effect))
  expect(effects).toEqual([['permit'], ['forbid']])
  const again = await shareEngine(sourceOf('another name', permits))
  expect(started).toHaveBeenCalledTimes(2)
  await Promise.all([one, other, again].map((engine) => engine.close()))
})

test('one that refuses its bundle is not kept: whoever asks next is told anew', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const started = vi.spyOn(Engine, 'start')
  const schema = { name: 'schema.cedarschema', text: 'no schema' }
  const broken = { name: 'broken', schema, policies: [] }
  await expect(shareEngine(broken)).rejects.toThrow(BundleFault)
  const both = await Promise.allSettled([shareEngine(broken), shareEngine(broken)])
  expect(both).toEqual(Array(2).fill({ status: 'rejected', reason: expect.any(BundleFault) }))
  expect(started).toHaveBeenCalledTimes(2)
  expect(vi.getTimerCount()).toBe(0)
})

test('its thread ends a while after its last user, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const text = 'permit (principal, action, resource); // of this test alone'
  await withBundle({ 'own.cedar': text }, async (bundleDir) => {
    const before = engineThreads()
    const one = await openDecisionPoint({ bundleDir, osUser: 'ann' })
    const two = await openDecisionPoint({ bundleDir, osUser: 'ann' })
    await one.close()
    vi.advanceTimersByTime(60_000)
    expect(await two.decide(READ)).toMatchObject({ verdict: 'allow' })
    await two.close()
    vi.advanceTimersByTime(9_000)
    expect(engineThreads()).toBe(before + 1)
    vi.advanceTimersByTime(2_000)
    await vi.waitFor(() => expect(engineThreads()).toBe(before), { timeout: 60_000 })
  })
})
