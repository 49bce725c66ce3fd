import type { TableListing } from '@writ/contract'
import type { Conversation } from './conversation.ts'
import type { QuestionPlan, Reason } from './plan/question-plan.ts'
import { MOST_LISTED_CHARS, planQuestion, readOverTables } from './plan-question.ts'
import { ASK_CODE, CODE_NOTE, RELEASE_CODE, UNLESS_CODE } from './programs/code.ts'
import { CORPUS, NAMED, OCCURRENCES } from './programs/corpus.ts'
import { COUNT } from './programs/count.ts'
import { COMPARED, RELEASE_DUPLICATES } from './programs/duplicates.ts'
import { NOTHING, RESCUE } from './programs/ending.ts'
import { FAN_OUT, GROUP_GOAL } from './programs/fan-out.ts'
import { DOCUMENTS, FILES, SIZES } from './programs/files.ts'
import { OUTLINES, RELEASE_HEADINGS } from './programs/headings.ts'
import { RELEASE_COUNT } from './programs/release-count.ts'
import { CITE_BEST, RELEASE_PASSAGES } from './programs/release-passages.ts'
import { SEARCH } from './programs/search.ts'
import { ASK_TABLES, LIST_TABLES, TABLE_NOTE } from './programs/tables.ts'
import { searchFor } from './search-for.ts'
import { targetsFor } from './targets.ts'
import { searchWords } from './words.ts'

type Frame = Extract<Conversation, { role: 'frame' }>

/** What a cell printed about where the work stands. */
interface State {
  /** What is left to look into. */
  readonly left: number
  /** Documents that hold what was looked for. */
  readonly found: number
  readonly depth: number
  readonly calls: number
  /** What failed, by the name of the error. */
  readonly trouble: Readonly<Record<string, number>>
  /** Tables that may answer; null when they were asked already, or there are none. */
  readonly tables?: readonly TableListing[] | null
  /** Whether the structure of source answers. */
  readonly code?: boolean
}

/** The best documents that child frames look through, and the fewest that are worth a frame of their own. */
const TOP = 40
const FEW = 8
/** Model calls a child takes, and those the frame itself still needs. */
const CHILD_CALLS = 3
const OWN_CALLS = 4
/** Turns in which a large corpus is counted; then what was counted is released. */
const MOST_TURNS = 24

interface Step {
  readonly intent: string
  readonly code: string
}

/**
 * Writes the next block of a frame. Everything is computed by the block; nothing is computed here. A program that does not
 * fit in so many characters is no use in part: a short search takes its place.
 */
export function writeTurn(frame: Frame, most: number = Number.MAX_SAFE_INTEGER): string {
  const text = turnText(nextStep(frame))
  return text.length <= most ? text : turnText(rescue(groupQuestion(frame.goal) ?? frame.goal, frame.goesOn))
}

function turnText({ intent, code }: Step): string {
  return `${intent}\n\n\`\`\`repl\n${code}\n\`\`\`\n`
}

function nextStep(frame: Frame): Step {
  const group = groupQuestion(frame.goal)
  const question = group ?? frame.goal
  const plan = planQuestion(question, frame.goesOn)
  const state = stateOf(frame.outputs)
  if (frame.turns > 0 && state === undefined) return rescue(question, frame.goesOn)
  if (group !== undefined) return groupStep(group, plan, state, frame.last)
  const work = state?.code === true ? CODE_WORK : workFor(plan)
  if (state === undefined) {
    const begun = [constants(question, plan), ...work.begin]
    return frame.last
      ? {
          intent: `${work.intent} This is the last turn.`,
          code: [...begun, ...work.release, 'FINAL(value);'].join('\n'),
        }
      : {
          intent: work.intent,
          code: [
            ...begun,
            REPORT(
              work.found,
              (plan.figure ? ', tables: TABLES' : '') + (plan.code === null ? '' : ', code: CODE !== null'),
            ),
          ].join('\n'),
        }
  }
  const stuck = Object.keys(state.trouble).some((name) => name !== 'PolicyDenied')
  if (frame.last || (state.left > 0 && (stuck || frame.turns >= MOST_TURNS)))
    return { intent: 'Release what there is.', code: [...work.release, 'FINAL(value);'].join('\n') }
  const tables =
    plan.figure && state.tables ? readOverTables(frame.goal, state.tables, frame.goesOn) : undefined
  if (typeof tables === 'object')
    return {
      intent: 'The question asks for a figure, and its words name columns of a table: compute it.',
      code: [`const P = ${literal(tables)};`, ASK_TABLES, REPORT(work.found)].join('\n'),
    }
  if (state.left > 0)
    return { intent: 'Go on with what is left.', code: [work.more, REPORT(work.found)].join('\n') }
  if (plan.kind === 'passages' && state.code !== true && frame.turns === 1 && worthChildren(state))
    return {
      intent: 'Many documents: child frames look through the best of them.',
      code: [`const TOP = inOrder().slice(0, ${TOP});`, FAN_OUT, REPORT(work.found)].join('\n'),
    }
  const near = state.found === 0 && /^(?:count|mention)$/.test(plan.kind) ? [SEARCH, CITE_BEST, NEAR] : []
  return {
    intent: 'Cite, say what was looked for, and release.',
    code: [...whyNot(tables), ...work.release, ...near, 'FINAL(value);'].join('\n'),
  }
}

