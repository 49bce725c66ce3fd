import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { BundleFault } from './bundle-fault.ts'
import { openDecisionPoint } from './index.ts'
import { shareEngine } from './shared-engine.ts'
import { READ, withBundle } from './test-bundles.ts'

/** Threads of this process that hold Cedar. */
function engineThreads(): number {
  const tasks = readdirSync('/proc/self/task')
  const names = tasks.map((task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8'))
  return names.filter((name) => name.startsWith('writ-policy')).length
}

afterEach(() => {
  vi.useRealTimers()
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
  const personal = await openDecisionPoint({ osUser: 'ann' })
  const forbidding = { 'none.cedar': 'forbid (principal, action, resource);' }
  await withBundle(forbidding, async (bundleDir) => {
    const none = await openDecisionPoint({ bundleDir, osUser: 'ann' })
    expect(await none.decide(READ)).toMatchObject({ verdict: 'deny' })
    expect(await personal.decide(READ)).toMatchObject({ verdict: 'allow' })
    await none.close()
  })
  await personal.close()
})

test('one that refuses its bundle is not kept: whoever asks next is told anew', async () => {
  const schema = { name: 'schema.cedarschema', text: 'no schema' }
  const broken = { name: 'broken', schema, policies: [] }
  await expect(shareEngine(broken)).rejects.toThrow(BundleFault)
  await expect(Promise.all([shareEngine(broken), shareEngine(broken)])).rejects.toThrow(BundleFault)
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
