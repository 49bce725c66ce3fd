import type { Answer } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WritOptions } from '../index.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// A model that answers in prose and never releases.

let home: ScriptedHome

beforeEach(async () => {
  home = await scriptedHome()
})
afterEach(() => home.close())

/** Asks; the evidence holds and the run is done again as it was. */
async function ask(script: Script, limits: WritOptions['limits'] = { maxTurns: 3 }): Promise<Answer> {
  const { answer } = await home.ask(script, { limits })
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toEqual({
    outcome: 'IDENTICAL',
    steps: answer.usage.steps,
    at: null,
  })
  return answer
}

describe('the last prose of a root', () => {
  it('is its answer, incomplete, when the turns are spent', async () => {
    const answer = await ask(sequence(['Let me think.', block('print(1)'), '  The needle is in a.txt.\n']))
    expect(answer).toMatchObject({
      status: 'incomplete',
      answer: 'The needle is in a.txt.',
      usage: { modelCalls: 3 },
    })
    expect(answer.reason).toMatch(
      /^PROSE_ANSWER: The model answered in prose and never released; its last prose is the answer\. Check/,
    )
  })

  it('is that of an earlier turn when later ones had blocks that failed', async () => {
    const answer = await ask(sequence(['It is in a.txt.', block('throw new Error("no")')]))
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'It is in a.txt.' })
  })

  it('counts when a limit ends the turns', async () => {
    const answer = await ask(sequence(['It is in a.txt.', ' ']), { maxCalls: 3 })
    expect(answer).toMatchObject({
      status: 'incomplete',
      answer: 'It is in a.txt.',
      usage: { modelCalls: 3 },
    })
    expect(answer.reason).toContain('PROSE_ANSWER')
  })

  it('counts when the time is over', async () => {
    const script = sequence(['It is in a.txt.', block('await new Promise(() => setTimeout(() => {}, 1)); 1')])
    const slow: Script = (request) => {
      const text = script(request)
      return request.turns > 0 && typeof text === 'string' ? { kind: 'hang' } : text
    }
    for (const timeoutMs of [5_000, 20_000, 60_000]) {
      const answer = await ask(slow, { timeoutMs }).catch(() => undefined)
      if (answer?.usage.modelCalls !== 2) continue // the machine was too busy to get so far
      expect(answer).toMatchObject({ status: 'incomplete', answer: 'It is in a.txt.' })
      expect(answer.reason).toMatch(/^PROSE_ANSWER: .* The frame ended with TIMED_OUT\./)
      return
    }
    throw new Error('the run never got to its second turn')
  }, 180_000)

  it('is none of a turn with blocks, or with what looks like one', async () => {
    for (const turn of [block('print(1)'), '```repl\nconst a = 1', '```python\nprint(1)\n```']) {
      const answer = await ask(sequence([turn]), { maxTurns: 1 })
      expect(answer).toMatchObject({ status: 'incomplete', answer: null })
      expect(answer.reason).toContain('NO_ANSWER')
    }
  }, 180_000)

  it('is not a call that releases a variable nobody has, nor a block that nothing runs', async () => {
    for (const turn of [
      'The answer is in it.\n\nFINAL_VAR(result)',
      '```bash\nls\n```',
      '```\nprint(1)\n```\n',
    ]) {
      const answer = await ask(sequence([block('print(1)'), turn]))
      expect(answer).toMatchObject({ status: 'incomplete', answer: null })
      expect(answer.reason).toMatch(/^NO_ANSWER: /)
    }
    const answer = await ask(sequence(['Run this:\n```bash\nls\n```']))
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'Run this:\n```bash\nls\n```' })
  }, 180_000)

  it('is not what a blank turn says, nor what came before the model failed', async () => {
    for (const turn of [' \n\t', { kind: 'status', status: 400 }] as const) {
      const answer = await ask((request) => (request.turns === 0 ? 'It is in a.txt.' : turn), { maxTurns: 2 })
      expect(answer).toMatchObject({ status: 'failed', answer: null })
    }
  }, 180_000)

  it('gives way to a draft that code left', async () => {
    const answer = await ask(sequence([block("answer.content = 'by code'"), 'It is in a.txt.']))
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'by code' })
    expect(answer.reason).not.toContain('PROSE_ANSWER')
  })

  it('changes nothing for a root that releases', async () => {
    const answer = await ask(sequence(['Let me think.', block('FINAL("released")')]))
    expect(answer).toMatchObject({ status: 'complete', answer: 'released', reason: null })
  })
})

describe('the last prose of a child', () => {
  it('is what its parent gets, and makes the run incomplete', async () => {
    const answer = await ask((request) => {
      if (request.task === 'child') return 'Part of it is in b.txt.'
      return block("FINAL(await rlm_query('SIMTASK:child look', { scope: 'inherit' }))")
    })
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'Part of it is in b.txt.' })
    expect(answer.reason).toContain('A child frame (0.1) answered in prose')
  })
})
