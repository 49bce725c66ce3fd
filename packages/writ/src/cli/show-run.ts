import {
  checkInWords,
  counted,
  dollars,
  endedInWords,
  notesInWords,
  type Outcome,
  seconds,
  unsentInWords,
  whole,
} from '@writ/contract'
import type { FrameView, RunView, StepView } from '../index.ts'
import { block, fit } from './answer/block.ts'
import { citationBlock } from './answer/citations.ts'
import { coverageFact, documentFact, supportInWords } from './answer/facts.ts'
import { valueBlocks } from './answer/value-blocks.ts'
import { describeConversation } from './describe-conversation.ts'
import { describeFork } from './describe-fork.ts'
import { cutToWidth, wrapped } from './display-width.ts'
import { strategyInWords } from './strategy-words.ts'

/** How a run is shown. */
export interface RunLook {
  readonly columns: number
  /** With the whole answer and every citation. */
  readonly full: boolean
  /** What the run was called, for the commands that are named. */
  readonly name: string
}

/** Documents told one by one where not all is asked for. */
const DOCUMENTS = 6

/** Steps that went wrong, told above the tree. */
const TOLD = 5

/** A run for people: what became of it, what went wrong, and the tree of its frames and steps. */
export function runLines(view: RunView, look: RunLook): readonly string[] {
  const lines = [
    ...headLines(view, look),
    ...answerLines(view, look),
    ...wrongLines(view),
    '',
    ...treeLines(view),
    ...withheldLines(view),
    '',
    `\`writ show ${look.name} <frame>/<n>\` shows a step whole: what it was asked and what came of it.`,
  ]
  return lines.map((line) => cutToWidth(line, look.columns))
}

function headLines(view: RunView, look: RunLook): readonly string[] {
  const {
    run,
    status,
    question,
    user,
    purpose,
    models,
    startedAt,
    tookMs,
    label,
    fork,
    conversation,
    confinement,
  } = view
  const took = tookMs === null ? [] : [seconds(tookMs)]
  const { cachedInputTokens: tokens } = view
  const cost = [
    ...(view.charged === null ? [] : [costOf(view.charged.costMicroUsd, view.costKnown)]),
    ...(tokens === 0 ? [] : [`${whole(tokens)} input tokens cached`]),
  ]
  return [
    `run ${run}: ${status}${view.basis === null ? '' : `, ${view.basis}`}`,
    `question: ${question === null ? '(withheld or erased)' : oneLine(question)}`,
    [`asked by ${user} for ${purpose}`, timeOf(startedAt), ...took, ...cost, models.join(', '), label].join(
      ' · ',
    ),
    ...(view.script === null ? [] : [`script: ${view.script.name} · plan hash ${view.script.planHash}`]),
    `confined: ${confinement.level} (${confinement.layers.join(' in ')})`,
    ...whyLines(view, look),
    ...(view.coverage === null ? [] : [`coverage: ${coverageFact({ coverage: view.coverage }, Infinity)}`]),
    ...documentLines(view, look),
    ...view.checks.map((check) => `check: ${checkInWords(check)}`),
    ...(view.notes === null ? [] : [`notes: ${notesInWords(view.notes).join(' · ')}`]),
    ...(view.support === null ? [] : [`support: ${supportInWords(view.support)}`]),
    ...(fork === null ? [] : [`forked ${describeFork(fork)}`]),
    ...(conversation === null ? [] : [`goes on ${describeConversation(conversation)}`]),
  ]
}

/** Why it is not complete, whole: what to do next stands at its end. */
function whyLines({ reason }: RunView, { columns, name }: RunLook): readonly string[] {
  return reason === null ? [] : wrapped(oneLine(`why: ${reason.replaceAll('<run>', name)}`), columns)
}

/** What was looked at of each document: those read most first, then those never touched. */
function documentLines({ coverage }: RunView, { full, name }: RunLook): readonly string[] {
  const all = coverage?.perDocument ?? []
  const told = full || all.length <= DOCUMENTS ? all : all.slice(0, DOCUMENTS - 1)
  const rest = (full ? (coverage?.documents ?? 0) : all.length) - told.length
  const more = full ? 'not told one by one' : `writ show ${name} --full`
  return [
    ...told.map((one) => `  ${oneLine(one.doc)}: ${documentFact(one)}`),
    ...(rest > 0 && all.length > 0 ? [`  … ${counted(rest, 'more document')} (${more})`] : []),
  ]
}

function answerLines(
  { status, reason, basis, released, answerSchema: schema }: RunView,
  { full, name }: RunLook,
): readonly string[] {
  if (released === null) {
    if (basis !== null) return []
    const ended = status === 'open' || status === 'aborted' ? '' : `: the run ${endedInWords(status, reason)}`
    return [`No answer was released${ended}.`]
  }
  const { value, citations } = released
  const columns = full ? Infinity : 100
  const cited = new Set<(typeof citations)[number]>()
  const blocks = [
    ...valueBlocks(
      value,
      citations,
      { columns, full, claim: 0, ...(schema === null ? {} : { schema }) },
      cited,
    ),
    ...(full ? [citationBlock(citations, cited, columns, 1)] : []),
  ]
  const rows = full ? Infinity : 4
  const shown = fit([block([''], 0), ...blocks], { columns, rows }, `writ show ${name} --full`)
  return shown.flatMap(({ text }) => text.split('\n'))
}

/** The last steps that did not end well: where to look first. */
function wrongLines({ steps }: RunView): readonly string[] {
  const wrong = steps.filter(({ outcome, kind }) => outcome !== 'ok' && kind !== 'run.close')
  const told = wrong.slice(-TOLD)
  if (told.length === 0) return []
  const before = wrong.length - told.length
  return [
    '',
    before === 0 ? 'What went wrong:' : `What went wrong last (${whole(before)} earlier):`,
    ...told.map((step) => `  ${step.lane}/${step.n} ${nameOf(step.op)}: ${problemOf(step)}`),
  ]
}

