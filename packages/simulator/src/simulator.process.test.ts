import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Script, type Simulator, type SimulatorOptions, startSimulator } from './index.ts'

let simulator: Simulator | undefined

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
})

async function start(script: Script, more: Omit<SimulatorOptions, 'script'> = {}): Promise<Simulator> {
  simulator = await startSimulator({ script, ...more })
  return simulator
}

interface Ask {
  readonly content?: string
  readonly key?: string
  readonly signal?: AbortSignal
  readonly more?: object
  readonly headers?: Record<string, string>
}

function post(
  { url }: Simulator,
  { content = 'hello', key, signal, more, headers }: Ask = {},
): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }),
    ...(signal === undefined ? {} : { signal }),
  })
}

describe('startSimulator', () => {
  it('answers with text and honest usage, and keeps a journal without secrets', async () => {
    const sim = await start((request) => `you said ${request.prompt}`)
    const response = await post(sim, { headers: { authorization: 'Bearer sk-secret' } })
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'you said hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
    })
    expect(response.headers.get('x-request-id')).toBe('sim-1')
    const [entry] = sim.journal().entries
    expect(entry).toMatchObject({
      model: 'm',
      authorization: true,
      promptChars: 5,
      status: 200,
      outcome: 'text',
    })
    expect(JSON.stringify(sim.journal())).not.toContain('sk-secret')
  })

  it('streams the same text and usage as events that end with [DONE]', async () => {
    const long = 'word '.repeat(300)
    const sim = await start(() => long)
    const response = await post(sim, { more: { stream: true, stream_options: { include_usage: true } } })
    const events = (await response.text()).split('\n\n').filter((event) => event !== '')
    expect(events.at(-1)).toBe('data: [DONE]')
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.replace('data: ', '')))
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(long)
    expect(chunks.at(-1).usage.completion_tokens).toBe(375)
  })

  it.each([
    ['missing', undefined],
    [
      { input: 1_000_000, output: -5 },
      { prompt_tokens: 1_000_000, completion_tokens: -5, total_tokens: 999_995 },
    ],
  ] as const)('sends usage as told: %j', async (usage, expected) => {
    const sim = await start(() => ({ kind: 'text', text: 'x', usage }))
    const body = (await (await post(sim)).json()) as { usage?: unknown }
    expect(body.usage).toEqual(expected)
    expect(sim.journal()).toMatchObject({ inputTokens: 2, outputTokens: 1 })
  })

  it('cuts a text to the tokens asked for and says so', async () => {
    const sim = await start(() => 'x'.repeat(100))
    const body = await (await post(sim, { more: { max_tokens: 5 } })).json()
    expect(body).toMatchObject({
      choices: [{ message: { content: 'x'.repeat(20) }, finish_reason: 'length' }],
    })
  })

  it('sends error statuses with Retry-After', async () => {
    const sim = await start(() => ({ kind: 'status', status: 429, retryAfter: '7', message: 'slow down' }))
    const response = await post(sim)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    expect(await response.json()).toMatchObject({ error: { message: 'slow down' } })
  })

  it('resets connections before and after the headers, which is no abort by the client', async () => {
    const sim = await start(({ prompt }) => ({ kind: 'reset', afterHeaders: prompt === 'late' }))
    await expect(post(sim)).rejects.toThrow()
    const late = await post(sim, { content: 'late' })
    await expect(late.text()).rejects.toThrow()
    expect(sim.journal().entries.map((entry) => entry.abortedByClient)).toEqual([false, false])
  })

  it('ends its half of the connection inside a reply, which is no abort by the client', async () => {
    const sim = await start(({ prompt }) => ({ kind: 'halfClose', sized: prompt === 'sized' }))
    const sized = await post(sim, { content: 'sized' })
    await expect(sized.text()).rejects.toThrow()
    // Nothing tells the client that there was to be more.
    const unsized = await (await post(sim, { content: 'unsized' })).text()
    expect(() => JSON.parse(unsized)).toThrow()
    await expect.poll(() => sim.journal().entries.every(({ doneMs }) => doneMs !== null)).toBe(true)
    expect(sim.journal().entries.map((entry) => entry.abortedByClient)).toEqual([false, false])
  })

  it('leaves the other half of the connection to the client', async () => {
    const sim = await start(() => ({ kind: 'halfClose', sized: true }))
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    const socket = connect({ port: sim.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    socket.resume()
    await once(socket, 'end')
    expect(sim.journal().entries[0]?.doneMs).toBe(null)
    socket.end()
    await expect.poll(() => sim.journal().entries[0]?.doneMs).not.toBe(null)
  })

  it('sends a reply a byte at a time until the client leaves, and records that', async () => {
    const sim = await start(() => ({ kind: 'trickle' }))
    const { body } = await post(sim)
    const reader = body?.getReader()
    // The first piece is the beginning; each after it is a byte.
    await reader?.read()
    for (let n = 0; n < 3; n += 1) expect((await reader?.read())?.value?.length).toBeLessThan(20)
    await reader?.cancel()
    await expect.poll(() => sim.journal().entries[0]?.abortedByClient).toBe(true)
  })

  it('answers 200 with a body that is no JSON', async () => {
    const sim = await start(() => ({ kind: 'malformed' }))
    const response = await post(sim)
    expect(response.status).toBe(200)
    await expect(response.json()).rejects.toThrow()
  })

  it('hangs until the client leaves, and records that', async () => {
    const sim = await start(() => ({ kind: 'hang' }))
    await expect(post(sim, { signal: AbortSignal.timeout(100) })).rejects.toThrow()
    await expect.poll(() => sim.journal().entries[0]?.abortedByClient).toBe(true)
  })

  it('answers an equal key from its store without running again', async () => {
    const sim = await start(({ n }) => `run ${n}`, { honourKeys: true })
    const texts = []
    for (const key of ['a', 'a', 'b']) texts.push(await contentOf(post(sim, { key })))
    expect(texts).toEqual(['run 1', 'run 1', 'run 3'])
    expect(sim.journal()).toMatchObject({ requests: 3, duplicates: 1 })
    expect(sim.journal().entries.map((entry) => entry.outputTokens)).toEqual([2, 0, 2])
  })

  it('finishes work a client has left and gives it to the retry', async () => {
    const sim = await start(({ n }) => ({ kind: 'text', text: `run ${n}`, delayMs: 300 }), {
      honourKeys: true,
    })
    await expect(post(sim, { key: 'a', signal: AbortSignal.timeout(50) })).rejects.toThrow()
    expect(await contentOf(post(sim, { key: 'a' }))).toBe('run 1')
    expect(sim.journal()).toMatchObject({ duplicates: 1, aborted: 1, outputTokens: 2 })
  })

  it('does not keep an empty reply under a key', async () => {
    const sim = await start(({ n }) => (n === 1 ? '' : `run ${n}`), { honourKeys: true })
    expect(await contentOf(post(sim, { key: 'a' }))).toBe('')
    expect(await contentOf(post(sim, { key: 'a' }))).toBe('run 2')
  })

  it('does not keep errors under a key, nor honour keys unless asked', async () => {
    const failing: Script = ({ n }) => (n === 1 ? { kind: 'status', status: 500 } : `run ${n}`)
    const sim = await start(failing, { honourKeys: true })
    expect((await post(sim, { key: 'a' })).status).toBe(500)
    expect(await contentOf(post(sim, { key: 'a' }))).toBe('run 2')
    await sim.stop()
    const plain = await start(({ n }) => `run ${n}`)
    expect(await contentOf(post(plain, { key: 'a' }))).toBe('run 1')
    expect(await contentOf(post(plain, { key: 'a' }))).toBe('run 2')
  })

  it('counts requests in flight', async () => {
    const all = Promise.withResolvers<void>()
    const sim = await start(({ n }) => {
      if (n === 7) all.resolve()
      return { kind: 'text', text: 'x', until: all.promise }
    })
    await Promise.all(Array.from({ length: 7 }, () => post(sim)))
    await post(sim)
    expect(sim.journal()).toMatchObject({ requests: 8, maxConcurrent: 7 })
  })

  it('serves its models, its journal and a reset over HTTP', async () => {
    const sim = await start(() => 'x', { models: ['one', 'two'] })
    await post(sim)
    const control = sim.url.replace('/v1', '/__sim')
    expect(await (await fetch(`${sim.url}/models`)).json()).toMatchObject({
      data: [{ id: 'one' }, { id: 'two' }],
    })
    expect(await (await fetch(`${control}/stats`)).json()).toMatchObject({ requests: 1 })
    await fetch(`${control}/reset`, { method: 'POST' })
    expect(await (await fetch(`${control}/stats`)).json()).toMatchObject({ requests: 0, entries: [] })
  })

  it.each(['no json', '{}', '{"model":"m"}'])('refuses %s with 400', async (body) => {
    const sim = await start(() => 'x')
    expect((await fetch(`${sim.url}/chat/completions`, { method: 'POST', body })).status).toBe(400)
  })

  it('answers 500 with the words of a script that throws', async () => {
    const sim = await start(() => {
      throw new Error('no such turn')
    })
    const response = await post(sim)
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('no such turn')])
  })
})

async function contentOf(response: Promise<Response>): Promise<unknown> {
  const body = (await (await response).json()) as { choices: { message: { content: unknown } }[] }
  return body.choices[0]?.message.content
}
