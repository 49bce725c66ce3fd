import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanCard, TextSource } from '@writ/contract'
import { block, type Reply, type Script } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit } from '../index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

// How a question is answered when nobody says how. A plan card says the same before, and a replay finds it again.

const here = testRuns()
const { run, verified } = here

const FILLER = 'The parties met and talked about the weather at some length.\n'.repeat(200)
const CONTEXT: readonly TextSource[] = [
  { id: 'acme.txt', text: `${FILLER}The Acme agreement was signed by Jane Roe.\n${FILLER}` },
  { id: 'other.txt', text: FILLER },
]
const QUESTION = 'Who signed the Acme agreement?'
const SMALL = { contextWindow: 16_000 } as const

interface Came {
  readonly card: PlanCard
  readonly prompts: readonly string[]
  readonly chosen: string | undefined
  readonly answer: Awaited<ReturnType<typeof run>>['answer']
}

/** Asks, holds the plan card against what was done, and does it again from its record. */
async function asked(
  script: Script,
  more: Partial<CompletionOptions> = {},
  options: { readonly contextWindow?: number } = SMALL,
): Promise<Came> {
  const prompts: string[] = []
  const question = { query: QUESTION, context: CONTEXT, ...more }
  const { answer, requests } = await run(
    (request) => {
      prompts.push(request.prompt)
      return script(request)
    },
    { options, asked: { strategy: 'auto', ...question } },
  )
  const { writ } = here
  if (writ === undefined) throw new Error('nothing has run')
  const card = await writ.plan({ strategy: 'auto', ...question })
  const { steps } = await writ.show(answer.run)
  const step = steps.find(({ kind }) => kind === 'strategy.chosen')
  expect([step?.op, step?.about]).toEqual([card.strategy, card.reason])
  expect(requests).toBeLessThanOrEqual(card.bound.requests)
  expect(answer.usage.inputTokens + answer.usage.outputTokens).toBeLessThanOrEqual(card.bound.tokens)
  expect(card.expected).not.toBeNull()
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  await verified(answer)
  return { card, prompts, chosen: step?.about ?? undefined, answer }
}

/** One reply after another, and then the last one again. */
function sequence(replies: readonly (Reply | string)[]): Script {
  let next = 0
  return () => replies[Math.min(next++, replies.length - 1)] ?? ''
}

const inTurns = block("FINAL('in turns')")

