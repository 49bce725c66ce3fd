import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Decision } from '@writ/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { Engine } from './engine.ts'
import { THREAD_OPTIONS, type ThreadOptions } from './engine-thread.ts'
import { openWith } from './open-decision-point.ts'
import type { PolicyPoint } from './policy-point.ts'
import { PARTITION, READ, withBundle } from './test-bundles.ts'

// Each fault happens for real, in a thread that runs the real engine with something around it.

const REAL = JSON.stringify(THREAD_OPTIONS.entry.href)
const ENGINE_ERROR: Decision = {
  verdict: 'deny',
  policies: [],
  reason: 'engine-error',
  halt: false,
  obligations: [],
}
const QUICK: ThreadOptions = { ...THREAD_OPTIONS, evaluationTimeoutMs: 1_000 }

const asking = (n: number): typeof READ => ({ ...READ, resource: { ...PARTITION, id: `p${n}` } })

let opened: PolicyPoint | undefined
afterEach(() => opened?.close())

/** Opens the personal bundle with a thread whose entry is the given script. */
async function openOn(script: string, options: Partial<ThreadOptions> = {}): Promise<PolicyPoint> {
  return withBundle({ 'entry.mjs': script }, async (directory) => {
    const entry = pathToFileURL(join(directory, 'entry.mjs'))
    opened = await openWith({ osUser: 'ann' }, (source) =>
      Engine.start(source, { ...QUICK, entry, ...options }),
    )
    return opened
  })
}

/** A script that does `fault` instead of answering the nth question of its life. */
const failingAt = (n: number, fault: string): string => `
  import { parentPort } from 'node:worker_threads'
  let asked = -1 // the first message is the bundle
  parentPort.addEventListener('message', (event) => {
    asked += 1
    if (asked !== ${n}) return
    event.stopImmediatePropagation()
    ${fault}
  })
  await import(${REAL})`

describe('whatever befalls the engine is a deny', () => {
  test.each([
    ['it dies', 'process.exit(3)'],
    ['it throws', 'throw new Error("boom")'],
    ['it hangs', 'for (;;);'],
    ['it runs out of memory', 'const a = []; for (;;) a.push(new Array(1e6).fill(0.5))'],
    [
      'it answers what nobody asked',
      'parentPort.postMessage({ type: "evaluation", id: 99, evaluation: {} })',
    ],
    ['it answers gibberish', 'parentPort.postMessage({ type: "hello" })'],
  ])('%s', async (_what, fault) => {
    const point = await openOn(failingAt(2, fault))
    expect(await point.decide(asking(1))).toMatchObject({ verdict: 'allow' })
    expect(await point.decide(asking(2))).toEqual(ENGINE_ERROR)
    // Remembered decisions still hold: they were decided.
    expect(await point.decide(asking(1))).toMatchObject({ verdict: 'allow' })
  })

  test.each([
    ['nothing', 'undefined'],
    ['an allow that names no policy', '{ type: "decided", decision: "allow", determining: [], erring: [] }'],
    [
      'an allow by a forbid',
      '{ type: "decided", decision: "allow", determining: ["forbid.user.inactive"], erring: [] }',
    ],
    ['half an answer', '{ type: "decided", decision: "allow" }'],
  ])('it answers %s', async (_what, evaluation) => {
    const forged = `parentPort.postMessage({ type: "evaluation", id: 0, evaluation: ${evaluation} })`
    const point = await openOn(failingAt(1, forged))
    expect(await point.decide(asking(1))).toEqual(ENGINE_ERROR)
  })
})

