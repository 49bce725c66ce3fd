import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { label } from '@writ/contract'
import { block, type Script, type Simulator, startSimulator } from '@writ/simulator'
import { generateObject, generateText, type ModelMessage, Output, streamText, tool } from 'ai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createWrit, type LanguageModelOptions, type Writ, type WritOptions } from '../../index.ts'
import { clearedBundle } from '../cleared-bundle.fixture.ts'

// The AI SDK over governed runs. The model under them is scripted.

globalThis.AI_SDK_LOG_WARNINGS = false

const TEXTS = [
  { id: 'a.txt', text: 'Alpha has a needle.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]
const OVER: LanguageModelOptions = { context: TEXTS, strategy: 'recurse' }
const PROMPT = 'SIMTASK:test What has a needle?'

let place: string
let simulator: Simulator
let writ: Writ

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-sdk-'))
})

afterEach(async () => {
  await writ.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function start(script: Script, options: Partial<WritOptions> = {}): Promise<void> {
  simulator = await startSimulator({ script })
  const home = join(place, 'home')
  writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url, apiKey: 'x', ...options })
}

/** Finds the needle and cites it. */
const finding: Script = () =>
  block(`const { matches } = await grep('needle'); await cite(matches[0], 'needle'); FINAL('Alpha')`)

async function runs(): Promise<readonly string[]> {
  return (await writ.runs()).map(({ status }) => status)
}

describe('generateText', () => {
  it('gives what the run released, what it used, cites and rests on, and where its evidence lies', async () => {
    await start(finding)
    const result = await generateText({ model: writ.languageModel(OVER), prompt: PROMPT, temperature: 0 })
    expect(result.text).toBe('Alpha')
    expect(result.finishReason).toBe('stop')
    expect(result.sources).toMatchObject([{ sourceType: 'document', id: 'a.txt' }])
    expect(result.warnings).toMatchObject([{ type: 'unsupported', feature: 'temperature' }])
    const known = result.providerMetadata?.writ
    expect(known).toMatchObject({
      status: 'complete',
      basis: 'model',
      citations: [{ doc: 'a.txt', quote: 'needle' }],
    })
    expect(result.usage.inputTokens).toBeGreaterThan(0)
    expect((await writ.verify(known?.evidence as string)).ok).toBe(true)
  })

  it('knows its own answer when it comes back, with its label, and no answer that was changed', async () => {
    const texts = [{ id: 'a.txt', text: 'Alpha has a needle.\n' }]
    await start(finding)
    const secret = writ.languageModel({
      ...OVER,
      context: texts,
      label: label('confidential', ['PII'], true),
    })
    const first = await generateText({ model: secret, prompt: PROMPT })
    const messages: ModelMessage[] = [
      { role: 'user', content: PROMPT },
      ...first.responseMessages,
      { role: 'user', content: 'SIMTASK:test And what else?' },
    ]
    const second = await generateText({ model: writ.languageModel(OVER), messages })
    const { run, label: held } = second.providerMetadata?.writ ?? {}
    expect(held).toBe('confidential:PII (untrusted)')
    expect((await writ.show(run as string)).conversation).toMatchObject({
      messages: 2,
      follows: [first.providerMetadata?.writ?.run],
    })
    const changed = JSON.parse(JSON.stringify(messages).replaceAll('"Alpha"', '"Beta"')) as ModelMessage[]
    await expect(generateText({ model: writ.languageModel(OVER), messages: changed })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })

  it.each<[string, Script, Partial<LanguageModelOptions>, string]>([
    ['a limit', () => block('print(1)'), { limits: { maxTurns: 2 } }, 'length'],
    ['a failure', () => ({ kind: 'status', status: 400 }), {}, 'error'],
  ])('tells that %s ended the run, and makes no text of it', async (_, script, more, reason) => {
    await start(script)
    const result = await generateText({ model: writ.languageModel({ ...OVER, ...more }), prompt: PROMPT })
    expect([result.text, result.finishReason]).toEqual(['', reason])
    expect(result.providerMetadata?.writ?.reason).toEqual(expect.any(String))
  })

  it('tells that policy kept the answer back, and makes no text of it', async () => {
    await start(finding, { policy: await clearedBundle(join(place, 'cleared'), 'secret') })
    const model = writ.languageModel({ ...OVER, label: label('secret') })
    const result = await generateText({ model, prompt: PROMPT })
    expect([result.text, result.finishReason]).toEqual(['', 'content-filter'])
    expect(JSON.stringify(result.providerMetadata)).not.toContain('Alpha')
  })

  it('rejects when it is aborted, and the run ends recorded', async () => {
    const asked = Promise.withResolvers<void>()
    await start(() => {
      asked.resolve()
      return { kind: 'hang' }
    })
    const stop = new AbortController()
    const going = generateText({ model: writ.languageModel(OVER), prompt: PROMPT, abortSignal: stop.signal })
    await asked.promise
    stop.abort()
    await expect(going).rejects.toMatchObject({ name: 'AbortError' })
    expect(await runs()).toEqual(['failed'])
  })

  it('rejects with the reason of its signal also before the run has begun', async () => {
    await start(finding)
    const reason = new Error('the user left')
    const model = writ.languageModel(OVER)
    const abortSignal = AbortSignal.abort(reason)
    await expect(generateText({ model, prompt: PROMPT, abortSignal })).rejects.toBe(reason)
    const parts = await read(await model.doStream({ prompt: [user(PROMPT)], abortSignal }))
    expect(parts.at(-1)).toEqual({ type: 'error', error: reason })
    expect(simulator.journal().requests).toBe(0)
  })

  it.each(['auto', 'required', { type: 'tool', toolName: 'weather' }] as const)(
    'refuses tools before anything is asked: %j',
    async (toolChoice) => {
      await start(finding)
      const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: () => 'sunny' })
      const asked = { model: writ.languageModel(OVER), prompt: PROMPT, tools: { weather } }
      await expect(generateText({ ...asked, toolChoice })).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('calls no tools of its caller, and was given weather'),
      })
      expect(simulator.journal().requests).toBe(0)
      const { text, warnings } = await generateText({ ...asked, toolChoice: 'none' })
      expect([text, warnings]).toMatchObject(['Alpha', [{ feature: 'tools' }]])
    },
  )

  it('refuses what is no text before anything is made', async () => {
    await start(finding)
    const picture = { type: 'file', mediaType: 'image/png', data: new Uint8Array(8) } as const
    const messages: ModelMessage[] = [{ role: 'user', content: [picture, { type: 'text', text: 'x' }] }]
    const going = generateText({ model: writ.languageModel(OVER), messages })
    await expect(going).rejects.toMatchObject({ code: 'USAGE' })
    expect(simulator.journal().requests).toBe(0)
  })
})

