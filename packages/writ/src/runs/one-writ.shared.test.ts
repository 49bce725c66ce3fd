import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block } from '@writ/simulator'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createWrit, type Writ, type WritOptions } from '../index.ts'
import { objectThat, replied } from '../models/model-object.fixture.ts'

// Everything in one Writ that stays open, as a server would have it: no command may need another process to be done.

const QUERY = 'How many needles?'
const TEXTS = [{ id: 'a.txt', text: 'needle\n'.repeat(50) }]

let place: string
let writ: Writ

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-one-'))
})

afterEach(async () => {
  await writ.close()
  await rm(place, { recursive: true, force: true })
})

async function open(options: WritOptions = {}): Promise<void> {
  writ = await createWrit({ home: join(place, 'home'), ...options })
}

const ask = (): Promise<Answer> => writ.completion({ query: QUERY, context: TEXTS })

/** A run that is suspended at its first step. */
async function suspended(): Promise<string> {
  const suspend = new AbortController()
  const asked = writ.completion({
    query: QUERY,
    context: TEXTS,
    strategy: 'recurse',
    suspend: suspend.signal,
    onEvent: ({ type }) => {
      if (type === 'frame.open') suspend.abort()
    },
  })
  await expect(asked).rejects.toMatchObject({ code: 'SUSPENDED' })
  return await writ.find('last')
}

async function holds({ evidence }: Answer): Promise<void> {
  const { ok, verdicts } = await writ.verify(evidence ?? '')
  expect(verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(ok).toBe(true)
}

it('resumes, erases and asks again what it asked before', async () => {
  await open()
  const run = await suspended()
  const answer = await writ.resume(run)
  expect(answer).toMatchObject({ run, status: 'complete' })
  expect(await writ.resume(run)).toMatchObject({ run, value: answer.value })
  await holds(answer)
  expect(await writ.replay(run)).toMatchObject({ outcome: 'IDENTICAL' })
  await writ.erase(run, 'no longer needed')
  expect(await writ.show(run)).toMatchObject({ question: null })
  expect(await writ.erasures.isLeft(run)).toBe(false)
  expect(existsSync(join(writ.home, 'keys', 'runs', `${run}.key`))).toBe(false)
  const again = await ask()
  expect(again).toMatchObject({ status: 'complete', value: answer.value })
  await holds(again)
})

it('aborts a run that it suspended, which is not resumed then', async () => {
  await open()
  const run = await suspended()
  const evidence = await writ.abort(run, 'nobody waits for it')
  await expect(writ.resume(run)).rejects.toMatchObject({ code: 'RUN_ENDED' })
  expect(await writ.abort(run, 'again')).toBe(evidence)
})

it('signs with new keys from their rotation on', async () => {
  await open()
  const before = await ask()
  for (const role of ['operator', 'log'] as const) {
    expect(await writ.keys.rotate(role, { reason: 'yearly' })).toMatchObject({ logged: true })
    await holds(await ask())
  }
  await holds(before)
  expect(await writ.log.audit()).toMatchObject({ faults: [], open: [] })
})

it('holds, releases and expires what it wrote', async () => {
  await open()
  const { run } = await writ.completion({ query: QUERY, context: TEXTS, retention: 'short' })
  const expiry = { retention: { short: 1 }, now: Date.now() + 2 * 86_400_000 }
  await writ.holds.set(run, 'a claim')
  await expect(writ.erase(run, 'r')).rejects.toMatchObject({ code: 'LEGAL_HOLD' })
  expect(await writ.expire(expiry)).toMatchObject({ runs: [{ run, outcome: 'refused', code: 'LEGAL_HOLD' }] })
  await writ.holds.release(run, 'settled')
  expect(await writ.expire(expiry)).toMatchObject({ runs: [{ run, outcome: 'erased' }] })
  expect(await writ.doctor()).toSatisfy((findings: Awaited<ReturnType<Writ['doctor']>>) =>
    findings.every(({ ok }) => ok),
  )
})

it('erases nothing beside a run that is being written, and that run goes on', async () => {
  let answered: (reply: unknown) => void = () => undefined
  let calls = 0
  const model = objectThat(() => {
    calls += 1
    return new Promise((resolve) => {
      answered = resolve
    })
  })
  await open({ model })
  const first = ask()
  await expect.poll(() => calls).toBe(1)
  answered(replied(block('FINAL("one")')))
  const { run } = await first
  const second = writ.completion({ query: QUERY, context: TEXTS, strategy: 'recurse' })
  await expect.poll(() => calls).toBe(2) // a run is listed before its model is asked
  await expect(writ.erase(run, 'r')).rejects.toMatchObject({ code: 'RUN_BUSY' })
  const going = await writ.find('last')
  await expect(writ.resume(going)).rejects.toMatchObject({ code: 'RUN_BUSY' })
  await expect(writ.abort(going, 'r')).rejects.toMatchObject({ code: 'RUN_BUSY' })
  answered(replied(block('FINAL("two")')))
  const answer = await second
  expect(answer.status).toBe('complete')
  await holds(answer)
  await writ.erase(run, 'now')
})
