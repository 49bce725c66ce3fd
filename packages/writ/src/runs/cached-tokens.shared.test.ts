import { block, type Script, withPromptCache } from '@writ/simulator'
import { expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// Input tokens that a provider says it had cached, told wherever a charge is told. The model is scripted.

const here = testRuns()
const { run, verified } = here

const CACHED = 7
/** More than one record of a result describes. */
const ITEMS = 70

const script: Script = (request) => {
  const usage = {
    raw: { prompt_tokens: 20, completion_tokens: 2, prompt_tokens_details: { cached_tokens: CACHED } },
  }
  if (request.task === null) return { kind: 'text', text: 'ok', usage }
  const asked = `const all = await llm_query_batched(Array.from({ length: ${ITEMS} }, (_, n) => 'item ' + n))`
  return { kind: 'text', text: block(request.turns === 0 ? asked : 'FINAL(all.length)'), usage: 'missing' }
}

it('are in the answer, the run as it is shown, its report and its traces', async () => {
  const { answer } = await run(script)
  expect(answer).toMatchObject({ status: 'complete', usage: { cachedInputTokens: ITEMS * CACHED } })
  await verified(answer)
  const view = await here.writ?.show(answer.run)
  expect(view).toMatchObject({ cachedInputTokens: ITEMS * CACHED })
  const leaf = view?.steps.find(({ op }) => op === 'leaf')
  expect(leaf?.cachedInputTokens).toBe(ITEMS * CACHED)
  const page = await textOf(here.writ?.export(answer.run, { format: 'html' }))
  expect(page).toContain('Input tokens that a provider had cached, among them</th><td class="n">490</td>')
  expect(page).toContain('(490 cached)')
  const traces = await textOf(here.writ?.export(answer.run, { format: 'otlp' }))
  expect(traces).toMatch(/"gen_ai\.usage\.cache_read\.input_tokens","value":\{"intValue":"?490/)
})

it('are all that went out before, turn by turn, in the root and in its children', async () => {
  const turns = (code: string): Script => {
    return ({ turns }) => block(turns < 8 ? `print('step ${turns} ' + 'x'.repeat(400))` : code)
  }
  const root = turns("FINAL(await rlm_query('SIMTASK:child look', { scope: 'inherit' }))")
  const child = turns("FINAL('done')")
  const sent = new Map<string | null, number[]>()
  const { answer } = await run(
    withPromptCache((request) => {
      const chars = request.messages.reduce((sum, { content }) => sum + content.length, 0)
      sent.set(request.task, [...(sent.get(request.task) ?? []), Math.ceil(chars / 4)])
      return request.task === 'child' ? child(request) : root(request)
    }),
  )
  expect(answer).toMatchObject({ status: 'complete', value: 'done' })
  const frames = [...sent.values()]
  expect(frames.map((own) => own.length)).toEqual([9, 9])
  // What a frame sent last is new; all it sent before was sent once more.
  const again = frames.flatMap((own) => own.slice(0, -1)).reduce((sum, tokens) => sum + tokens, 0)
  const { cachedInputTokens = 0, inputTokens } = answer.usage
  expect(cachedInputTokens).toBeGreaterThanOrEqual(again - frames.flat().length)
  expect(cachedInputTokens / inputTokens).toBeGreaterThan(0.7)
})

async function textOf(pieces: AsyncIterable<string> | undefined): Promise<string> {
  let text = ''
  for await (const piece of pieces ?? []) text += piece
  return text
}