describe('after a failure', () => {
  // The script lies in a directory that is gone by then, so the restart fails: nothing can be started.
  test('while it cannot be started again, everything new is denied', async () => {
    const point = await openOn(failingAt(1, 'process.exit(3)'))
    for (const n of [1, 2, 3]) expect(await point.decide(asking(n))).toEqual(ENGINE_ERROR)
  })

  test('it is started again for the next question, and the denied one gets a new try', async () => {
    const script = failingAt(3, 'process.exit(3)')
    await withBundle({ 'entry.mjs': script }, async (directory) => {
      const entry = pathToFileURL(join(directory, 'entry.mjs'))
      opened = await openWith({ osUser: 'ann' }, (source) => Engine.start(source, { ...QUICK, entry }))
      for (const n of [1, 2]) expect(await opened.decide(asking(n))).toMatchObject({ verdict: 'allow' })
      expect(await opened.decide(asking(3))).toEqual(ENGINE_ERROR)
      for (const n of [3, 4]) expect(await opened.decide(asking(n))).toMatchObject({ verdict: 'allow' })
      expect(await opened.decide({ ...asking(5), user: { ...READ.user, active: false } })).toEqual(
        ENGINE_ERROR,
      )
      expect(await opened.decide({ ...asking(5), user: { ...READ.user, active: false } })).toMatchObject({
        verdict: 'deny',
        reason: 'inactive-user',
      })
    })
  })

  test('all who wait are denied, and one thread is started for all who ask next', async () => {
    const script = failingAt(3, 'for (;;);')
    await withBundle({ 'entry.mjs': script }, async (directory) => {
      const entry = pathToFileURL(join(directory, 'entry.mjs'))
      opened = await openWith({ osUser: 'ann' }, (source) => Engine.start(source, { ...QUICK, entry }))
      const point = opened
      const decide = (n: number): Promise<Decision> => point.decide(asking(n))
      const first = await Promise.all([1, 2, 3, 4, 5].map(decide))
      expect(first.map((decision) => decision.verdict)).toEqual(['allow', 'allow', 'deny', 'deny', 'deny'])
      const next = await Promise.all([4, 5].map(decide))
      expect(next.map((decision) => decision.verdict)).toEqual(['allow', 'allow'])
    })
  })

  test('a failure while discharge is tried is a deny, not a pending', async () => {
    const point = await openOn(failingAt(2, 'process.exit(3)'))
    const release = { ...READ, action: 'output::release', resource: point.sink('terminal') } as const
    expect(await point.decide(release)).toEqual(ENGINE_ERROR)
  })
})

describe('an engine that does not start', () => {
  test.each([
    ['dies', 'process.exit(3)', 'exited with code 3'],
    ['throws', 'throw new Error("boom")', 'boom'],
    ['hangs', 'for (;;);', 'did not start within'],
    [
      'says nothing',
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {})',
      'did not start within',
    ],
  ])('%s', async (_what, script, message) => {
    const opening = openOn(script, { startTimeoutMs: 1_000 })
    await expect(opening).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining(message),
    })
  })

  test('sees nothing of the environment', async () => {
    const script = `if (Object.keys(process.env).length > 0) throw new Error('env'); await import(${REAL})`
    expect(await (await openOn(script)).decide(READ)).toMatchObject({ verdict: 'allow' })
  })
})

test('a busy main thread is no hang of the engine: it is neither denied nor started again', async () => {
  const script = `
    import { appendFileSync } from 'node:fs'
    appendFileSync(new URL('starts', import.meta.url), 'x')
    await import(${REAL})`
  await withBundle({ 'entry.mjs': script }, async (directory) => {
    const entry = pathToFileURL(join(directory, 'entry.mjs'))
    opened = await openWith({ osUser: 'ann' }, (source) => Engine.start(source, { ...QUICK, entry }))
    // After the second callback the event loop comes to its timers first and to the answer only then.
    const point = opened
    const decision = new Promise<Decision>((resolve) => {
      setImmediate(() => resolve(point.decide(asking(1))))
      setImmediate(() => {
        const until = performance.now() + 2 * QUICK.evaluationTimeoutMs
        while (performance.now() < until);
      })
    })
    expect(await decision).toMatchObject({ verdict: 'allow' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await opened.decide(asking(2))).toMatchObject({ verdict: 'allow' })
    expect(await readFile(join(directory, 'starts'), 'utf8')).toBe('x')
  })
})

test('where what is known of the built-in bundle is wrong it does not start, and others do', async () => {
  const script = `
    import fs from 'node:fs'
    const { readFileSync } = fs
    fs.readFileSync = (path, ...how) => {
      const read = readFileSync(path, ...how)
      return String(path).endsWith('known-personal.json') ? read.replace('"decision": "deny"', '"decision": "allow"') : read
    }
    await import(${REAL})`
  await expect(openOn(script)).rejects.toThrow('self-test')
  const own = { 'own.cedar': '@id("own") forbid (principal, action, resource);', 'entry.mjs': script }
  await withBundle(own, async (directory) => {
    const entry = pathToFileURL(join(directory, 'entry.mjs'))
    const options = { osUser: 'ann', bundleDir: directory }
    opened = await openWith(options, (source) => Engine.start(source, { ...QUICK, entry }))
    expect(await opened.decide(asking(1))).toMatchObject({ verdict: 'deny', policies: ['own'] })
  })
})
