import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, type SimRequest } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodeOf } from '../cli/exit-code.ts'
import type { CompletionOptions, WritOptions } from '../index.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Answers that are compared with those of other frames before they leave.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

/** Asks; the evidence holds and the run is done again as it was. */
async function ask(
  script: Script,
  votes: number,
  asked: Partial<CompletionOptions> = {},
  options: Partial<WritOptions> = {},
): Promise<Answer> {
  const { answer } = await home.ask(script, options, { verify: [`votes:${votes}`], ...asked })
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toEqual({ outcome: 'IDENTICAL', steps: answer.usage.steps, at: null })
  return answer
}

const said = ({ messages }: SimRequest): string => messages.map(({ content }) => content).join('\n')
const isVoter = (request: SimRequest): boolean => said(request).includes('depth 1 of')
const released = (value: unknown): string => block(`FINAL(${JSON.stringify(value)})`)

/** The root answers by its turns; the frames that vote, each in one turn, with one value after another. */
function polled(root: readonly unknown[], ...votes: readonly unknown[]): Script {
  let asked = 0
  return (request) => {
    if (!isVoter(request)) return released(root[Math.min(request.turns, root.length - 1)])
    asked += 1
    return released(votes[asked - 1])
  }
}

describe('votes', () => {
  it('are asked for by the host, however many steps the frame has used up', async () => {
    const looping: Script = (request) =>
      isVoter(request) || request.turns > 0
        ? released(1)
        : block('for (let n = 0; n < 9; n += 1) await budget()')
    const answer = await ask(looping, 2, { limits: { frameSteps: 9 } })
    expect(answer.checks).toMatchObject([{ outcome: 'passed' }])
  })

  it('that agree let an answer leave, and no more are asked than agreement takes', async () => {
    const answer = await ask(polled([{ ends: '2027' }], { ends: ' 2027' }), 3)
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [
        {
          check: 'votes',
          outcome: 'passed',
          checked: 1,
          failed: 0,
          code: null,
          votes: { asked: 3, came: 2, agreeing: 2, again: 0 },
          problems: [],
        },
      ],
      usage: { frames: 2, modelCalls: 2 },
    })
    expect(exitCodeOf(answer)).toBe(0)
    const spawn = await home.within(async (writ) => (await writ.show(answer.run)).frames)
    expect(spawn.map(({ lane }) => lane)).toEqual(['0', '0.1'])
  })

  it('that differ at a leaf are asked again for that leaf alone', async () => {
    const asked: string[] = []
    const votes = polled(
      [{ name: 'Acme', ends: 2027 }],
      { name: 'Acme', ends: 2028 },
      { name: 'ACME', ends: 2029 },
      { '/ends': 2027 },
      { '/ends': 2027 },
    )
    const answer = await ask((request) => {
      if (isVoter(request)) asked.push(request.prompt)
      return votes(request)
    }, 3)
    expect(answer).toMatchObject({
      status: 'complete',
      value: { name: 'Acme', ends: 2027 },
      checks: [
        {
          outcome: 'passed',
          checked: 2,
          votes: { asked: 3, came: 3, agreeing: 1, again: 1 },
          problems: ['/ends: 3 of 5 say 2027, 1 say 2028, 1 say 2029'],
        },
      ],
      usage: { frames: 5 },
    })
    expect(asked.map((prompt) => prompt.includes('Find what is missing'))).toEqual([false, false, true, true])
    expect(asked[2]).toContain('{"ends":"?","name":"Acme"}')
    // A voter hears of no other: neither of the value, nor of what was said against it.
    expect(asked.join('\n')).not.toMatch(/202[789]/)
  })

  it('that outvote the answer send it back, and are not asked for again', async () => {
    const answer = await ask(polled(['A', 'B'], 'B', 'b'), 3)
    expect(answer).toMatchObject({
      status: 'complete',
      value: 'B',
      checks: [{ outcome: 'passed', votes: { came: 3, agreeing: 2 } }],
      usage: { frames: 3, modelCalls: 4 },
    })
    const releases = await home.within(async (writ) => (await writ.show(answer.run)).steps)
    expect(releases.filter(({ kind }) => kind === 'output.release').map(({ code }) => code)).toEqual([
      'CHECKS_FAILED',
      null,
    ])
  })

  it('that stay against an answer are told beside it, and its exit says that it did not pass', async () => {
    const answer = await ask(polled(['A'], 'B', 'B'), 3)
    expect(answer).toMatchObject({
      status: 'complete',
      value: 'A',
      checks: [{ outcome: 'failed', failed: 1, problems: ['the value: 1 of 3 say "A", 2 say "B"'] }],
      usage: { frames: 3 },
    })
    expect(exitCodeOf(answer)).toBe(6)
    const checks = answer.checks?.map((check) => ({ ...check, votes: { ...check.votes, agreeing: 2 } }))
    const { verdicts } = await home.verify({ ...answer, checks } as Answer)
    expect(verdicts.filter(({ result }) => result === 'fail')).toMatchObject([{ code: 'ANSWER_MISMATCH' }])
  })

  it('that can change nothing any more are cancelled on their way, and charged what they may cost', async () => {
    let asked = 0
    const answer = await ask((request) => {
      if (!isVoter(request)) return released('A')
      asked += 1
      // Of the first two neither agrees, and so both of the others would have to.
      return asked < 4 ? released(`other ${asked}`) : { kind: 'hang' }
    }, 5)
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [{ outcome: 'failed', votes: { asked: 5, came: 4, agreeing: 1 } }],
      usage: { frames: 5, boundCalls: 1 },
    })
  })

  it('are answers to the same question: with its schema, by the same strategy, or by its script', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } as const
    const typed = await ask(polled([{ n: 1 }], { n: 1 }), 2, { schema })
    expect(typed).toMatchObject({ value: { n: 1 }, checks: [{ outcome: 'passed' }] })
    const direct = await ask(() => 'Forty-two.', 3, { strategy: 'direct' })
    expect(direct).toMatchObject({ checks: [{ outcome: 'passed' }], usage: { frames: 2, modelCalls: 2 } })
    const claims = { strategy: 'script:verify-claims', input: { claims: ['needle'] } } as const
    const followed = await ask(() => 'YES', 3, claims)
    expect(followed).toMatchObject({ checks: [{ outcome: 'passed' }], usage: { frames: 2, modelCalls: 2 } })
    const card = await home.within((writ) =>
      writ.plan({ query: 'x', context: 'a needle', ...claims, verify: ['votes:3'] }),
    )
    expect(card).toMatchObject({ bound: { calls: 3, requests: 12 }, votes: { asked: 3, frames: 2 } })
  })

  it('that come to nothing leave an answer unchecked, as does prose, which is never compared', async () => {
    const alone = await ask(polled(['A']), 3, {}, { limits: { maxDepth: 0 } })
    expect(alone).toMatchObject({ value: 'A', checks: [{ outcome: 'undone', code: 'DEPTH_EXCEEDED' }] })
    const prose = await ask(polled(['word '.repeat(50)]), 3)
    expect(prose).toMatchObject({
      status: 'complete',
      checks: [{ outcome: 'undone', code: 'PROSE', votes: { asked: 3, came: 0 } }],
      usage: { frames: 1 },
    })
    expect(exitCodeOf(prose)).toBe(6)
  })

  it('are refused under a bundle that knows no voter, before anything runs', async () => {
    const policy = await bundleThat(join(home.place, 'policy'), ({ profiles }) => delete profiles.voter)
    const refused = home.ask(polled(['A']), { policy }, { verify: ['votes:3'] })
    await expect(refused).rejects.toMatchObject({ code: 'BAD_POLICY' })
    await expect(home.ask(polled(['A']), {}, { verify: ['votes:1'] })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })
})
