import type { Conversation } from './conversation.ts'
import { LAST, LAST_IN_GROUP, RESCUE } from './programs/ending.ts'
import { FAN_OUT, GROUP_GOAL } from './programs/fan-out.ts'
import { FIND } from './programs/find.ts'
import { JUDGE } from './programs/judge.ts'
import { MENTION, RELEASE_MENTION } from './programs/mention.ts'
import { RELEASE, RELEASE_ALL } from './programs/release.ts'
import { placesOf, scopeOf } from './programs/scope.ts'
import { analyse, type Question } from './question.ts'

type Frame = Extract<Conversation, { role: 'frame' }>

/** What a cell printed about where the work stands. */
interface State {
  readonly stage: 'probed' | 'counted' | 'judged'
  readonly documents: number
  readonly candidates: number
  readonly depth: number
  readonly calls: number
}

/** Up to this many candidate documents are judged by the frame itself. */
const FEW = 8
/** Model calls a child takes besides its sub-calls, and sub-calls per document, rounded up. */
const CHILD_CALLS = 3
const CALLS_PER_DOCUMENT = 2
/** Ideas looked for in the corpus; the leaf weighs all of them. */
const MOST_PATTERNS = 4
/** Characters they may take together, so that a turn stays short. */
const LONGEST_PATTERNS = 2_500
const MOST_TURNS = 6

/** Writes the next block of a frame. Everything is computed by the block; nothing is computed here. */
export function writeTurn(frame: Frame): string {
  const { intent, code } = nextStep(frame)
  return `${intent}\n\n\`\`\`repl\n${code}\n\`\`\`\n`
}

interface Step {
  readonly intent: string
  readonly code: string
}

function nextStep(frame: Frame): Step {
  const group = groupQuestion(frame.goal)
  const state = stateOf(frame.outputs)
  if (frame.last)
    return {
      intent: 'This is the last turn: release what there is.',
      code: group === undefined ? LAST : LAST_IN_GROUP,
    }
  if (group !== undefined) return groupStep(group, state, frame.turns)
  if (frame.turns >= MOST_TURNS || (frame.turns > 0 && state === undefined)) return rescue(frame.goal)
  const question = analyse(frame.goal)
  if (state === undefined) return question.mention === null ? probe(question) : count(question)
  if (state.stage === 'counted') return afterCounting(question, state)
  if (question.ideas.length === 0 && /^(?:which|count)$/.test(question.kind))
    return { intent: 'It asks for the documents themselves.', code: RELEASE_ALL }
  if (state.stage === 'probed') return afterProbing(state)
  return { intent: 'Cite the evidence, check the counts and release.', code: RELEASE }
}

/** The question of a child frame that judges a group; undefined for any other goal. */
function groupQuestion(goal: string): Question | undefined {
  if (!goal.startsWith(GROUP_GOAL)) return undefined
  const question = /^Question: (.+)$/m.exec(goal)?.[1]
  return question === undefined ? undefined : analyse(question)
}

function groupStep(question: Question, state: State | undefined, turns: number): Step {
  if (state !== undefined)
    return { intent: 'Return one verdict for every document.', code: 'FINAL(verdicts);' }
  if (turns > 0) return { intent: 'The judging failed: return what there is.', code: LAST_IN_GROUP }
  const code = [
    constants(question),
    FIND,
    JUDGE,
    'const ids = ALL.map((d) => d.id);',
    placesOf(question),
    'let verdicts = await judgeAll(ids, found);',
    'answer.content = verdicts.filter((v) => v.verdict !== "unknown");',
    report('judged', 'ids.length'),
  ]
  return { intent: 'Find the passages of this group and judge them.', code: code.join('\n') }
}

function probe(question: Question): Step {
  const code = [
    constants(question),
    FIND,
    scopeOf(question),
    placesOf(question),
    report('probed', 'new Set(found.map((p) => p.doc)).size'),
  ]
  return { intent: 'Probe: where do the ideas of the question stand close together?', code: code.join('\n') }
}

