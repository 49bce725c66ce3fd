import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CompletionOptions, verifyFile, type WritOptions } from '../index.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Releases that are checked before they leave: what fails goes back to the root, and the answer says what was checked.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

/** Asks; the evidence holds and the run is done again as it was. */
async function ask(
  script: Script,
  verify: CompletionOptions['verify'],
  limits: WritOptions['limits'] = {},
): Promise<Answer> {
  const { answer } = await home.ask(script, { limits }, verify === undefined ? {} : { verify })
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toEqual({
    outcome: 'IDENTICAL',
    steps: answer.usage.steps,
    at: null,
  })
  return answer
}

const FIND = block("const found = await grep('needle', {}); print(found.matches.length)")
const BARE = block("FINAL({ word: 'needle' })")
const CITED = block("await cite(found.matches[0], 'needle'); FINAL({ word: 'needle' })")

/** The turns of a root, and of the verifiers it opens, one after another. */
function withVerifier(root: readonly string[], ...verifiers: readonly string[]): Script {
  const turn = sequence(root)
  let opened = 0
  return (request) => {
    if (request.messages[0]?.content.startsWith('You are a verifier') !== true) return turn(request)
    if (request.turns === 0) opened += 1
    return verifiers[opened - 1] ?? ''
  }
}

const verdict = (supported: boolean): string =>
  block(`const seen = await read('a.txt');
FINAL([{ claim: 'there is a needle', supported: ${supported}, why: 'a.txt ' + (seen.includes('needle') ? 'says so' : 'is silent') }])`)

describe('citations', () => {
  it('sends a release back that cites nothing, and lets it leave once it does', async () => {
    const answer = await ask(sequence([FIND, BARE, CITED]), ['citations'])
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [{ check: 'citations', outcome: 'passed', checked: 1, failed: 0, code: null, problems: [] }],
      usage: { modelCalls: 3 },
    })
  })

  it('lets a release leave that was sent back twice, and says that it did not pass', async () => {
    const answer = await ask(sequence([FIND, BARE]), ['citations'])
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [{ outcome: 'failed', checked: 1, failed: 1, problems: ['/word stands in no citation'] }],
      usage: { modelCalls: 4 },
    })
    const passed = {
      ...answer,
      checks: answer.checks?.map((check) => ({ ...check, outcome: 'passed' as const })),
    }
    const { verdicts } = await home.verify(passed as Answer)
    expect(verdicts.filter(({ result }) => result === 'fail')).toMatchObject([{ code: 'ANSWER_MISMATCH' }])
  })

  it('tells of a copy that keeps closed what did not pass', async () => {
    const answer = await ask(sequence([FIND, BARE]), ['citations'])
    const out = join(home.place, 'redacted.writ')
    await home.within((writ) =>
      writ.copyEvidence(answer.run, { profile: 'proof', redact: ['problems'], out }),
    )
    const { verdicts } = await verifyFile(out, { trust: join(home.place, 'home', 'trust.json') })
    expect(verdicts.find(({ name }) => name === 'DISCLOSURE')).toMatchObject({
      result: 'pass',
      detail: expect.stringMatching(/redacted: 0\/\d+\/output\.release\/problems\.$/),
    })
  })

  it('looks for each sentence of a text', async () => {
    const told = 'It says "has a needle in its first line".'
    const releases = (text: string): string => block(`await cite(found.matches[0]); FINAL('${text}')`)
    const bare = releases(`There is one. The needle is alone. ${told}`)
    const kept = await ask(sequence([FIND, bare]), ['citations'])
    const problems = [1, 2].map((n) => `sentence ${n} of the value stands in no citation`)
    expect(kept.checks).toMatchObject([{ outcome: 'failed', checked: 3, failed: 2, problems }])
    const answer = await ask(sequence([FIND, bare, releases(`${told} “Alpha has a needle” it is.`)]), [
      'citations',
    ])
    expect(answer.checks).toMatchObject([{ outcome: 'passed', checked: 2, failed: 0 }])
  })

  it('sends nothing back in the last turn', async () => {
    const answer = await ask(sequence([FIND, BARE]), ['citations'], { maxTurns: 2 })
    expect(answer).toMatchObject({ checks: [{ outcome: 'failed' }], usage: { modelCalls: 2 } })
  })

  it('are not checked, and said to be, where nobody asked', async () => {
    expect(await ask(sequence([FIND, BARE]), undefined)).not.toHaveProperty('checks')
  })
})

