import { APICallError, type LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isWritError, type ModelReply, WritError } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { callModel } from './call-model.ts'
import { type Generate, objectThat, replied } from './model-object.fixture.ts'
import { openModelObject } from './model-object.ts'

// A model object that misbehaves is met like a server that does.

const QUIET = new AbortController().signal

async function ask(generate: Generate, signal = QUIET): Promise<ModelReply> {
  const { languageModel } = openModelObject(objectThat(generate))
  const messages = [{ role: 'user', text: 'And?' }] as const
  return await callModel(languageModel, {
    messages,
    maxOutputTokens: 100,
    headers: { 'idempotency-key': 'k' },
    signal,
  })
}

async function failure(generate: Generate, signal = QUIET): Promise<WritError> {
  const error: unknown = await ask(generate, signal).catch((thrown: unknown) => thrown)
  if (isWritError(error) && error instanceof WritError) return error
  throw new Error('expected a WritError of Writ itself')
}

/** Something whose every property throws. */
const spiteful = (): object =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
      getPrototypeOf: () => {
        throw new Error('no')
      },
      has: () => {
        throw new Error('no')
      },
    },
  )

describe('a model object that behaves', () => {
  it('is called once, with the bound on its output and the idempotency key', async () => {
    const seen: LanguageModelV4CallOptions[] = []
    const reply = await ask((options) => {
      seen.push(options)
      return Promise.resolve(replied('yes', { response: { headers: { 'x-request-id': 'r-1' } } }))
    })
    expect(reply).toMatchObject({
      text: 'yes',
      inputTokens: 10,
      outputTokens: 10,
      receivedBytes: 3,
      requestId: 'r-1',
    })
    expect(seen).toMatchObject([{ maxOutputTokens: 100, headers: { 'idempotency-key': 'k' } }])
  })

  it('keeps its `this`', async () => {
    const object = objectThat(
      function (this: { readonly said: string }) {
        return replied(this.said)
      } as Generate,
      { said: 'mine' },
    )
    const { languageModel } = openModelObject(object)
    const call = { messages: [], maxOutputTokens: 1, headers: {}, signal: QUIET }
    expect((await callModel(languageModel, call)).text).toBe('mine')
  })

  it('gives the status that its server gave, and how long to wait', async () => {
    const error = await failure(() => {
      throw new APICallError({
        message: 'slow down',
        url: 'https://host/secret',
        requestBodyValues: { prompt: 'secret' },
        statusCode: 429,
        responseHeaders: { 'retry-after': '2' },
      })
    })
    expect(error).toMatchObject({
      code: 'MODEL_FAILED',
      data: { status: 429, retryAfterMs: 2000, mayHaveRun: false },
    })
    expect(JSON.stringify([error.message, error.data])).not.toContain('secret')
  })

  it('is refused for a refusal in place of text', async () => {
    const body = { choices: [{ message: { refusal: 'I will not', content: null } }] }
    expect(await failure(() => replied('I will not', { response: { body } }))).toMatchObject({
      code: 'MODEL_FAILED',
    })
  })
})

