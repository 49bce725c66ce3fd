import { Random } from '../random.ts'
import { LABELS, type LabelledQuestion, type QuestionLabel } from './labels.ts'

export interface OolongItem extends LabelledQuestion {
  readonly user: number
  /** `2023-09-06`. */
  readonly day: string
}

/** A window like those of OOLONG-synth over TREC's coarse classes. */
export interface OolongWindow {
  readonly tokens: number
  readonly items: readonly OolongItem[]
  readonly text: string
}

const TOKENS = { share: 0.95, frame: 168 + 250, item: 39 }
const TEMPERATURE = { least: 2, most: 6 }
const SPREAD = 4
/** Ids to draw from for each item, and how unevenly: real windows have 231 users in 787 items. */
const USERS = { perItem: 0.64, busy: 0.2, rows: 0.8 }
const FIRST_DAY = Date.UTC(2022, 0, 1)
const DAYS = 1_246 // to the end of May 2025
const DAY_MS = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Items that a window of so many tokens holds. */
export function itemsIn(tokens: number): number {
  return Math.floor((TOKENS.share * tokens - TOKENS.frame) / TOKENS.item)
}

export function oolongWindow(
  tokens: number,
  seed: string,
  questions: readonly LabelledQuestion[],
): OolongWindow {
  const random = new Random(`oolong\n${seed}\n${tokens}`)
  const count = itemsIn(tokens)
  const temperature = TEMPERATURE.least + (TEMPERATURE.most - TEMPERATURE.least) * random.unit()
  const weights = LABELS.map(() => Math.exp((SPREAD * random.normal()) / temperature))
  const pools = LABELS.map((label) =>
    random.shuffled(questions.filter((question) => question.label === label)),
  )
  const taken = LABELS.map(() => 0)
  const users = random.shuffled(distinctIds(Math.ceil(count * USERS.perItem), random))
  const busy = users.slice(0, Math.ceil(users.length * USERS.busy))
  const quiet = users.slice(busy.length)
  const items = Array.from({ length: count }, (): OolongItem => {
    const label = random.weighted(weights)
    const pool = pools[label] ?? []
    const nth = taken[label] ?? 0
    taken[label] = nth + 1
    const question = pool[nth % pool.length] // with replacement when a class is short
    if (question === undefined) throw new Error(`there is no question for ${LABELS[label] ?? label}`)
    const user = random.pick(random.unit() < USERS.rows || quiet.length === 0 ? busy : quiet)
    const day = new Date(FIRST_DAY + random.below(DAYS) * DAY_MS).toISOString().slice(0, 10)
    return { ...question, user, day }
  })
  return { tokens, items, text: textOf(items) }
}

function distinctIds(count: number, random: Random): number[] {
  const ids = new Set<number>()
  while (ids.size < count) ids.add(10_000 + random.below(90_000))
  return [...ids]
}

function textOf(items: readonly OolongItem[]): string {
  const labels = LABELS.map((label) => `'${label}'`).join(', ')
  const about = `lines contain ${items.length} general-knowledge questions, one per line. Each question has an answer that can be described as one of ${LABELS.length} categories: ${labels}.`
  const task = `You will be asked to answer questions about the aggregate label statistics across all ${items.length} examples in this dataset. Do not try to guess, estimate, or approximate the result. Calculate the exact answer given these datapoints.`
  const lines = items.map(
    ({ day, user, text }) => `Date: ${shownDay(day)} || User: ${user} || Instance: ${text}`,
  )
  return `The following ${about}\n\n${task}\n\n${lines.join('\n')}\nRecall: the preceding ${about}\n\n${task}\n`
}

/** `Sep 06, 2023`. */
function shownDay(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${MONTHS[Number(month) - 1] ?? month} ${date}, ${year}`
}

/** The label of each question, for a leaf that knows. */
export function goldLabels(questions: readonly LabelledQuestion[]): Map<string, QuestionLabel> {
  return new Map(questions.map(({ text, label }) => [text, label]))
}