describe('an object', () => {
  const schema = z.object({ letter: z.string(), count: z.number() })

  it('is what the run released, as the schema wants it', async () => {
    let asked = ''
    await start((request) => {
      asked = request.prompt
      return block(`FINAL({ letter: 'Alpha', count: 1 })`)
    })
    const model = writ.languageModel(OVER)
    expect((await generateObject({ model, schema, prompt: PROMPT })).object).toEqual({
      letter: 'Alpha',
      count: 1,
    })
    expect(asked).toContain('"letter"')
    const { output } = await generateText({ model, prompt: PROMPT, output: Output.object({ schema }) })
    expect(output).toEqual({ letter: 'Alpha', count: 1 })
  })

  it('is an error of the AI SDK where the run released something else', async () => {
    await start(() => block(`FINAL('three')`))
    const going = generateObject({ model: writ.languageModel(OVER), schema, prompt: PROMPT })
    await expect(going).rejects.toMatchObject({ name: 'AI_NoObjectGeneratedError' })
  })
})

describe('streamText', () => {
  it('tells progress as reasoning, without a word of content, and the text once it is released', async () => {
    await start(finding)
    const result = streamText({ model: writ.languageModel(OVER), prompt: PROMPT })
    const types: string[] = []
    for await (const part of result.stream) types.push(part.type)
    expect(await result.text).toBe('Alpha')
    expect(types.lastIndexOf('reasoning-delta')).toBeLessThan(types.indexOf('text-start'))
    const told = await result.reasoningText
    expect(told).toContain('frame 0: grep ok')
    expect(told).not.toMatch(/needle|Alpha|a\.txt/)
    expect((await result.providerMetadata)?.writ).toMatchObject({ status: 'complete' })
  })

  it('streams nothing that was not released', async () => {
    await start(finding, { policy: await clearedBundle(join(place, 'cleared'), 'secret') })
    const denied = writ.languageModel({ ...OVER, label: label('secret') })
    const parts = await read(await denied.doStream({ prompt: [user(PROMPT)] }))
    expect(JSON.stringify(parts)).not.toMatch(/Alpha|needle|a\.txt/)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'content-filter' } })
  })

  it('is ended by an abort in mid-stream, and so is the run', async () => {
    await start((request) => (request.turns === 0 ? block('print(1)') : { kind: 'hang' }))
    const stop = new AbortController()
    const { stream } = await writ
      .languageModel(OVER)
      .doStream({ prompt: [user(PROMPT)], abortSignal: stop.signal })
    const parts: LanguageModelV4StreamPart[] = []
    for await (const part of stream) {
      parts.push(part)
      if (part.type === 'reasoning-delta' && part.delta.includes('cell ok')) stop.abort()
    }
    expect(parts.at(-1)).toMatchObject({ type: 'error', error: { name: 'AbortError' } })
    expect(parts.some(({ type }) => type === 'text-start' || type === 'finish')).toBe(false)
    expect(await runs()).toEqual(['failed'])
  })

  it('ends the run when its reader goes away, and waits for none that only stops reading', async () => {
    await start((request) => (request.turns === 0 ? block('print(1)') : { kind: 'hang' }))
    const { stream } = await writ.languageModel(OVER).doStream({ prompt: [user(PROMPT)] })
    for await (const part of stream)
      if (part.type === 'reasoning-delta' && part.delta.includes('cell ok')) break
    await expect.poll(runs).toEqual(['failed'])
    await writ.close()
    await simulator.stop()
    await start(finding)
    const unread = await writ.languageModel(OVER).doStream({ prompt: [user(PROMPT)] })
    await expect.poll(runs).toEqual(['complete', 'failed'])
    expect((await read(unread)).at(-1)).toMatchObject({ type: 'finish' })
  })

  it('serves two readers at once in one home', async () => {
    await start((request) =>
      block(`FINAL(${JSON.stringify(request.messages[1]?.content.includes('one') ? 'one' : 'two')})`),
    )
    const model = writ.languageModel(OVER)
    const texts = await Promise.all(
      ['one', 'two'].map(async (name) => await streamText({ model, prompt: `SIMTASK:test ${name}?` }).text),
    )
    expect(texts).toEqual(['one', 'two'])
    expect(await runs()).toEqual(['complete', 'complete'])
    for (const { run } of await writ.runs()) expect((await writ.verify(writ.evidencePath(run))).ok).toBe(true)
  })
})