/** Guest code that keeps why tables do not answer, for the release. */
function whyNot(why: string | undefined): readonly string[] {
  return why === undefined ? [] : [`tableNote = ${literal(`Tables did not answer: ${why}`)};`]
}

/** Guest code that puts passages beside a count of nothing: other words may say the same. */
const NEAR = `await searchAll();
for (const doc of SCORE.keys()) pick(doc, 1);
value.passages = await citeBest(inOrder().slice(0, 5), 1);
value.notes.push(value.passages.length > 0 ? 'The passages are those that come nearest by their words.' : 'Nothing comes near by its words either; others may say the same.');
value.needs = 'What a text says in other words needs a language model: writ setup.';`

function worthChildren({ found, depth, calls }: State): boolean {
  const groups = Math.ceil(Math.min(found, TOP) / FEW)
  return found > FEW && depth > 0 && calls >= groups * CHILD_CALLS + OWN_CALLS
}

/** How one kind of question is worked on. */
interface Work {
  readonly intent: string
  readonly begin: readonly string[]
  /** Goes on with what one cell left over. */
  readonly more: string
  /** An expression: how many documents were found. */
  readonly found: string
  /** Leaves `value`. */
  readonly release: readonly string[]
}

function workFor(plan: QuestionPlan): Work {
  switch (plan.kind) {
    case 'documents':
      return listing('The question is about the documents themselves.', DOCUMENTS)
    case 'files':
      return listing('The question is about names: compare them.', FILES)
    case 'size':
      return listing('The question is about sizes, which are recorded.', SIZES)
    case 'headings':
      return {
        intent: 'The question is about headings: collect them.',
        begin: [CORPUS, NAMED, OCCURRENCES, OUTLINES, 'await outlineOn();'],
        more: 'await outlineOn();',
        found: 'outlines.size',
        release: [RELEASE_HEADINGS],
      }
    case 'duplicates':
    case 'near-duplicates':
      return {
        intent: 'The question is about documents that are the same: compare their texts.',
        begin: [CORPUS, COMPARED, 'await compareOn();'],
        more: 'await compareOn();',
        found: 'pairs.length',
        release: [RELEASE_DUPLICATES],
      }
    case 'passages':
      return {
        intent:
          'The question needs its meaning understood, which nothing here can: find the passages that fit its words.',
        begin: [
          CORPUS,
          NAMED,
          'const todo = [];',
          SEARCH,
          ...(plan.code === null
            ? ['await searchAll();', 'for (const doc of SCORE.keys()) pick(doc, 3);']
            : [ASK_CODE, UNLESS_CODE]),
          ...(plan.figure ? [LIST_TABLES(MOST_LISTED_CHARS)] : []),
        ],
        more: '',
        found: 'SCORE.size',
        release: [
          CITE_BEST,
          RELEASE_PASSAGES,
          ...(plan.figure ? [TABLE_NOTE] : []),
          ...(plan.code === null ? [] : [CODE_NOTE]),
        ],
      }
    default:
      return {
        intent: 'The question asks for literal strings, so code decides it: count them all.',
        begin: [CORPUS, NAMED, OCCURRENCES, COUNT, 'await countOn();'],
        more: 'await countOn();',
        found:
          'T.reduce((sum, t, n) => sum + (t.asked ? [...found[n].values()].filter((v) => v.n > 0).length : 0), 0)',
        release: [RELEASE_COUNT],
      }
  }
}

