import { type HostCall, type HostReply, type Perform, type StepName, WritError } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { BadArguments, pythonCall } from './bad-arguments.ts'
import { guestError } from './guest-error.ts'
import { readCall } from './guest-functions.ts'

/** Records the step a call performs and answers it. */
function performing(answer: unknown): { perform: Perform; asked: { name: StepName; request: unknown }[] } {
  const asked: { name: StepName; request: unknown }[] = []
  const perform = ((name: StepName, request: unknown) => {
    asked.push({ name, request })
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }) as Perform
  return { perform, asked }
}

async function answerCall(asked: HostCall, perform: Perform): Promise<HostReply> {
  try {
    return { ok: true, json: await readCall(asked).run(perform) }
  } catch (error) {
    return { ok: false, error: guestError(error) }
  }
}

const call = (name: string, ...args: unknown[]): HostCall => ({
  id: 0,
  name,
  argsJson: JSON.stringify(args),
})

it('tells Python how Python calls a function', () => {
  expect.assertions(2)
  try {
    readCall(call('llm_query'))
  } catch (error) {
    if (!(error instanceof BadArguments)) throw error
    expect(error.message).toMatch(/^Call it as llm_query\(prompt, \{model\?, /)
    expect(error.saidAs(pythonCall('llm_query')).message).toMatch(
      /^Call it as llm_query\(prompt, model=None, [^→]*\): Invalid input: expected string/,
    )
  }
})

it('puts a full stop between what went wrong and what to do', () => {
  const said = (message: string): string =>
    guestError(new WritError('BAD_SPAN', message, { next: 'Ask less.' })).message
  expect(said('it has 9 bytes')).toBe('it has 9 bytes. Ask less.')
  expect(said('Why?')).toBe('Why? Ask less.')
})

describe('arguments become one step', () => {
  it.each([
    ['search', ['q', 5], 'context.search', { query: 'q', k: 5 }],
    ['search', ['q', { docs: ['a'] }], 'context.search', { query: 'q', docs: ['a'] }],
    ['grep', ['p', { ignoreCase: true }], 'context.grep', { pattern: 'p', ignoreCase: true }],
    ['docs', ['apache'], 'context.docs', { match: 'apache' }],
    ['docs', [{ type: 'pdf' }], 'context.docs', { where: { type: ['pdf'] } }],
    [
      'search',
      [
        'q',
        { k: 2, glob: ['a/**', 'b'], label: { level: 'internal', categories: ['PII'] }, since: '2024-02' },
      ],
      'context.search',
      { query: 'q', k: 2, where: { glob: ['a/**', 'b'], label: ['internal:PII'], since: '2024-02' } },
    ],
    [
      'grep',
      ['p', { before: 1, type: ['code', 'data'], until: '2024-02-29' }],
      'context.grep',
      { pattern: 'p', before: 1, where: { type: ['code', 'data'], until: '2024-02-29' } },
    ],
    ['read', ['a', 1, 2], 'context.read', { doc: 'a', start: 1, end: 2 }],
    ['read', [{ doc: 'a', start: 1, end: 2 }], 'context.read', { doc: 'a', start: 1, end: 2 }],
    ['read', ['a'], 'context.read', { doc: 'a' }],
    [
      'rlm_query_batched',
      [['x', { prompt: 'y', scope: 'inherit' }]],
      'frame.spawn',
      { children: [{ goal: 'x' }, { goal: 'y', scope: 'inherit' }] },
    ],
    [
      'llm_query_batched',
      [['x', { prompt: 'y', schema: { type: 'null' } }], { schema: { type: 'string' } }],
      'model.call',
      {
        prompts: [
          { prompt: 'x', schema: { type: 'string' } },
          { prompt: 'y', schema: { type: 'null' } },
        ],
      },
    ],
    [
      'rlm_query_batched',
      [['x', { prompt: 'y', schema: { type: 'null' } }], { schema: { type: 'string' } }],
      'frame.spawn',
      {
        children: [
          { goal: 'x', schema: { type: 'string' } },
          { goal: 'y', schema: { type: 'null' } },
        ],
      },
    ],
    ['rlm_query', ['x', 'some text'], 'frame.spawn', { children: [{ goal: 'x', context: 'some text' }] }],
    [
      'rlm_query',
      ['x', { scope: [{ doc: 'a', start: 0, end: 1 }, 'a', 'b'] }],
      'frame.spawn',
      { children: [{ goal: 'x', scope: ['a', 'b'] }] },
    ],
  ])('%s(%j)', async (name, args, step, request) => {
    const { perform, asked } = performing([{ ok: true, value: { valueJson: '1', citations: [] } }])
    await answerCall(call(name, ...args), perform)
    expect(asked).toEqual([{ name: step, request }])
  })

  it.each([
    ['search', [123]],
    ['grep', [{}]],
    ['read', []],
    ['read', ['a', -1]],
    ['llm_query', [{ prompt: 'x' }]],
    ['llm_query_batched', ['not a list']],
    ['rlm_query_batched', [[]]],
    ['cite', ['a']],
    ['no_such_name', []],
  ])('%s(%j) makes no step', (name, args) => {
    expect(() => readCall(call(name, ...args))).toThrow(BadArguments)
  })

  it('knows no name that only objects have', () => {
    expect(() => readCall(call('constructor'))).toThrow('There is no function constructor.')
  })
})

describe('batches', () => {
  const failed = { ok: false as const, error: new WritError('MODEL_FAILED', 'boom') }
  const outcomes = [{ ok: true as const, value: '"a"' }, failed, { ok: true as const, value: '"c"' }]

  it('gives the values in order when all succeed', async () => {
    const { perform } = performing([
      { ok: true, value: '"a"' },
      { ok: true, value: '{"n":1}' },
    ])
    const reply = await answerCall(call('llm_query_batched', ['x', 'y']), perform)
    expect(reply).toEqual({ ok: true, json: '["a",{"n":1}]' })
  })

  it('rejects with every completed result when one fails, never with text in its place', async () => {
    const { perform } = performing(outcomes)
    const reply = await answerCall(call('llm_query_batched', ['x', 'y', 'z']), perform)
    if (reply.ok) throw new Error('It should have failed.')
    expect(reply.error.name).toBe('BatchError')
    const { results } = JSON.parse(reply.error.dataJson ?? '') as { results: unknown[] }
    expect(results).toMatchObject([
      { ok: true, value: 'a' },
      { ok: false, error: { code: 'MODEL_FAILED' } },
      { ok: true, value: 'c' },
    ])
  })

  it('settles when asked to', async () => {
    const { perform } = performing(outcomes)
    const reply = await answerCall(call('llm_query_batched', ['x', 'y', 'z'], { settle: true }), perform)
    expect(reply.ok).toBe(true)
  })

  it('passes a child value through as the bytes it was', async () => {
    const { perform } = performing([
      { ok: true, value: { valueJson: '{"big":12345678901234567890}', citations: [] } },
    ])
    expect(await answerCall(call('rlm_query', 'x'), perform)).toEqual({
      ok: true,
      json: '{"big":12345678901234567890}',
    })
  })
})

it('turns a denial into a typed error with the policy ids and what to do', async () => {
  const denied = new WritError('POLICY_DENIED', 'no', {
    data: { policies: ['forbid.x'], reason: 'clearance' },
  })
  const { perform } = performing(denied)
  const reply = await answerCall(call('search', 'q'), perform)
  if (reply.ok) throw new Error('It should have failed.')
  expect(reply.error.name).toBe('PolicyDenied')
  expect(reply.error.message).toContain('Read something else')
  expect(JSON.parse(reply.error.dataJson ?? '')).toMatchObject({
    code: 'POLICY_DENIED',
    policies: ['forbid.x'],
  })
})
