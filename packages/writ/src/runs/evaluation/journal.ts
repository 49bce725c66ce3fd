import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WritError } from '@writ/contract'
import { syncDirectory } from '../../disk/durable-file.ts'

// Which run of a home is which asking of an evaluation. It holds no content: what was asked and answered is in the runs.

/** One asking of a question by an arm. */
export interface ItemKey {
  readonly arm: string
  readonly question: string
  readonly repetition: number
}

/** A run that an evaluation began. */
export interface JournalledRun extends ItemKey {
  readonly run: string
}

const DIRECTORY = 'evaluations'
/** Ids sort by time. */
const LAST = 'last'

/** The journal of one evaluation: a line for each run it began, on disk before the run asks any model. */
export class EvaluationJournal {
  readonly #path: string

  constructor(home: string, evaluation: string) {
    const directory = join(home, DIRECTORY)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = pathOf(home, evaluation)
    if (existsSync(this.#path)) return
    appendFileSync(this.#path, '', { mode: 0o600, flush: true })
    syncDirectory(directory)
  }

  add({ arm, question, repetition, run }: JournalledRun): void {
    appendFileSync(this.#path, `${JSON.stringify({ arm, question, repetition, run })}\n`, { flush: true })
  }
}

/** The id of the evaluation of a home that a text names: its id, or `last` for the newest. Throws `UNKNOWN_EVALUATION`. */
export function findEvaluation(home: string, named: string): string {
  const directory = join(home, DIRECTORY)
  const ids = existsSync(directory)
    ? readdirSync(directory)
        .map((name) => basename(name, '.jsonl'))
        .sort()
    : []
  const found = named === LAST ? ids.at(-1) : ids.find((id) => id === named)
  if (found !== undefined) return found
  throw new WritError('UNKNOWN_EVALUATION', `There is no evaluation ${named} in this home.`)
}

/** The runs an evaluation of the home began, in their order. */
export function journalledRuns(home: string, evaluation: string): readonly JournalledRun[] {
  return readFileSync(pathOf(home, evaluation), 'utf8').split('\n').flatMap(runOf)
}

/** A line that was cut off as its process ended is no run: its run had asked nothing yet. */
function runOf(line: string): readonly JournalledRun[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as JournalledRun]
  } catch {
    return []
  }
}

function pathOf(home: string, evaluation: string): string {
  return join(home, DIRECTORY, `${evaluation}.jsonl`)
}
