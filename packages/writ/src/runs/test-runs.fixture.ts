import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Limits, RunEvent, TextSource } from '@writ/contract'
import { type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, expect } from 'vitest'
import { type CompletionOptions, createWrit, verifyFile, type Writ, type WritOptions } from '../index.ts'

// The whole runtime against an OpenAI-compatible scripted model, a home for each test. Figures here say nothing about
// real models. For tests only.

export const QUESTION = 'SIMTASK:test What is in the documents?'
export const KEY = 'sk-test-0123456789abcdefghijklmnop'

export const TEXTS: readonly TextSource[] = [
  { id: 'a.txt', text: 'Alpha has a needle in its first line.\nThe second line is plain.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]

interface Setup {
  readonly limits?: Partial<Limits>
  readonly options?: Partial<WritOptions>
  readonly asked?: Partial<CompletionOptions>
}

/** What a run came to, and how many requests it made. */
interface Ran {
  readonly answer: Answer
  readonly events: readonly RunEvent[]
  readonly requests: number
}

/** What a test has, made before it and gone after it. */
export interface TestRuns {
  /** An empty directory; its `home` is where runs go. */
  place: string
  /** The server and the Writ of the last run. */
  simulator: Simulator | undefined
  writ: Writ | undefined
  /** Runs the question once with a scripted model. */
  readonly run: (script: Script, setup?: Setup) => Promise<Ran>
  /** The evidence of an answer holds. */
  readonly verified: (answer: Answer, home?: string) => Promise<void>
}

/** For the tests of the file that calls it. */
export function testRuns(): TestRuns {
  const here: TestRuns = { place: '', simulator: undefined, writ: undefined, run, verified }

  beforeEach(async () => {
    here.place = await mkdtemp(join(tmpdir(), 'writ-runtime-'))
  })

  async function leave(): Promise<void> {
    await here.writ?.close()
    await here.simulator?.stop()
    here.writ = undefined
    here.simulator = undefined
  }

  afterEach(async () => {
    await leave()
    await rm(here.place, { recursive: true, force: true })
  })

  async function run(script: Script, setup: Setup = {}): Promise<Ran> {
    await leave()
    const simulator = await startSimulator({ script })
    here.simulator = simulator
    here.writ = await createWrit({
      home: join(here.place, 'home'),
      model: 'any/model',
      baseUrl: simulator.url,
      apiKey: KEY,
      limits: setup.limits ?? {},
      ...setup.options,
    })
    const events: RunEvent[] = []
    const answer = await here.writ.completion({
      query: QUESTION,
      context: TEXTS,
      strategy: 'recurse',
      onEvent: (event) => events.push(event),
      ...setup.asked,
    })
    return { answer, events, requests: simulator.journal().requests }
  }

  async function verified(answer: Answer, home: string = join(here.place, 'home')): Promise<void> {
    const trust = join(home, 'trust.json')
    const report = await verifyFile(answer.evidence ?? '', { trust, answer })
    expect(report.verdicts.filter((verdict) => verdict.result === 'fail')).toEqual([])
    expect(report.ok).toBe(true)
  }

  return here
}