function treeLines({ frames, steps }: RunView): readonly string[] {
  const stepsOf = Map.groupBy(steps, ({ lane }) => lane)
  const known = new Map(frames.map((frame) => [frame.lane, frame]))
  const tree = (lane: string, indent: string): string[] => {
    const frame = known.get(lane)
    if (frame === undefined) return []
    const own = (stepsOf.get(lane) ?? []).toSorted((a, b) => a.n - b.n)
    return [
      indent + frameLine(frame),
      // A step in which no other model had to be asked says nothing.
      ...own
        .filter(({ op }) => op !== 'fallback')
        .flatMap((step) => [
          ...stepLines(step, `${indent}  `, frame.model),
          ...(step.child === null ? [] : tree(step.child, `${indent}    `)),
        ]),
    ]
  }
  return tree('0', '')
}

function frameLine({ lane, goal, turns, outcome, label, charged, tookMs }: FrameView): string {
  const calls = charged === null ? [] : [counted(charged.calls, 'call')]
  const facts = [counted(turns, 'turn'), ...calls, seconds(tookMs), label, ...endOf(outcome)]
  return `frame ${lane}  ${facts.join(' · ')}  ${goal === null ? '' : `“${oneLine(goal)}”`}`.trimEnd()
}

const MARKS: Readonly<Partial<Record<Outcome, string>>> = { ok: '✓', 'in-doubt': '?' }

function stepLines(step: StepView, indent: string, usual: string): readonly string[] {
  const { lane, n, op, outcome, shared, refusals } = step
  const facts = [...modelOf(step, usual), ...factsOf(step), ...(shared ? ['shared'] : [])]
  const what = step.withheld === null ? whatOf(step) : '(withheld)'
  const problem = outcome === 'ok' ? '' : `  ${problemOf(step)}`
  const text = `${MARKS[outcome] ?? '✗'} ${`${lane}/${n}`.padEnd(6)} ${nameOf(op).padEnd(9)} ${oneLine(what)}${problem}`
  const line = `${indent}${text.trimEnd()}${facts.length === 0 ? '' : `  [${facts.join(' · ')}]`}`
  return [line, ...refusals.map((refusal) => `${indent}         ${refusal}`)]
}

/** Who was asked, where that is not the model its frame was opened with, and for which call. */
function modelOf({ op, model, lane, instead }: StepView, usual: string): readonly string[] {
  if (model === null || model === usual || (op !== 'turn' && instead === null)) return []
  return [instead === null ? model : `${model} instead, for ${lane}/${instead}`]
}

/** What a step was for; the question stands above the tree already. */
function whatOf({ kind, op, about }: StepView): string {
  if (kind === 'run.open') return ''
  return kind === 'strategy.chosen' ? strategyInWords(op, about ?? '') : (about ?? '')
}

function nameOf(op: string): string {
  return op === 'leaf' ? 'sub-call' : op
}

function factsOf({
  items,
  unsent,
  documents,
  charged,
  costKnown,
  bound,
  tookMs,
  child,
}: StepView): readonly string[] {
  const tokens =
    charged === null || charged.calls === 0
      ? []
      : [
          `${whole(charged.inputTokens)} → ${whole(charged.outputTokens)} tokens`,
          costOf(charged.costMicroUsd, costKnown) + (bound ? ' (worst case)' : ''),
        ]
  return [
    ...(child === null ? [] : [`frame ${child}`]),
    ...(items === null || items === 1 || (items === 0 && unsent !== null) ? [] : [counted(items, 'request')]),
    ...(unsent === null ? [] : unsentInWords(unsent)),
    ...(documents.length === 0 ? [] : [documentsInShort(documents)]),
    ...tokens,
    ...(tookMs === null ? [] : [seconds(tookMs)]),
  ]
}

function documentsInShort(documents: readonly string[]): string {
  const [first = '', ...more] = documents
  return more.length === 0 ? first : `${first} and ${counted(more.length, 'more document')}`
}

/** Why a step did not end well, in its own words where they may be shown. */
function problemOf({ outcome, error, refusals, items, returned }: StepView): string {
  if (refusals[0] !== undefined && outcome === 'denied') return refusals[0]
  if (error !== null) return error.message === '' ? error.code : `${error.code}: ${inShort(error.message)}`
  if (outcome !== 'in-doubt') return outcome
  return returned > 0 ? `${returned} of ${counted(items ?? 0, 'request')} came back` : 'no result is recorded'
}

/** An error and where it was thrown; the line of code and who called stand in the step itself. */
function inShort(message: string): string {
  const [first = '', place = ''] = message.split('\n')
  return oneLine(/^\s+at /.test(place) ? `${first} ${place}` : first).replace(/:$/, '')
}

/** Each reason once, below the tree. */
function withheldLines({ steps }: RunView): readonly string[] {
  const reasons = Map.groupBy(
    steps.filter(({ withheld }) => withheld !== null),
    ({ withheld }) => withheld,
  )
  return [...reasons].flatMap(([reason, own]) => [
    '',
    `Withheld of ${counted(own.length, 'step')}: ${reason}`,
  ])
}

function endOf(outcome: Outcome): readonly string[] {
  if (outcome === 'ok') return []
  return [outcome === 'in-doubt' ? 'not ended' : outcome]
}

function costOf(microUsd: number, known: boolean): string {
  return known ? dollars(microUsd) : 'cost unknown'
}

function timeOf(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
