import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type LabelledContract,
  type LabelledQuestion,
  madeContracts,
  madePairsQuestions,
  madeQuestions,
  madeSentences,
  type PairsQuestion,
  readTrec,
  sentencesOf,
} from '@writ/simulator'
import { csvRows } from './csv.ts'

/** What tasks are made of. */
export interface Sources {
  /** For captions. */
  readonly name: string
  readonly questions: readonly LabelledQuestion[]
  readonly pairs: readonly PairsQuestion[]
  readonly sentences: readonly string[]
  readonly contracts: readonly LabelledContract[]
}

const MADE = { sentences: 20_000, contracts: 60 }

/** Texts of our own making: nothing has to be there. */
export function madeSources(): Sources {
  return {
    name: 'generated data',
    questions: madeQuestions(),
    pairs: madePairsQuestions(),
    sentences: madeSentences(MADE.sentences, 'bench'),
    contracts: madeContracts(MADE.contracts, 'bench'),
  }
}

/** TREC's questions, the tasks of OOLONG-Pairs, books and contracts, as they lie in a directory. */
export function readSources(directory: string): Sources {
  const books = join(directory, 'gutenberg')
  const texts = readdirSync(books)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => readFileSync(join(books, name), 'utf8'))
  const tasks = JSON.parse(readFileSync(join(directory, 'oolong-pairs', 'tasks.json'), 'utf8')) as {
    readonly tasks: readonly PairsQuestion[]
  }
  return {
    name: 'TREC, Gutenberg and CUAD',
    questions: readTrec(readFileSync(join(directory, 'trec-qc', 'train_5500.label'), 'latin1')),
    pairs: tasks.tasks,
    sentences: texts.flatMap(sentencesOf),
    contracts: readContracts(join(directory, 'cuad')),
  }
}

function readContracts(directory: string): LabelledContract[] {
  const folder = join(directory, 'full_contract_txt')
  const there = new Set(readdirSync(folder))
  return csvRows(readFileSync(join(directory, 'master_clauses.csv'), 'utf8'))
    .map((row) => ({ row, file: (row.Filename ?? '').replace(/\.pdf$/i, '.txt') }))
    .filter(({ file }) => there.has(file))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ row, file }, n) => ({
      number: n + 1,
      text: readFileSync(join(folder, file), 'utf8'),
      law: (row['Governing Law-Answer'] ?? '').trim(),
      nonCompete: row['Non-Compete-Answer']?.trim() === 'Yes',
      antiAssignment: row['Anti-Assignment-Answer']?.trim() === 'Yes',
      expires: expiryOf(row['Expiration Date-Answer'] ?? ''),
    }))
}

/** `12/31/14` and `perpetual` are answers; what has gaps, such as `[]/[]/2021`, is none. */
function expiryOf(said: string): string | null {
  if (/^perpetual$/i.test(said.trim())) return 'perpetual'
  const [, month = '', day = '', year = ''] = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/.exec(said.trim()) ?? []
  if (year === '') return null
  const whole = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2000 : 1900)
  return `${whole}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}