describe('validators', () => {
  const rows = {
    name: 'rows.js',
    code: "for (const { n } of value) if (!(n > 0)) throw new Error('the row ' + n + ' is not above zero')",
  }
  const few = { name: 'few.js', code: 'value.length < 3' }
  const release = (...numbers: number[]): string =>
    block(`FINAL(${JSON.stringify(numbers.map((n) => ({ n })))})`)

  /** Asks; the evidence holds and the run is done again as it was. */
  async function validated(
    script: Script,
    validators: CompletionOptions['validators'] = [rows, few],
    limits: WritOptions['limits'] = {},
    asked: Partial<CompletionOptions> = {},
  ): Promise<{ readonly answer: Answer; readonly heard: readonly string[] }> {
    const heard: string[] = []
    const listening: Script = (request) => {
      heard.push(request.messages.at(-1)?.content ?? '')
      return script(request)
    }
    const { answer } = await home.ask(listening, { limits }, { validators, ...asked })
    expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    return { answer, heard }
  }

  it('send a value back with what they say, and are told of apart from the status', async () => {
    const { answer, heard } = await validated(sequence([release(1, 0), release(1, 2, 3), release(1, 2)]))
    expect(answer).toMatchObject({
      status: 'complete',
      value: [{ n: 1 }, { n: 2 }],
      checks: [{ check: 'validators', outcome: 'passed', checked: 2, failed: 0 }],
      usage: { modelCalls: 3 },
    })
    expect(heard[1]).toContain('rows.js: the row 0 is not above zero')
    expect(heard[2]).toContain('few.js: it is false')
  })

  it('let nothing leave that does not pass, however often it is released', async () => {
    const wrong = sequence([release(0), release(-1), release(-2), release(-3)])
    const { answer } = await validated(wrong, [rows], { maxTurns: 4 })
    expect(answer).toMatchObject({ answer: null, usage: { modelCalls: 4 } })
    expect(answer.status).not.toBe('complete')
    expect(answer.reason).toContain('the row -3 is not above zero')
    expect(answer).not.toHaveProperty('checks')
  })

  it.each([
    ['never ends', 'for (;;);'],
    ['asks for what it cannot have', "await llm_query('is it good?')"],
    ['sees no corpus', 'await docs()'],
  ])('refuse the value when one of them %s', async (_, code) => {
    const { answer } = await validated(sequence([release(1)]), [{ name: 'v.js', code }], { maxTurns: 2 })
    expect(answer).toMatchObject({ answer: null, usage: { modelCalls: 2 } })
    expect(answer.reason).toContain('v.js: ')
  })

  it('see the citations and the question, and nothing that another one left', async () => {
    const leaves = { name: 'one.js', code: 'globalThis.left = 1; value.length > 0' }
    const code = `if (!question.includes('SIMTASK')) throw new Error('no question')
if (citations[0]?.quote !== 'needle') throw new Error('no citation')
typeof left === 'undefined'`
    const cites = block("await cite((await grep('needle', {})).matches[0], 'needle'); FINAL('one')")
    const { answer } = await validated(sequence([cites]), [leaves, { name: 'two.js', code }])
    expect(answer).toMatchObject({ status: 'complete', checks: [{ outcome: 'passed', checked: 2 }] })
  })

  it('are asked of a direct answer, too, which is asked for once more', async () => {
    const short = { name: 'short.js', code: 'value.length < 10' }
    const direct = { strategy: 'direct' }
    const { answer } = await validated(sequence(['far too long an answer', 'short']), [short], {}, direct)
    expect(answer).toMatchObject({ status: 'complete', value: 'short', usage: { modelCalls: 2 } })
  })

  it('are parsed before anything runs', async () => {
    const bad = home.ask(sequence([release(1)]), {}, { validators: [{ name: 'v.js', code: 'if (' }] })
    await expect(bad).rejects.toMatchObject({
      code: 'BAD_SCRIPT',
      message: expect.stringContaining('v.js:1:5'),
    })
    const none = home.ask(sequence([release(1)]), {}, { validators: ['nowhere.js'] })
    await expect(none).rejects.toMatchObject({ code: 'UNKNOWN_SCRIPT' })
  })
})

