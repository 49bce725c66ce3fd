import { join } from 'node:path'
import { APICallError } from '@ai-sdk/provider'
import { block, type Script, sequence } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createWrit } from '../index.ts'
import { objectThat, replied } from '../models/model-object.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// Values with a declared shape, asked of a scripted model that keeps to it, or does not. Each run is done again.

const ROW = {
  type: 'object',
  properties: { n: { type: 'integer' } },
  required: ['n'],
  additionalProperties: false,
}
const ROW_TEXT = JSON.stringify(ROW)

let home: ScriptedHome

beforeEach(async () => {
  home = await scriptedHome()
})

afterEach(async () => {
  await home.close()
})

/** A root that takes these turns, and a leaf. */
function script(cells: readonly string[], leaf: Script): Script {
  const turns = sequence(cells.map((code) => block(code)))
  return (request) => (request.task === null ? leaf(request) : turns(request))
}

/** Asks, and gives the answer once its evidence holds and it was done again identically. */
async function asked(
  cells: readonly string[],
  leaf: Script,
  more: Parameters<ScriptedHome['ask']>[2] = {},
  options: Parameters<ScriptedHome['ask']>[1] = {},
): Promise<Awaited<ReturnType<ScriptedHome['ask']>>['answer']> {
  const { answer } = await home.ask(script(cells, leaf), options, more)
  const report = await home.verify(answer)
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  return answer
}

const CAUGHT = `const told = (error) => ({ name: error.name, code: error.code, message: error.message });`

