import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, RunEvent } from '@writ/contract'
import { type Script, startSimulator } from '@writ/simulator'
import {
  type CompletionOptions,
  createWrit,
  type ReplayReport,
  verifyFile,
  type Writ,
  type WritOptions,
} from '../index.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// A home and runs in it that a scripted model answers. For tests only.

export interface Asked {
  readonly answer: Answer
  readonly events: readonly RunEvent[]
}

export interface ScriptedHome {
  readonly place: string
  /** Asks once with a model that follows the script. */
  ask(script: Script, options?: Partial<WritOptions>, asked?: Partial<CompletionOptions>): Promise<Asked>
  /** Does a run again from its record, with neither model nor corpus. */
  replay(run: string): Promise<ReplayReport>
  /** Does one thing in the home. */
  within<T>(work: (writ: Writ) => Promise<T>): Promise<T>
  verify(answer: Answer): ReturnType<typeof verifyFile>
  close(): Promise<void>
}

export async function scriptedHome(): Promise<ScriptedHome> {
  const place = await mkdtemp(join(tmpdir(), 'writ-home-'))
  const home = join(place, 'home')
  const within = async <T>(options: Partial<WritOptions>, work: (writ: Writ) => Promise<T>): Promise<T> => {
    const writ = await createWrit({ home, ...options })
    try {
      return await work(writ)
    } finally {
      await writ.close()
    }
  }
  return {
    place,
    ask: async (script, options = {}, asked = {}) => {
      const simulator = await startSimulator({ script })
      const events: RunEvent[] = []
      const onEvent = (event: RunEvent): void => void events.push(event)
      const question = { query: QUESTION, context: TEXTS, strategy: 'recurse', onEvent, ...asked }
      try {
        return await within(
          { model: 'any/model', baseUrl: simulator.url, apiKey: 'x', ...options },
          async (writ) => ({ answer: await writ.completion(question), events }),
        )
      } finally {
        await simulator.stop()
      }
    },
    replay: (run) => within({}, (writ) => writ.replay(run)),
    within: (work) => within({}, work),
    verify: (answer) => verifyFile(answer.evidence ?? '', { trust: join(home, 'trust.json'), answer }),
    close: () => rm(place, { recursive: true, force: true }),
  }
}
