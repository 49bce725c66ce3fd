import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWrit, verifyFile, type Writ } from '../index.ts'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { PYTHON, TRANSCRIPTS, told } from './python-dialect.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// Runs in the Python that was published for recursive language models; and one that is cut off, resumed and forked all over
// its records. The model is scripted.

const lack = await fullyConfined()
/** Places at which a run is cut off, and steps at which it is forked. */
const CUTS = 6
const FORKS = 3

let place: string
let simulator: Simulator | undefined
const open: Writ[] = []

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-python-'))
})

afterEach(async () => {
  for (const writ of open.splice(0)) await writ.close()
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

async function writOf(home: string): Promise<Writ> {
  const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator?.url ?? '', apiKey: 'x' })
  open.push(writ)
  return writ
}

async function holds(writ: Writ, answer: Answer): Promise<void> {
  const report = await verifyFile(answer.evidence ?? '', { trust: join(writ.home, 'trust.json'), answer })
  expect(report).toMatchObject({ ok: true })
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

const ASKED = { query: QUESTION, context: TEXTS, strategy: 'recurse', repl: 'python' } as const

describe.skipIf(lack !== undefined)('a transcript of the published dialect', () => {
  it.each(Object.entries(TRANSCRIPTS))('runs to its answer: %s', async (_name, transcript) => {
    simulator = await startSimulator({ script: told(transcript) })
    const writ = await writOf(join(place, 'home'))
    const answer = await writ.completion({ ...ASKED, context: transcript.texts })
    expect(answer.value).toEqual(transcript.released)
    await holds(writ, answer)
  })
})

describe.skipIf(lack !== undefined)('a run of Python', () => {
  it('is resumed wherever its process ended', async () => {
    simulator = await startSimulator({ script: PYTHON, honourKeys: true })
    const home = join(place, 'home')
    const out = join(place, 'run.writ')
    const first = await (await writOf(home)).completion({ ...ASKED, out })
    await open.pop()?.close()
    const size = await countRecords(home, first.run)
    for (let cut = size; cut >= 1; cut -= Math.ceil(size / CUTS)) {
      const copy = join(place, `cut-${cut}`)
      await cutRun(home, first.run, cut, copy)
      await rm(out, { force: true })
      simulator?.reset()
      const writ = await writOf(copy)
      const answer = await writ.resume(first.run)
      expect(answer.value).toEqual(first.value)
      expect(answer.usage.steps).toBe(first.usage.steps)
      await holds(writ, answer)
    }
  })

  it('is forked at its steps, and comes to the same', async () => {
    simulator = await startSimulator({ script: PYTHON })
    const writ = await writOf(join(place, 'home'))
    const first = await writ.completion(ASKED)
    const calls = (await writ.show(first.run)).steps.filter(({ kind }) => kind === 'model.call')
    for (let at = 0; at < calls.length; at += Math.ceil(calls.length / FORKS)) {
      const { lane = '0', n = 0 } = calls[at] ?? {}
      const answer = await writ.fork(first.run, { at: { lane, n } })
      expect(answer.value).toEqual(first.value)
      await holds(writ, answer)
    }
  })
})

describe.skipIf(lack !== undefined)('a run whose frames write Python', () => {
  let home: ScriptedHome
  const repl = 'python'
  beforeEach(async () => {
    home = await scriptedHome()
  })
  afterEach(() => home.close())

  it('answers a block of another language with words, and takes the text form of a release', async () => {
    const script = sequence([
      '```js\nFINAL(1)\n```',
      block('import json\nvalue = json.dumps({"a": 1})\nprint(context.type)', 'python'),
      'Done.\n\nFINAL_VAR(value)',
    ])
    const { answer } = await home.ask(script, {}, { repl })
    expect(answer.value).toBe('{"a": 1}')
    const shown = await home.within(async (writ) => (await writ.show(answer.run)).steps)
    expect(shown.filter(({ kind }) => kind === 'cell')).toHaveLength(2)
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('leaves what people wrote in JavaScript as it is', async () => {
    const validators = [{ name: 'even', code: 'value % 2 === 0' }]
    const script = sequence([block('FINAL(3)'), block('FINAL(4)')])
    const { answer } = await home.ask(script, {}, { repl, validators })
    expect(answer.value).toBe(4)
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})
