import { type Answer, type Level, labelsEqual } from '@writ/contract'
import { type AnyRecord, type RecordOf, readEvidence } from '@writ/evidence'
import { block, sequence } from '@writ/simulator'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withEvidence } from '../files/evidence-source.ts'
import { openServices, type Services } from './governed-frames.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'
import { REPEATED } from './scripted-runs.fixture.ts'

// Equal sub-calls share an answer, as far as they have one label. The model is scripted.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})

afterAll(() => home.close())

/** The items of the batches of a run, from its evidence. */
function itemsOf({ evidence }: Answer): Promise<readonly RecordOf<'model.item'>[]> {
  return withEvidence(evidence ?? '', async (source) => {
    const items: RecordOf<'model.item'>[] = []
    for await (const { records } of (await readEvidence(source)).records())
      items.push(...records.filter((record) => record.kind === 'model.item'))
    return items
  })
}

describe('equal sub-calls of a run', () => {
  it('are asked once, at no cost, and the evidence names the step that answers', async () => {
    const { answer } = await home.ask(REPEATED)
    const leaf = ['x!', 'of the children!', 'z!']
    expect(answer.value).toEqual({
      twice: ['x!', 'x!'],
      batch: ['y!', 'x!', 'y!', 'z!', 'w!'],
      again: ['y!', 'z!', 'w!', 'new!'],
      whole: ['y!', 'z!', 'w!'],
      voted: 2,
      fresh: 'x!',
      got: [leaf, leaf],
    })
    // Sent are x, y, z, w, new, two votes, a fresh one and one of the children; the others are turns of three frames.
    expect(answer.usage.modelCalls).toBe(9 + 4 + 2)
    expect(answer.usage.reusedCalls).toBe(1 + 2 + 3 + 3 + 5)
    const report = await home.verify(answer)
    expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(report.verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const items = await itemsOf(answer)
    expect(items.length).toBeGreaterThanOrEqual(3)
    expect(items.filter(({ det }) => det.input === undefined)).toEqual([])
    const { steps } = await home.within((writ) => writ.show(answer.run))
    const unsent = steps.flatMap((step) => (step.unsent === null ? [] : [step]))
    expect(unsent.map(({ items }) => items)).toEqual([0, 3, 1, 0, expect.any(Number), expect.any(Number)])
    expect(unsent.every(({ outcome }) => outcome === 'ok')).toBe(true)
  })

  it('do not keep a frame from sending what another one gave up', async () => {
    const asked = sequence([
      block(`
        const child = rlm_query('SIMTASK:child waits').catch((error) => error.code)
        await llm_query('first')
        const mine = await llm_query('slow')
        FINAL([mine, await child])`),
    ])
    const delays: Readonly<Record<string, number>> = { first: 60, pause: 150, slow: 400 }
    const { answer } = await home.ask((request) => {
      if (request.task === 'child') return block("llm_query('slow'); await llm_query('pause'); FINAL('gone')")
      if (request.task !== null) return asked(request)
      return { kind: 'text', text: 'said', delayMs: delays[request.prompt] ?? 0 }
    })
    expect(answer.value).toEqual(['said', 'gone'])
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('share no answer with what failed', async () => {
    let tries = 0
    const { answer } = await home.ask((request) => {
      if (request.task === null) {
        tries += 1
        return tries === 1 ? { kind: 'status', status: 400 } : 'said'
      }
      return block(
        "const first = await llm_query('q').catch((error) => error.code); FINAL([first, await llm_query('q')])",
      )
    })
    expect(answer.value).toEqual(['MODEL_REJECTED', 'said'])
    expect(answer.usage).not.toHaveProperty('reusedCalls')
  })
})

// Frames that read at different levels and ask the same: the property, over programs made at random.

const READ: Level[] = ['public', 'internal', 'restricted']
const act = fc.oneof(
  fc.constantFrom(...READ).map((level) => `await read('${level}.txt')`),
  fc.integer({ min: 0, max: 2 }).map((name) => `await llm_query('q${name}')`),
  fc.integer({ min: 0, max: 2 }).map((name) => `await llm_query_batched(['q${name}', 'q2', 'q0'])`),
)
const program = fc.record({
  root: fc.array(act, { minLength: 2, maxLength: 5 }),
  kid: fc.array(act, { minLength: 1, maxLength: 4 }),
  ceiling: fc.constantFrom<Level>('internal', 'restricted'),
  scope: fc.constantFrom("'inherit'", "['public.txt']", "['restricted.txt']"),
})

let services: Services

beforeAll(async () => {
  services = await openServices()
})

afterAll(() => services.close())

it('an answer never crosses a label or a share of the budget', async () => {
  const store = await services.store(
    Object.fromEntries(READ.map((level) => [`${level}.txt`, { text: `${level} words`, level }])),
  )
  let reused = 0
  let anew = 0
  const seed = Number(process.env.WRIT_SEED ?? 20_261_126)
  for (const { root, kid, ceiling, scope } of fc.sample(program, { seed, numRuns: 12 })) {
    const spawn = `rlm_query('kid go', { scope: ${scope} }).catch(() => 0)`
    const quiet = (lines: readonly string[]): string =>
      lines.map((line) => `try { ${line} } catch {}`).join('\n')
    const programs = {
      root: [`${quiet(root)}\nawait Promise.all([${spawn}, ${spawn}])\n${quiet(root)}`, 'FINAL(1)'],
      children: { kid: [quiet(kid), 'FINAL(2)'] },
    }
    const { records } = await services.run(store, programs, { ceiling })
    const calls = records.filter((record) => record.kind === 'model.call')
    for (const call of calls) {
      if (call.det.role === 'turn') continue
      anew += call.det.items
      for (const { lane, n, items } of call.det.reused ?? []) {
        reused += items
        const source = calls.find((one) => one.lane === lane && one.n === n)
        expect(source && labelsEqual(source.det.label, call.det.label), `seed ${seed}`).toBe(true)
        expect(shareOf(records, lane)).toBe(shareOf(records, call.lane))
      }
    }
  }
  // It is about something: much was reused, and more than the three questions there are was asked anew.
  expect(reused).toBeGreaterThan(20)
  expect(anew).toBeGreaterThan(3 * 12)
}, 120_000)

/** The frame whose share of the budget a frame draws on. */
function shareOf(records: readonly AnyRecord[], lane: string): string {
  const spawn = records.find((record): record is RecordOf<'frame.spawn'> => {
    return record.kind === 'frame.spawn' && record.det.child === lane
  })
  return spawn === undefined || spawn.det.share !== null ? lane : shareOf(records, spawn.lane)
}