describe('claims', () => {
  it('are looked up by a verifier frame, whose doubt goes back to the root', async () => {
    const script = withVerifier([FIND, BARE, CITED], verdict(false), verdict(true))
    const answer = await ask(script, ['claims', 'citations'])
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [
        { check: 'claims', outcome: 'passed', checked: 1 },
        { check: 'citations', outcome: 'passed', checked: 1 },
      ],
      citations: [{ quote: 'needle' }],
      usage: { frames: 3, modelCalls: 5 },
    })
    const { frames, checks } = await home.within((writ) => writ.show(answer.run))
    expect(checks.map(({ outcome }) => outcome)).toEqual(['passed', 'passed'])
    expect(frames.map(({ lane }) => lane)).toEqual(['0', '0.1', '0.2'])
  })

  it('are told in the words of the verifier when they stay in doubt', async () => {
    const answer = await ask(withVerifier([BARE], verdict(false), verdict(false), verdict(false)), ['claims'])
    expect(answer.checks).toEqual([
      {
        check: 'claims',
        outcome: 'failed',
        checked: 1,
        failed: 1,
        code: null,
        problems: ['"there is a needle": a.txt says so'],
      },
    ])
  })

  it('are left unchecked, which the answer says, where there is no room for a verifier', async () => {
    const answer = await ask(sequence([BARE]), ['claims'], { maxDepth: 0 })
    expect(answer).toMatchObject({
      status: 'incomplete',
      value: { word: 'needle' },
      checks: [{ outcome: 'undone', code: 'DEPTH_EXCEEDED' }],
    })
    expect(answer.reason).toContain('DEPTH_EXCEEDED')
  })

  it('are left unchecked where the verifier gives no verdicts, whatever it says', async () => {
    const answer = await ask(withVerifier([BARE], block("FINAL('all is well')")), ['claims'])
    expect(answer).toMatchObject({
      status: 'incomplete',
      checks: [{ outcome: 'undone', code: 'NO_PROGRESS' }],
    })
  })

  it('are not supported by a verifier that looked at nothing', async () => {
    const blind = block("FINAL([{ claim: 'all of it', supported: true, why: 'it looks fine' }])")
    const heard: string[] = []
    const script = withVerifier([BARE], blind)
    const answer = await ask(
      (request) => {
        heard.push(request.messages.at(-1)?.content ?? '')
        return script(request)
      },
      ['claims'],
    )
    expect(answer).toMatchObject({ status: 'incomplete', checks: [{ check: 'claims', outcome: 'undone' }] })
    expect(heard.join()).toContain('nothing of the corpus was searched or read')
  })

  it('are supported by a verifier that searched and found nothing', async () => {
    const none = block(`const { matches } = await grep('no such word', {})
FINAL([{ claim: 'nobody says so', supported: matches.length === 0, why: 'no match' }])`)
    const searched = await ask(withVerifier([BARE], none), ['claims'])
    expect(searched).toMatchObject({ status: 'complete', checks: [{ outcome: 'passed' }] })
  })

  it('are left unchecked of a value that is longer than a verifier is told', async () => {
    const long = block("FINAL(['needle', 'x'.repeat(20_000)])")
    const answer = await ask(withVerifier([long], verdict(true)), ['claims'])
    expect(answer).toMatchObject({
      status: 'complete',
      checks: [{ check: 'claims', outcome: 'undone', code: 'TOO_LONG' }],
      usage: { frames: 1 },
    })
  })

  it('are refused to be checked under a bundle that knows no verifier, before anything runs', async () => {
    const policy = await bundleThat(join(home.place, 'policy'), ({ profiles }) => delete profiles.verifier)
    await expect(home.ask(sequence([BARE]), { policy }, { verify: ['claims'] })).rejects.toMatchObject({
      code: 'BAD_POLICY',
    })
    const { answer } = await home.ask(sequence([BARE]), { policy }, { verify: ['citations'] })
    expect(answer.checks).toMatchObject([{ check: 'citations' }])
  })

  it('of a direct answer are looked up too', async () => {
    const script = withVerifier(['There is a needle.'], verdict(true))
    const { answer } = await home.ask(script, {}, { verify: ['claims'], strategy: 'direct' })
    expect(answer).toMatchObject({ status: 'complete', checks: [{ outcome: 'passed' }] })
    expect((await home.verify(answer)).ok).toBe(true)
    expect((await home.replay(answer.run)).outcome).toBe('IDENTICAL')
  })
})