function count(question: Question): Step {
  const code = [constants(question), FIND, MENTION, report('counted', 'matching.length')]
  return {
    intent: 'The question asks for words, so code can decide it: find them all.',
    code: code.join('\n'),
  }
}

function afterCounting(question: Question, state: State): Step {
  const phrase = question.mention?.terms.some((term) => term.includes('\\s+')) ?? false
  if (state.candidates > 0 || !phrase) return { intent: 'Cite and release.', code: RELEASE_MENTION }
  const places = placesOf(question).replace('const found', 'found')
  return {
    intent: 'Nobody uses these very words: look for the idea instead.',
    code: [`let found = [];`, places, report('probed', 'new Set(found.map((p) => p.doc)).size')].join('\n'),
  }
}

function afterProbing(state: State): Step {
  const groups = Math.min(24, Math.ceil(state.candidates / FEW))
  const affordable = state.calls > groups * CHILD_CALLS + state.candidates * CALLS_PER_DOCUMENT
  const many = state.candidates > FEW && state.depth > 0 && affordable
  const start = 'let verdicts = [];'
  const draft =
    'answer.content = "Partial: found so far: " + verdicts.filter((v) => v.verdict === "yes").map((v) => v.doc).join(", ");'
  const end = [draft, report('judged', 'verdicts.length')]
  if (many)
    return {
      intent: 'Many candidates: let child frames judge them in groups.',
      code: [JUDGE, start, FAN_OUT, ...end].join('\n'),
    }
  const here = 'verdicts = await judgeAll([...new Set(found.map((p) => p.doc))], found);'
  return {
    intent: 'Few candidates: judge their passages here.',
    code: [JUDGE, start, here, ...end].join('\n'),
  }
}

function rescue(goal: string): Step {
  return {
    intent: 'A block failed: fall back to one search.',
    code: `const Q0 = ${literal(goal.slice(0, 500))};\n${RESCUE}`,
  }
}

/** What the blocks need to know of the question, as data. */
function constants(question: Question): string {
  const { text, positive, kind, negated, names, mention } = question
  const words = mention && {
    terms: mention.terms.map((full) => ({ first: full.split('\\s+')[0], full })),
    any: mention.any,
    said: mention.said,
    lines: /\blines?\b/i.test(text),
  }
  const strict = kind === 'which' || kind === 'count'
  const facts = {
    text,
    about: positive,
    kind,
    strict,
    negated,
    names,
    patterns: patternsOf(question),
    ...words,
  }
  return `const Q = ${literal(facts)};`
}

/** A JavaScript literal without a backtick, which could end the fence. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(/`/g, '\\u0060')
}

/** Patterns of the ideas that decide, most telling first: names, then plain words, then wide concepts. */
function patternsOf({ ideas }: Question): string[] {
  const deciding = ideas.filter((idea) => idea.weight > 1)
  const ranked = (deciding.length > 0 ? deciding : ideas)
    .map((idea) => ({ idea, pattern: idea.loose === null ? idea.strong : `${idea.strong}|${idea.loose}` }))
    .sort((a, b) => b.idea.weight - a.idea.weight || a.pattern.length - b.pattern.length)
    .map(({ pattern }) => pattern)
  let room = LONGEST_PATTERNS
  return ranked.slice(0, MOST_PATTERNS).filter((pattern) => {
    room -= pattern.length
    return room >= 0
  })
}

function report(stage: State['stage'], candidates: string): string {
  return `const left_${stage} = await budget();\nprint('STATE ' + JSON.stringify({ stage: '${stage}', documents: ALL.length, candidates: ${candidates}, depth: left_${stage}.depth, calls: left_${stage}.calls, trouble }));`
}

/** The newest report among the outputs; what a document put there cannot look like one, since blocks print nothing else. */
function stateOf(outputs: readonly string[]): State | undefined {
  for (const output of outputs.toReversed()) {
    const json = /^STATE (\{.*\})$/m.exec(output)?.[1]
    if (json !== undefined) return JSON.parse(json)
  }
  return undefined
}