describe('a sub-call with a schema', () => {
  it('gives its value, fenced or bare, at the cost of one request', async () => {
    const leaf: Script = ({ prompt }) => (prompt === 'fenced' ? '```json\n{"n":1}\n```' : '{"n":2}')
    const answer = await asked(
      [
        `FINAL([await llm_query('fenced', { schema: ${ROW_TEXT} }), await llm_query('bare', { schema: ${ROW_TEXT} })])`,
      ],
      leaf,
    )
    expect(answer.value).toEqual([{ n: 1 }, { n: 2 }])
    expect(answer.usage.modelCalls).toBe(3)
  })

  it('is asked again once, with the errors, and its second answer counts', async () => {
    const leaf: Script = ({ prompt }) =>
      prompt.includes('does not fit')
        ? prompt.includes('/n must be of type integer')
          ? '{"n":7}'
          : 'no'
        : '{"n":"seven"}'
    const answer = await asked([`FINAL(await llm_query('how many?', { schema: ${ROW_TEXT} }))`], leaf)
    expect(answer.value).toEqual({ n: 7 })
    expect(answer.usage.modelCalls).toBe(3)
    const steps = (await home.within((writ) => writ.show(answer.run))).steps
    expect(steps.filter(({ op }) => op === 'leaf')).toHaveLength(2)
  })

  it('fails with an error of its own when it never fits', async () => {
    const answer = await asked(
      [
        `${CAUGHT} try { await llm_query('x', { schema: ${ROW_TEXT} }) } catch (error) { FINAL(told(error)) }`,
      ],
      () => 'I would rather not.',
    )
    expect(answer.value).toMatchObject({
      name: 'InvalidReply',
      code: 'INVALID_REPLY',
      message: expect.stringContaining('it is no JSON'),
    })
    expect(answer.usage.modelCalls).toBe(3)
  })

  it('is one item of a batch when it fails; each item has the schema it was given', async () => {
    const leaf: Script = ({ prompt }) => {
      if (prompt.includes('does not fit')) return 'still wrong'
      return (
        { first: '{"n":1}', second: '"a text"', third: '{"n":"wrong"}', fourth: 'any text' }[prompt] ??
        'unexpected'
      )
    }
    const answer = await asked(
      [
        `const got = await llm_query_batched([
           'first', { prompt: 'second', schema: { type: 'string' } }, 'third', { prompt: 'fourth', schema: {} },
         ], { schema: ${ROW_TEXT}, settle: true })
         FINAL(got.map((item) => item.ok ? item.value : item.error.code))`,
      ],
      (request) => (request.prompt === 'fourth' ? '"any"' : leaf(request)),
    )
    expect(answer.value).toEqual([{ n: 1 }, 'a text', 'INVALID_REPLY', 'any'])
    // The turn, four items, and the third once more.
    expect(answer.usage.modelCalls).toBe(6)
  })

  it('keeps the others when it fails in a batch that is not settled', async () => {
    const answer = await asked(
      [
        `try { await llm_query_batched(['good', 'bad'], { schema: ${ROW_TEXT} }) }
         catch (error) { FINAL({ name: error.name, results: error.results }) }`,
      ],
      ({ prompt }) => (prompt === 'good' ? '{"n":1}' : 'bad'),
    )
    expect(answer.value).toMatchObject({
      name: 'BatchError',
      results: [
        { ok: true, value: { n: 1 } },
        { ok: false, error: { name: 'InvalidReply' } },
      ],
    })
  })

  it('takes no ten megabytes, no number that would become another, and shows its model a part of what it said', async () => {
    const long: number[] = []
    const leaf: Script = ({ prompt, messages }) => {
      const said = messages.find(({ role }) => role === 'assistant')
      if (said !== undefined) long.push(JSON.stringify(said).length)
      if (prompt.includes('does not fit')) return '12345678901234567890'
      return `"${'x'.repeat(10 * 1024 * 1024)}"`
    }
    const answer = await asked(
      [`${CAUGHT} try { await llm_query('x', { schema: {} }) } catch (error) { FINAL(told(error)) }`],
      leaf,
    )
    expect(answer.value).toMatchObject({ message: expect.stringContaining('cannot be held exactly') })
    expect(long[0]).toBeLessThan(5_000)
  })

  it('is refused for a schema nobody should check by, and nothing is sent', async () => {
    const hostile = [
      '{ $ref: "https://example.com/x" }',
      '{ $ref: "#" }',
      '{ pattern: "(?=a)" }',
      '{ enum: Array.from({ length: 100000 }, (_, n) => n) }',
      'JSON.parse("{\\"properties\\":{\\"__proto__\\":{}}}")',
      'Array.from({ length: 70 }).reduce((inner) => ({ not: inner }), {})',
      '7',
    ]
    const answer = await asked(
      [
        `const codes = []
         for (const schema of [${hostile.join(', ')}])
           for (const ask of [() => llm_query('x', { schema }), () => rlm_query('x', { schema })])
             try { await ask(); codes.push('asked') } catch (error) { codes.push(error.name) }
         FINAL(codes)`,
      ],
      () => 'unexpected',
    )
    expect(answer.value).toEqual(hostile.flatMap(() => ['BadSchema', 'BadSchema']))
    expect(answer.usage.modelCalls).toBe(1)
  })

  it('is asked in JSON mode, and without it where a server refuses that', async () => {
    const modes: unknown[] = []
    const languageModel = objectThat(({ responseFormat, prompt }) => {
      if (JSON.stringify(prompt).includes('SIMTASK:test'))
        return replied(block(`FINAL(await llm_query('x', { schema: ${ROW_TEXT} }))`))
      modes.push(responseFormat ?? null)
      if (responseFormat === undefined) return replied('{"n":4}')
      throw new APICallError({ message: 'no such mode', url: '', requestBodyValues: {}, statusCode: 400 })
    })
    const writ = await createWrit({
      home: join(home.place, 'home'),
      model: { languageModel, contextWindow: 32_000 },
    })
    try {
      const answer = await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse' })
      expect(answer.value).toEqual({ n: 4 })
      expect(modes).toEqual([{ type: 'json' }, null])
      expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    } finally {
      await writ.close()
    }
  })

  it('gives a value of the type that its zod schema says', async () => {
    const schema = z.array(z.object({ name: z.string(), mail: z.email(), born: z.iso.date() }))
    const value = [{ name: 'Ada', mail: 'ada@example.org', born: '1815-12-10' }]
    const turns = [
      block(`FINAL([{ name: 'Ada', mail: 'nobody', born: '1815-02-30' }])`),
      block(`FINAL(${JSON.stringify(value)})`),
    ]
    const languageModel = objectThat(({ prompt }) =>
      replied(turns[prompt.filter(({ role }) => role === 'assistant').length] ?? ''),
    )
    const writ = await createWrit({
      home: join(home.place, 'home'),
      model: { languageModel, contextWindow: 32_000 },
    })
    try {
      const answer = await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse', schema })
      expectTypeOf(answer.value).toEqualTypeOf<{ name: string; mail: string; born: string }[] | null>()
      expect(answer.value).toEqual(value)
      const refined = schema.refine((rows) => rows.length > 0)
      await expect(
        writ.completion({ query: QUESTION, context: TEXTS, schema: refined }),
      ).rejects.toMatchObject({
        code: 'BAD_SCHEMA',
        message: expect.stringContaining('runs code'),
      })
    } finally {
      await writ.close()
    }
  })

  it('is cancelled with its frame, and done again so', async () => {
    const answer = await asked(
      [`const late = llm_query('x', { schema: ${ROW_TEXT} }).catch(() => 0); FINAL('done')`],
      () => '{"n":1}',
    )
    expect(answer.value).toBe('done')
  })
})