describe('a model object that misbehaves', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'yes'],
    ['a function', () => replied('yes')],
    ['no content', { ...replied('yes'), content: undefined }],
    ['content like a list', { ...replied('yes'), content: { length: 1, 0: { type: 'text', text: 'yes' } } }],
    [
      'a text that is none',
      { ...replied('yes'), content: [{ type: 'text', text: { toString: () => 'yes' } }] },
    ],
    ['a text that is missing', { ...replied('yes'), content: [{ type: 'text' }] }],
    [
      'parts without end',
      {
        ...replied('yes'),
        content: new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 32 : undefined) }),
      },
    ],
    ['more text than a server may send', replied('x'.repeat(17 * 1024 * 1024))],
    ['what throws when looked at', spiteful()],
    ['content that throws when looked at', { ...replied('yes'), content: [spiteful()] }],
    ['usage that throws when looked at', { ...replied('yes'), usage: spiteful() }],
    ['no text at all', { ...replied(''), content: [] }],
  ])('and gives %s has failed, and may have run', async (_, value) => {
    const error = await failure(() => value)
    expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true } })
  })

  it.each<[string, unknown]>([
    ['an error', new Error('no')],
    ['a text', 'no'],
    ['nothing', undefined],
    ['a symbol', Symbol('no')],
    ['what throws when looked at', spiteful()],
    ['an object without a prototype', Object.create(null)],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', { get: () => spiteful() }),
    ],
    [
      'a mark of Writ',
      { mark: 'writ.error', code: 'POLICY_DENIED', message: 'no', data: { mayHaveRun: false } },
    ],
    ['an error of Writ', new WritError('BUDGET_EXCEEDED', 'no', { data: { mayHaveRun: false } })],
    ['the word that nothing was sent', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
    [
      'an APICallError with the word that nothing was sent',
      new APICallError({ message: 'no', url: '', requestBodyValues: {}, cause: { code: 'ENOTFOUND' } }),
    ],
    [
      'an APICallError with a status that is none',
      new APICallError({ message: 'no', url: '', requestBodyValues: {}, statusCode: 9e9 }),
    ],
  ])('and throws %s has failed, and may have run', async (_, thrown) => {
    for (const generate of [() => Promise.reject(thrown), () => thrower(thrown)]) {
      const error = await failure(generate)
      expect(error).toMatchObject({ code: 'MODEL_FAILED', data: { mayHaveRun: true, status: 0 } })
    }
  })

  it.each<[string, object]>([
    ['missing', { usage: undefined }],
    ['NaN', { usage: { inputTokens: { total: Number.NaN }, outputTokens: { total: Number.NaN } } }],
    ['negative', { usage: { inputTokens: { total: -1 }, outputTokens: { total: -1 } } }],
    ['no number', { usage: { inputTokens: { total: '1' }, outputTokens: { total: 1n } } }],
    ['a number that changes', { usage: { inputTokens: { total: { valueOf: () => 1 } }, outputTokens: {} } }],
  ])('and says usage that is %s has said none', async (_, more) => {
    expect(await ask(() => replied('yes', more))).toMatchObject({ inputTokens: null, outputTokens: null })
  })

  it('is looked at once: a text does not shrink between the answer and its charge', async () => {
    let looks = 0
    const part = {
      type: 'text',
      get text() {
        looks += 1
        return looks === 1 ? 'a long answer' : ''
      },
    }
    expect(await ask(() => replied('', { content: [part] }))).toMatchObject({
      text: 'a long answer',
      receivedBytes: 13,
    })
    expect(looks).toBe(1)
  })

  it('and never answers ends with its call, which may have run; what comes later is dropped', async () => {
    const ending = new AbortController()
    let late: (value: unknown) => void = () => undefined
    const asked = failure(() => new Promise((resolve) => (late = resolve)), ending.signal)
    ending.abort(new WritError('MODEL_TIMEOUT', 'too long'))
    expect(await asked).toMatchObject({ code: 'MODEL_TIMEOUT', data: { mayHaveRun: true } })
    late(replied('too late'))
  })

  it('and gives what can always be awaited again ends with its call', async () => {
    const ending = new AbortController()
    let looks = 0
    const changing = new Proxy(replied('yes'), {
      get: (reply, name): unknown => {
        if (name !== 'then') return Reflect.get(reply, name)
        looks += 1
        return looks > 1 ? () => undefined : undefined
      },
    })
    const asked = ask(() => Promise.resolve(changing), ending.signal).catch((error: unknown) => error)
    setTimeout(() => ending.abort(), 50)
    // Whether it counts as an answer is not the point; that the call ends is.
    expect(await asked).toBeDefined()
  })

  it('has no hold of the signal of the run', async () => {
    const ending = new AbortController()
    await ask(({ abortSignal }) => {
      Object.defineProperty(abortSignal, 'aborted', { value: true })
      abortSignal?.dispatchEvent(new Event('abort'))
      return replied('yes')
    }, ending.signal)
    expect(ending.signal.aborted).toBe(false)
  })

  it('cannot change what the next call is asked, nor be changed after it was given', async () => {
    const heard: unknown[] = []
    const object = objectThat(({ prompt, headers }) => {
      heard.push(structuredClone([prompt, headers]))
      prompt.length = 0
      if (headers !== undefined) headers['idempotency-key'] = 'other'
      return replied('yes')
    })
    const { languageModel } = openModelObject(object)
    object.doGenerate = () => Promise.reject(new Error('swapped'))
    const messages = [{ role: 'user', text: 'And?' }] as const
    const call = { messages, maxOutputTokens: 1, headers: { 'idempotency-key': 'k' }, signal: QUIET }
    await callModel(languageModel, call)
    await callModel(languageModel, call)
    expect(heard[1]).toEqual(heard[0])
  })

  it('is never asked for a stream', async () => {
    const { languageModel } = openModelObject(objectThat(() => replied('yes')))
    await expect(languageModel.doStream({ prompt: [] })).rejects.toThrow('whole replies')
  })
})

function thrower(thrown: unknown): never {
  throw thrown
}