/** What the structure of source tells is released as it is. */
const CODE_WORK: Work = {
  intent: 'The structure of the source answers.',
  begin: [],
  more: '',
  found: 'CODE.links.length',
  release: [RELEASE_CODE],
}

function listing(intent: string, program: string): Work {
  return {
    intent,
    begin: [CORPUS, NAMED, 'const todo = [];'],
    more: '',
    found: 'ALL.length',
    release: [program],
  }
}

/** The question of a child frame that looks through a group; undefined for any other goal. */
function groupQuestion(goal: string): string | undefined {
  return goal.startsWith(GROUP_GOAL) ? /^Question: (.+)$/m.exec(goal)?.[1] : undefined
}

function groupStep(question: string, plan: QuestionPlan, state: State | undefined, last: boolean): Step {
  const look = [
    constants(question, plan),
    CORPUS,
    NAMED,
    'const todo = [];',
    SEARCH,
    'await searchAll();',
    'for (const doc of SCORE.keys()) pick(doc, 3);',
  ]
  const release =
    'FINAL(IDS.filter((doc) => BEST.get(doc)?.length > 0).map((doc) => ({ doc, quotes: BEST.get(doc).map(({ quote, start, end }) => ({ quote, start, end })) })));'
  if (state !== undefined) return { intent: 'Give the passages to the parent.', code: release }
  return last
    ? {
        intent: 'Find the passages of this group. This is the last turn.',
        code: [...look, release].join('\n'),
      }
    : { intent: 'Find the passages of this group.', code: [...look, REPORT('SCORE.size')].join('\n') }
}

/**
 * The turn after a program that failed, or in place of one that does not fit. INVARIANT: a question that code decides gets no
 * other answer, since its run is called exact from its start: such a frame ends without one.
 */
function rescue(question: string, goesOn: boolean): Step {
  if (planQuestion(question, goesOn).basis === 'exact')
    return { intent: 'The program that decides this failed.', code: NOTHING }
  return {
    intent: 'The program failed or does not fit: fall back to one search.',
    code: `const Q0 = ${literal(question.slice(0, 500))};\n${RESCUE}`,
  }
}

/** What the blocks need to know of the question, as data. */
function constants(question: string, plan: QuestionPlan): string {
  const text = question.replace(/\s+/g, ' ').trim().slice(0, 1_000)
  const { kind, literals, combine, unit, within, place, suffix, noun, order, most } = plan
  const asked = { text, kind, literals, combine, unit, within, place, suffix, noun, order, most }
  const exact = kind !== 'passages' && literals.length > 0
  const targets = exact ? targetsFor(literals) : null
  const search = searchFor(exact ? { ...plan, words: searchWords(literals.join(' ')) } : plan)
  const code = plan.code === null ? '' : `\nconst C = ${literal(plan.code)};`
  return `const Q = ${literal({ ...asked, targets, search, needs: needs(plan.because) })};${code}`
}

/** The one line on what would answer, by why the question is not exact. */
const NEEDS: Readonly<Record<Reason, string>> = {
  'what was said before': 'A question that points back to an earlier answer',
  'another language': 'A question in another language than English',
  'a yes or no': 'A yes or no',
  negation: 'Negation by meaning',
  modality: 'What can, may or must be',
  'a comparison': 'A comparison by meaning',
  'a superlative': 'A superlative of meaning',
  'a summary': 'A summary',
  'a reason or a manner': 'A reason or a manner',
  meaning: 'What a text means',
}

function needs(because: Reason | null): string | null {
  if (because === null) return null
  // Said in full, it may be one that code decides.
  const say = because === 'what was said before' ? ', or ask it again in full, naming what is meant' : ''
  return `${NEEDS[because]} needs a language model: writ setup${say}.`
}

/** A JavaScript literal without a backtick, which could end the fence. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(/`/g, '\\u0060')
}

/** Guest code that prints a report. Blocks print nothing else, so what a document holds cannot look like one. */
const REPORT = (found: string, tables = ''): string =>
  `const left = await budget();\nprint('STATE ' + JSON.stringify({ left: todo.length, found: ${found}, depth: left.depth, calls: left.calls, trouble${tables} }));`

/** The newest report among the outputs. */
function stateOf(outputs: readonly string[]): State | undefined {
  for (const output of outputs.toReversed()) {
    const json = /^STATE (\{.*\})$/m.exec(output)?.[1]
    if (json !== undefined) return JSON.parse(json)
  }
  return undefined
}