describe('a child with a schema', () => {
  const parent =
    (options: string): Script =>
    (request) => {
      if (request.task === 'child')
        return request.prompt.includes('must be of type integer')
          ? block('FINAL({ n: 3 })')
          : block("FINAL({ n: 'three' })")
      return block(
        `${CAUGHT} try { FINAL(await rlm_query('SIMTASK:child x', { schema: ${ROW_TEXT}, context: 'a text' ${options} })) } catch (error) { FINAL(told(error)) }`,
      )
    }

  it('is given its release back with the errors until it fits', async () => {
    const { answer } = await home.ask(parent(''))
    expect(answer).toMatchObject({ value: { n: 3 }, status: 'complete' })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('fails when its turns are spent', async () => {
    const stubborn: Script = (request) =>
      request.task === 'child' ? block("FINAL('never')") : parent('')(request)
    const { answer } = await home.ask(stubborn, { limits: { maxTurns: 3 } })
    expect(answer.value).toMatchObject({ name: 'NoAnswer' })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})

describe('a question with a schema', () => {
  const schema = { type: 'array', items: ROW }

  it('is answered by a value that fits; others go back to the frame', async () => {
    const answer = await asked(
      [`FINAL('three')`, `FINAL([{ n: NaN }])`, `FINAL([{ n: 1 }, { n: 2 }])`],
      () => '',
      { schema },
    )
    expect(answer).toMatchObject({ status: 'complete', value: [{ n: 1 }, { n: 2 }] })
  })

  it('tells its frame what is wrong', async () => {
    const answer = await asked(
      [`FINAL([{ n: 1n }])`, `FINAL(1)`],
      () => '',
      { schema },
      { limits: { maxTurns: 2 } },
    )
    expect(answer).toMatchObject({ status: 'incomplete', value: null, basis: null })
    expect(answer.reason).toContain('the value must be of type array, and is number')
  })

  it('is answered at once by a model that reads all of it, or asked once more', async () => {
    const direct = { schema, strategy: 'direct' }
    const once: Script = (request) => (request.prompt.includes('does not fit') ? '[{"n":5}]' : 'five')
    const { answer } = await home.ask(once, {}, direct)
    expect(answer).toMatchObject({ status: 'complete', value: [{ n: 5 }] })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const { answer: none } = await home.ask(() => 'five', {}, direct)
    expect(none).toMatchObject({ status: 'failed', value: null })
    expect(await home.replay(none.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is refused before anything is opened when the schema cannot be used', async () => {
    await expect(home.ask(() => '', {}, { schema: { $ref: 'x' } })).rejects.toMatchObject({
      code: 'BAD_SCHEMA',
    })
    const planned = home.within((writ) =>
      writ.plan({ query: QUESTION, context: TEXTS, schema: { $ref: 'x' } }),
    )
    await expect(planned).rejects.toMatchObject({ code: 'BAD_SCHEMA' })
    expect(await home.within((writ) => writ.runs())).toEqual([])
  })
})
