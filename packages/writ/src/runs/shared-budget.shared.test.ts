import { setTimeout as pause } from 'node:timers/promises'
import { label, type RunEvent } from '@writ/contract'
import { block, type Script, type SimRequest } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Frames of different labels that draw on one share of the budget while their steps overlap. The model is scripted.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})

afterAll(() => home.close())

const CONTEXT = [
  { id: 'low.txt', text: 'Alpha.\n', label: label('internal', [], true) },
  { id: 'high.txt', text: 'Beta.\n', label: label('confidential', [], true) },
]
const SCOPE = "scope: 'inherit'"
const ASKS: Readonly<Record<string, string>> = {
  // Its calls are decided at once; the last goes out when the first has come back.
  low: "FINAL(await Promise.all(['first', 'also', 'second'].map((prompt) => llm_query(prompt))))",
  high: `await llm_query('before'); await read('high.txt'); FINAL(await rlm_query('SIMTASK:under x', { ${SCOPE} }))`,
  under: "FINAL('from under')",
}
const BATCH = `const got = await rlm_query_batched(['high', 'low'].map((name) => ({ prompt: 'SIMTASK:' + name + ' go', ${SCOPE} })))`

/** `low` asks when `high` has, which goes on when `low` has asked; its first calls come back when the child below `high` is open. */
function scriptThat(opened: Promise<void>): Script {
  const [before, first] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const waits: Readonly<Record<string, Promise<unknown>>> = {
    low: before.promise,
    before: first.promise,
    first: opened,
    also: opened.then(() => pause(200)),
  }
  const said = ({ task, turns, prompt }: SimRequest): string => {
    if (task === null) return `said ${prompt}`
    if (task !== 'test') return block(ASKS[task] ?? 'FINAL(0)')
    return block(turns === 0 ? BATCH : 'FINAL(got)')
  }
  return (request) => {
    if (request.prompt === 'before') before.resolve()
    if (request.prompt === 'first') first.resolve()
    const until = waits[request.task ?? request.prompt]
    return { kind: 'text', text: said(request), ...(until === undefined ? {} : { until }) }
  }
}

it('a call that was decided before another frame drew on the share verifies, whenever it goes out', async () => {
  const opened = Promise.withResolvers<void>()
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'frame.open' && event.parent === '0.1') opened.resolve()
  }
  const script = scriptThat(opened.promise)
  const limits = { concurrency: 2, maxDepth: 3 }
  const { answer } = await home.ask(script, { limits }, { context: CONTEXT, onEvent })
  expect(answer.value).toEqual(['from under', ['said first', 'said also', 'said second']])
  const { steps } = await home.within((writ) => writ.show(answer.run))
  const [first, , second] = steps.filter(({ lane, op }) => lane === '0.2' && op === 'leaf')
  const drew = steps.find(({ lane, kind }) => lane === '0.1' && kind === 'frame.spawn')
  const order = [first, drew, second].map((step) => step?.seq ?? -1)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  const { verdicts } = await home.verify(answer)
  expect(verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
  expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
})
