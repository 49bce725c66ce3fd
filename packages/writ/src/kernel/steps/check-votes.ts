import { type Check, counted, type Json, type JsonObject, WritError, whole } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import { type ComparedLeaf, compareVotes } from '../basis/votes/compare-votes.ts'
import { isAgreed } from '../basis/votes/count-votes.ts'
import { withLeaves } from '../basis/votes/with-leaves.ts'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { askVotes } from './ask-votes.ts'
import type { Candidate } from './release-candidate.ts'
import type { FrameRunners } from './spawn.ts'

/** A text of more characters is prose: nobody says it twice in the same words. */
const PROSE_CHARS = 200
/** Leaves that are asked again at most. Answers that differ in more places are different answers. */
const ASKED_AGAIN = 50
/** Characters of a settled value that are shown to whoever is asked for the rest. */
const SETTLED_CHARS = 20_000
/** Problems that an answer tells, values told at a leaf, and characters of each value. */
const PROBLEMS = 20
const OTHERS = 3
const VALUE_CHARS = 80

/**
 * Lets other frames answer the question of the root, and compares the value leaf by leaf with what they say. Leaves that most
 * do not agree on are asked again, they alone and once. Later releases are held against the same votes: the root has heard of
 * them, so what it says then is no vote.
 */
export async function checkVotes(
  state: RunState,
  lane: FrameState,
  { value, sealed }: Candidate,
  { child, alike }: FrameRunners,
): Promise<Check> {
  const { votes: asked } = state
  const { poll, goal, conversation, schema } = lane
  if (asked === undefined) throw new WritError('INTERNAL', 'The run does not say how many votes it asks for.')
  // What is sealed may not be compared where its frame hears of it.
  if (sealed.length > 0) return undone(lane, asked, 'SEALED')
  if (typeof value === 'string' && value.length > PROSE_CHARS) return undone(lane, asked, 'PROSE')
  const all = { asked, value, conversation }
  if (poll.votes.length === 0) {
    poll.votes.push({ value, only: null })
    const request = { goal, ...(schema === null ? {} : { schema: JSON.parse(schema.json) as JsonObject }) }
    await askVotes(state, lane, {
      ...all,
      decides: () => true,
      again: false,
      request,
      run: alike,
      vote: (answer) => ({ value: answer, only: null }),
    })
  }
  if (2 * wholeVotes(lane) <= asked) return undone(lane, asked, poll.failure ?? 'NO_ANSWER')
  const suspect = suspectLeaves(state, lane, value, asked)
  if (suspect.length > 0) {
    poll.again = true
    const paths = new Set(suspect.map(({ path }) => path))
    await askVotes(state, lane, {
      ...all,
      decides: ({ path }) => paths.has(path),
      again: true,
      request: { goal: goalOf(goal, value, suspect), schema: schemaOf(suspect) },
      run: child,
      vote: (answer) => ({ value: withLeaves(value, leavesIn(answer, paths)), only: paths }),
    })
  }
  return compared(lane, value, asked)
}

/** Leaves that are asked again: those of a script cannot be, since its steps are its own. */
function suspectLeaves(
  { script }: RunState,
  { poll }: FrameState,
  value: Json,
  asked: number,
): readonly ComparedLeaf[] {
  if (script !== undefined || poll.again) return []
  const suspect = compareVotes(value, poll.votes).filter((leaf) => !isAgreed(leaf, asked))
  const askable = suspect.filter(({ own, path }) => own && path !== '')
  return askable.length > ASKED_AGAIN ? [] : askable
}

function wholeVotes({ poll }: FrameState): number {
  return poll.votes.filter(({ only }) => only === null).length
}

function compared(lane: FrameState, value: Json, asked: number): Check {
  const { votes } = lane.poll
  const leaves = compareVotes(value, votes)
  const failed = leaves.filter((leaf) => !isAgreed(leaf, asked))
  const differ = leaves.filter((leaf) => leaf.others.length > 0 && !failed.includes(leaf))
  const against = new Set(leaves.flatMap((leaf) => [...leaf.against]))
  return {
    check: 'votes',
    outcome: failed.length === 0 ? 'passed' : 'failed',
    checked: leaves.length,
    failed: failed.length,
    code: null,
    votes: {
      asked,
      came: wholeVotes(lane),
      agreeing: votes.filter(({ only }, i) => only === null && !against.has(i)).length,
      again: leaves.filter(({ again }) => again).length,
    },
    problems: [...failed, ...differ].slice(0, PROBLEMS).map(problemOf),
  }
}

function undone(lane: FrameState, asked: number, code: string): Check {
  const votes = { asked, came: wholeVotes(lane), agreeing: 0, again: 0 }
  return { check: 'votes', outcome: 'undone', checked: 0, failed: 0, code, votes, problems: [] }
}

/** `/rows/0/ends: 1 of 3 say "2027", 2 say "2028"`. */
function problemOf({ path, value, votes, agreeing, others }: ComparedLeaf): string {
  const told = others.slice(0, OTHERS).map((other) => `${other.votes} say ${inWords(other.value)}`)
  const more = others.length > OTHERS ? [`${others.length - OTHERS} more values`] : []
  const own = `${agreeing} of ${votes} say ${inWords(value)}`
  return `${path === '' ? 'the value' : path}: ${[own, ...told, ...more].join(', ')}`
}

function inWords(value: Json): string {
  if (value === null) return 'nothing'
  const text = canonicalJson(value)
  return text.length <= VALUE_CHARS ? text : `${text.slice(0, VALUE_CHARS).toWellFormed()}…`
}

/** The question for leaves alone: the whole one, what of its answer is settled, and which places are not. */
function goalOf(question: string, value: Json, suspect: readonly ComparedLeaf[]): string {
  const open = new Map(suspect.map(({ path }): [string, Json] => [path, '?']))
  const settled = canonicalJson(withLeaves(value, open))
  const cut = settled.length > SETTLED_CHARS ? `, its first ${whole(SETTLED_CHARS)} characters` : ''
  return [
    'Find what is missing in an answer.',
    `Question:\n${question}`,
    `The answer, with "?" for ${counted(suspect.length, 'value')} that nobody is sure of${cut}:\n${settled.slice(0, SETTLED_CHARS).toWellFormed()}`,
    `Look in the corpus for these values and for nothing else. Release an object with one member for each, named by its JSON Pointer; null for what the corpus does not say:\n${suspect.map(({ path }) => path).join('\n')}`,
  ].join('\n\n')
}

/** A member for each leaf, of the types that were said there. */
function schemaOf(suspect: readonly ComparedLeaf[]): JsonObject {
  const properties = suspect.map(({ path, value, others }) => {
    const types = new Set(['null', ...[value, ...others.map((other) => other.value)].map(typeOf)])
    return [path, { type: [...types] }]
  })
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonObject,
    required: suspect.map(({ path }) => path),
    additionalProperties: false,
  }
}

function typeOf(value: Json): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function leavesIn(answer: Json, paths: ReadonlySet<string>): ReadonlyMap<string, Json> {
  const members = new Map(typeof answer === 'object' && answer !== null ? Object.entries(answer) : [])
  return new Map([...paths].map((path) => [path, (members.get(path) ?? null) as Json]))
}