describe('a question that names what it looks up, over more than fits', () => {
  it('is answered in one call over every passage that names it', async () => {
    const { answer, prompts, chosen } = await asked(
      () => 'Jane Roe. [acme.txt] "The Acme agreement was signed by Jane Roe."',
    )
    expect(chosen).toBe('question-names-what-it-looks-up')
    expect(answer).toMatchObject({ status: 'complete', basis: 'model', usage: { modelCalls: 1 } })
    expect(answer.citations).toMatchObject([{ doc: 'acme.txt', start: FILLER.length }])
    expect(prompts[0]?.length).toBeLessThan(20_000)
  })

  it('goes on in turns where the model says that they do not answer it', async () => {
    const { answer } = await asked(sequence(['UNANSWERED.', inTurns]))
    expect(answer).toMatchObject({ status: 'complete', value: 'in turns', usage: { modelCalls: 2 } })
  })

  it('goes on where it was cut off, on either way', async () => {
    const { answer } = await asked(({ messages }) =>
      messages.some(({ content }) => content.includes('UNANSWERED')) ? 'UNANSWERED' : inTurns,
    )
    const home = join(here.place, 'home')
    const size = await countRecords(home, answer.run)
    for (let kept = 2; kept < size; kept += 2) {
      const cut = join(here.place, `cut-${kept}`)
      await cutRun(home, answer.run, kept, cut)
      const writ = await createWrit({ home: cut, apiKey: 'x' })
      try {
        expect((await writ.resume(answer.run)).value).toBe('in turns')
        expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
      } finally {
        await writ.close()
      }
    }
  })

  it.each<[string, Partial<CompletionOptions>]>([
    ['names nothing that is there', { query: 'Who signed the Initech agreement?' }],
    ['has a word that stands nowhere beside the name', { query: 'Who revoked the Acme agreement?' }],
    [
      'names what stands at more places than are shown',
      { context: [...CONTEXT, { id: 'more.txt', text: `Acme is here.\n${FILLER}`.repeat(20) }] },
    ],
    ['may take one turn only', { limits: { maxTurns: 1 } }],
  ])('asks no more than it would in turns where it %s', async (_, more) => {
    const { answer, chosen } = await asked(sequence([inTurns]), more)
    expect(chosen).toBe('question-names-what-it-looks-up')
    expect(answer).toMatchObject({ value: 'in turns', usage: { modelCalls: 1 } })
  })

  it('goes on in turns where its answer does not fit, does not pass, or is refused by the provider', async () => {
    const typed = { schema: { type: 'string', enum: ['Jane Roe', 'in turns'] } } as const
    expect((await asked(sequence(['"John Doe"', inTurns]), typed)).answer.value).toBe('in turns')
    expect((await asked(sequence(['"Jane Roe"']), typed)).answer.value).toBe('Jane Roe')
    const cited = await asked(sequence(['Jane Roe signed it.', block('FINAL(null)')]), {
      verify: ['citations'],
    })
    expect(cited.answer.usage.modelCalls).toBeGreaterThan(1)
    const refused = await asked(sequence([{ kind: 'status', status: 400 }, inTurns]))
    expect(refused.answer.value).toBe('in turns')
  })

  it('is not tried for what needs all of the corpus, and not where everything fits', async () => {
    const all = await asked(sequence([inTurns]), { query: 'Who signed all of the Acme agreements?' })
    expect(all.chosen).toBe('context-exceeds-half-the-window')
    const fits = await asked(() => 'Jane Roe.', {}, {})
    expect(fits.chosen).toBe('context-fits-half-the-window')
    expect(fits.card.bound).toMatchObject({ calls: 2, requests: 8, held: true })
  })
})

describe('a script in reach', () => {
  const LAW = `export const meta = {
  name: 'signer',
  answers: ['Who signed the {what} agreement?'],
  input: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] },
}
const [best] = await search(input.what, { k: 1 })
FINAL(await llm_query('Who signed?', { spans: [best] }))
`
  const inReach = async (text: string): Promise<Partial<CompletionOptions>> => {
    const file = join(here.place, 'signer.js')
    await writeFile(file, text)
    return { scripts: [file] }
  }

  it('that says that it answers the question is followed, with what the question gives it', async () => {
    const { answer, card, chosen } = await asked(() => 'Jane Roe', await inReach(LAW))
    expect(chosen).toBe('script-answers-the-question')
    expect(card).toMatchObject({ script: { name: 'signer' }, bound: { calls: 1, held: true } })
    expect(answer).toMatchObject({ status: 'complete', value: 'Jane Roe', usage: { modelCalls: 1 } })
    expect((await here.writ?.show(answer.run))?.script?.name).toBe('signer')
  })

  it.each<[string, string, Partial<CompletionOptions>]>([
    ['does not say so', LAW.replace(/ {2}answers.*\n/, ''), {}],
    ['takes another input', LAW.replaceAll('what: {', 'which: {').replace("['what']", "['which']"), {}],
    ['cannot give the shape that is asked for', LAW, { schema: { type: 'string' } }],
    ['is not asked for, but a strategy is', LAW, { strategy: 'recurse' }],
  ])('that %s is not followed', async (_, text, more) => {
    const { answer } = await asked(sequence(['UNANSWERED', inTurns]), { ...(await inReach(text)), ...more })
    expect(answer.value).toBe('in turns')
    expect((await here.writ?.show(answer.run))?.script ?? null).toBeNull()
  })
})
