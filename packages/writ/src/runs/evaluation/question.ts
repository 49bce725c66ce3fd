import { ANSWER_TYPES, type Json, WritError } from '@writ/contract'
import { z } from 'zod'
import { type Gold, goldProblem, SCORERS, type ScorerName, USUAL_FIELD } from './score.ts'

/** A question of an evaluation, as a line of its file has it. */
export interface EvaluationQuestion {
  /** Names it in the report; the number of its line, else its place in the list, by default. */
  readonly id?: string | undefined
  readonly question: string
  /** The right answer. A question without one is asked and not scored. */
  readonly gold?: Json | undefined
  /** By the type of the gold where it is left out. */
  readonly scorer?: ScorerName | undefined
  /** What kind of answer OOLONG's scorer looks for. */
  readonly answerType?: (typeof ANSWER_TYPES)[number] | undefined
  /** The member of an object that is scored; `answer` by default. */
  readonly field?: string | undefined
  /** What a script is given for this question, instead of the input of its arm. */
  readonly input?: Json | undefined
}

/** A question that has been checked. */
export interface Asked {
  readonly id: string
  readonly question: string
  /** Null for a question that is not scored. */
  readonly gold: Gold | null
  readonly input: Json | undefined
}

const schema = z.strictObject({
  id: z.string().trim().min(1).max(200).optional(),
  question: z
    .string({ error: 'is missing, or no text' })
    .refine((text) => text.trim() !== '', { error: 'is empty' })
    .refine((text) => text.isWellFormed(), { error: 'holds half a character (a lone surrogate)' }),
  gold: z.json().optional(),
  scorer: z.enum(SCORERS, { error: `is none of ${SCORERS.join(', ')}` }).optional(),
  answerType: z.enum(ANSWER_TYPES, { error: `is none of ${ANSWER_TYPES.join(', ')}` }).optional(),
  field: z.string().min(1).optional(),
  input: z.json().optional(),
}) satisfies z.ZodType<EvaluationQuestion>

/** The questions of a text with one JSON object a line. Throws `BAD_QUESTIONS` with the number of the line. */
export function readQuestions(text: string): readonly EvaluationQuestion[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, at) => ({ line: line.trim(), number: String(at + 1) }))
    .filter(({ line }) => line !== '')
  const places = lines.map(({ number }) => `line ${number}`)
  const questions = lines.map(({ line, number }) => {
    const { id = number, ...question } = questionOf(parsed(line, `line ${number}`), `line ${number}`)
    return { id, ...question }
  })
  checkQuestions(questions, places)
  return questions
}

/** Questions that can be asked and scored. Throws `BAD_QUESTIONS`. */
export function checkQuestions(
  questions: readonly EvaluationQuestion[],
  places: readonly string[] = questions.map((_, at) => `question ${at + 1}`),
): readonly Asked[] {
  if (questions.length === 0) throw bad('there is no question in it')
  const ids = new Map<string, string>()
  return questions.map((given, at) => {
    const place = places[at] ?? ''
    const question = questionOf(given, place)
    const { id = String(at + 1) } = question
    const other = ids.get(id)
    if (other !== undefined) throw bad(`${place}: the id "${id}" is that of ${other} too`)
    ids.set(id, place)
    return { id, question: question.question, gold: goldOf(question, place), input: question.input }
  })
}

function questionOf(value: unknown, place: string): EvaluationQuestion {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const at = issue?.path.join('.') ?? ''
  throw bad(`${place}: ${at === '' ? '' : `"${at}" `}${issue?.message ?? 'does not fit'}`)
}

/** What a question is scored against, the scorer chosen where none is named. */
function goldOf({ gold, scorer, answerType, field }: EvaluationQuestion, place: string): Gold | null {
  if (gold === undefined || gold === null) {
    const idle = Object.entries({ scorer, answerType, field }).find(([, value]) => value !== undefined)
    if (idle === undefined) return null
    throw bad(`${place}: it has a ${idle[0]} and no gold`)
  }
  const made: Gold = {
    scorer: scorer ?? usualScorer(gold),
    value: gold,
    answerType: answerType ?? null,
    field: field ?? USUAL_FIELD,
  }
  const problem = goldProblem(made)
  if (problem !== null) throw bad(`${place}: ${problem}`)
  return made
}

const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/

function usualScorer(gold: Json): ScorerName {
  if (typeof gold === 'number') return 'number'
  if (Array.isArray(gold)) return 'set'
  return typeof gold === 'string' && ISO_DAY.test(gold) ? 'date' : 'exact'
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw bad(`${place}: it is not JSON; each line is one object such as {"question": "…", "gold": 3}`, cause)
  }
}

function bad(what: string, cause?: unknown): WritError {
  return new WritError('BAD_QUESTIONS', `The questions cannot be asked: ${what}.`, { cause })
}