describe('a stream of a run', () => {
  it('gives its events, then its answer', async () => {
    await start(finding)
    const seen: string[] = []
    const events = await readFile(new URL('../../../../../docs/reference/events.md', import.meta.url), 'utf8')
    const [, page = ''] = events.split('## A run while it goes on')
    const heard: string[] = []
    const onEvent = (event: { readonly type: string }): void => void heard.push(event.type)
    const stream = writ.stream({ query: PROMPT, ...OVER, onEvent })
    for await (const event of stream) {
      seen.push(event.type)
      const [row = ''] = page.match(new RegExp(`^\\| \`${event.type}\` \\| .*`, 'm')) ?? []
      for (const member of Object.keys(event)) if (member !== 'type') expect(row).toContain(`\`${member}\``)
    }
    const answer = await stream.answer
    expect(answer.answer).toBe('Alpha')
    expect(seen).toEqual(heard)
    expect([seen.at(-1), new Set(seen)]).toEqual([
      'answer',
      new Set(['ingest', 'run.open', 'frame.open', 'decision', 'step', 'frame.close', 'answer']),
    ])
  })

  it('ends with the error of a question that cannot be asked', async () => {
    await start(finding)
    const stream = writ.stream({ query: '', context: TEXTS })
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'USAGE' })
  })
})

function user(text: string): { role: 'user'; content: { type: 'text'; text: string }[] } {
  return { role: 'user', content: [{ type: 'text', text }] }
}

async function read({
  stream,
}: {
  readonly stream: ReadableStream<LanguageModelV4StreamPart>
}): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
