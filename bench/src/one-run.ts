import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { JournalEntry, Script } from '@writ/simulator'
import type { Answer, CompletionOptions, Limits } from 'writ'
import { ownProcess } from './own-process.ts'
import { peakMemory, type TreeMemory } from './process-tree.ts'
import { served } from './served.ts'

export interface OneRunAsked {
  readonly home: string
  readonly baseUrl: string
  readonly query: string
  readonly context: CompletionOptions['context']
  readonly limits: Partial<Limits>
  /** Whether memory is looked at when a cell ends, which takes some milliseconds. */
  readonly memoryOfCells?: boolean
}

/** A cell of the root that has ended. */
export interface Cell {
  /** From the start of the run to its end. */
  readonly atMs: number
  readonly tookMs: number
  /** Memory of the run's processes at its end; null where nobody looked. */
  readonly bytes: number | null
}

export interface OneRun {
  readonly answer: Answer
  readonly cells: readonly Cell[]
  /** Of the process and all it started, its start included. */
  readonly cpuSeconds: number
  /** The most memory that its processes had together. */
  readonly peak: TreeMemory
  /** What its model was asked. */
  readonly journal: readonly JournalEntry[]
}

/** What the process of a run tells of it. */
export type RunInProcess = Pick<OneRun, 'answer' | 'cells' | 'cpuSeconds'>

const PROGRAM = new URL('one-run-process.ts', import.meta.url)

/** Without a home, the run has one for itself. */
type Asked = Omit<OneRunAsked, 'home' | 'baseUrl' | 'context'> & Partial<Pick<OneRunAsked, 'home'>>

/**
 * Asks one question in a process of its own, with flags for Node; `prepare` makes its context in a directory that is removed
 * afterwards.
 */
export async function oneRun(
  script: Script,
  asked: Asked,
  prepare: (place: string) => OneRunAsked['context'] | Promise<OneRunAsked['context']>,
  flags: readonly string[] = [],
): Promise<OneRun> {
  return await served({ script }, async (simulator, place) => {
    const context = await prepare(place)
    const whole: OneRunAsked = { home: join(place, 'home'), ...asked, context, baseUrl: simulator.url }
    let peak: TreeMemory = { bytes: 0, mapped: 0 }
    const look = async (child: ChildProcess): Promise<void> => {
      peak = await peakMemory(child)
    }
    const run = await ownProcess<RunInProcess>(PROGRAM, [JSON.stringify(whole)], look, flags)
    return { ...run, peak, journal: simulator.journal().entries }
  })
}
