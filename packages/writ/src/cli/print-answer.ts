import { styleText } from 'node:util'
import {
  type Answer,
  type Basis,
  type Citation,
  defined,
  endedInWords,
  type Json,
  type NamedPartition,
} from '@writ/contract'
import { type Block, block, fit, type ShownLine, type Tone } from './answer/block.ts'
import { citationBlock } from './answer/citations.ts'
import {
  answeredFact,
  checkFacts,
  costFact,
  coverageFact,
  leftOutFact,
  maskedFact,
  notesFact,
  partlyFact,
  refusedFacts,
  supportFact,
} from './answer/facts.ts'
import { valueBlocks } from './answer/value-blocks.ts'
import { describeConversation } from './describe-conversation.ts'
import { displayWidth, wrapped } from './display-width.ts'
import { printableLine } from './printable.ts'

/** Where an answer is printed. Infinite where nothing has to fit: a pipe, or `--full`. */
export interface AnswerScreen {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
}

/** What an answer does not hold itself. */
export interface AnswerSurroundings {
  /** Partitions of the run, for refusals in words. */
  readonly partitions?: readonly NamedPartition[]
  /** What the run shares with the one it was forked from. */
  readonly fork?: string | undefined
  /** The schema the answer was asked to fit, which orders columns. */
  readonly schema?: Json
  /** The evidence file as it is shown, where that is shorter. */
  readonly evidence?: string
  /** Commands that count again what was counted; none where nothing but the run could. */
  readonly checks?: readonly string[]
  /** Added to every command that is named, such as ` --home dir`. */
  readonly options?: string
}

/** Nothing has to fit, and nothing is coloured. */
export const WHOLE: AnswerScreen = { columns: Infinity, rows: Infinity, colour: false }

/** What is served first where room is short. */
const CLAIM = {
  head: 0,
  answer: 1,
  cost: 2,
  coverage: 3,
  evidence: 4,
  why: 5,
  checks: 6,
  support: 6,
  refused: 7,
  leftOut: 8,
  masked: 9,
  fork: 10,
  conversation: 11,
  commands: 12,
  citations: 20,
} as const

const INDENT = 'coverage '.length

/** An answer for people: as much as fits, its basis first, then the answer, then what it cost and rests on. */
export function printAnswer(
  answer: Answer,
  screen: AnswerScreen = WHOLE,
  around: AnswerSurroundings = {},
): string {
  const { columns, colour } = screen
  const options = around.options ?? ''
  const cited = new Set<Citation>()
  const { schema } = around
  const view = { columns, full: columns === Infinity, claim: CLAIM.answer, ...defined({ schema }) }
  const released = answer.basis !== null
  const value = released ? valueBlocks(answer.value, answer.citations, view, cited) : []
  const quotes = citationBlock(answer.citations, cited, columns, CLAIM.citations)
  const blocks = [
    ...headBlocks(answer, columns, options),
    ...value.toSpliced(1, 0, checkBlock(around.checks)),
    quotes,
    ...factBlocks(answer, columns, around),
  ]
  const how = `writ show last --full${options}`
  return `${fit(blocks, screen, how)
    .map((line) => painted(line, colour))
    .join('\n')}\n`
}

/** Commands that check what the text of an answer says. Like a path, none is broken by us: what is copied has to work. */
function checkBlock(commands: readonly string[] = []): Block {
  return block(
    commands.map((command) => `check: ${printableLine(command)}`),
    CLAIM.checks,
  )
}

const BASIS: Readonly<Record<Basis, readonly [string, Tone]>> = {
  exact: ['Exact: code decided this, and other code can check it.', 'good'],
  model: ['A language model said this; nothing proves it right.', 'head'],
  passages: ['Passages whose words fit; nothing was judged.', 'warn'],
}

/** Only a script ends without a model. */
const SCRIPTED = ['A script made this; no model was asked, and nothing was judged.', 'warn'] as const

/** What the answer is worth, and why there is none or not all of it. */
function headBlocks(
  { basis, status, reason, run, usage }: Answer,
  columns: number,
  options: string,
): readonly Block[] {
  const [text, tone]: readonly [string, Tone] =
    basis === null
      ? [`No answer was released: the run ${endedInWords(status, reason)}.`, 'bad']
      : basis === 'passages' && usage.modelCalls === 0
        ? SCRIPTED
        : BASIS[basis]
  const why = [
    ...(basis !== null && status !== 'complete' ? [`${status}: not all of the work was done.`] : []),
    // What to do next is typed as it stands.
    ...(reason === null ? [] : [reason.replaceAll(/\s*\n\s*/g, ' ').replaceAll('<run>', run + options)]),
  ].flatMap((line) => wrapped(printableLine(line), columns))
  return [block(wrapped(text, columns), CLAIM.head, { tone }), block(why, CLAIM.why, { tone: 'warn' })]
}

function factBlocks(answer: Answer, columns: number, around: AnswerSurroundings): readonly Block[] {
  const { evidence } = answer
  const options = around.options ?? ''
  const path = printableLine(around.evidence ?? evidence ?? 'none')
  const commands = ['writ show last', 'writ report last --out report.html', 'writ verify last']
  const refused = refusedFacts(answer, around.partitions ?? [])
  const fact = (name: string, texts: readonly string[], claim: number, more: Partial<Block> = {}): Block =>
    factBlock(name, texts, columns, claim, more)
  return [
    fact('cost', [costFact(answer)], CLAIM.cost, { least: Infinity, apart: true }),
    fact('models', present(answeredFact(answer)), CLAIM.checks),
    fact('checks', checkFacts(answer), CLAIM.checks),
    fact('support', present(supportFact(answer, columns)), CLAIM.support),
    fact('coverage', [coverageFact(answer, columns)], CLAIM.coverage, { least: Infinity }),
    fact('notes', present(notesFact(answer)), CLAIM.coverage, { least: Infinity }),
    fact('refused', refused, CLAIM.refused),
    fact('left out', present(leftOutFact(answer)), CLAIM.leftOut),
    fact('masked', present(maskedFact(answer)), CLAIM.masked),
    fact('in part', present(partlyFact(answer)), CLAIM.masked),
    fact('goes on', conversationFacts(answer), CLAIM.conversation),
    fact('fork', present(around.fork === undefined ? undefined : printableLine(around.fork)), CLAIM.fork),
    // A path is never cut or broken by us: what is copied has to work.
    block([INDENT + displayWidth(path) > columns ? path : labelled('evidence', path)], CLAIM.evidence),
    fact('more', [commands.map((command) => command + options).join(' · ')], CLAIM.commands),
  ]
}

function conversationFacts({ conversation }: Answer): readonly string[] {
  return conversation === undefined ? [] : [describeConversation(conversation)]
}

function factBlock(
  name: string,
  texts: readonly string[],
  columns: number,
  claim: number,
  more: Partial<Block>,
): Block {
  // Two columns are left for the mark that something is not shown.
  const lines = texts.flatMap((text) => facts(text, columns - INDENT - 2))
  const labelledLines = lines.map((line, at) => labelled(at === 0 ? name : '', line))
  return block(labelledLines, claim, { least: 1, unit: '', ...more })
}

/** Facts of one line, broken between them where they do not fit. */
function facts(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const fact of text.split(' · ')) {
    const last = lines.at(-1)
    if (last !== undefined && displayWidth(`${last} · ${fact}`) <= columns)
      lines.splice(-1, 1, `${last} · ${fact}`)
    else lines.push(...wrapped(fact, columns))
  }
  return lines
}

function labelled(name: string, text: string): string {
  return `${name.padEnd(INDENT)}${text}`
}

function present(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text]
}

const STYLES = {
  head: 'bold',
  good: ['bold', 'green'],
  warn: 'yellow',
  bad: ['bold', 'red'],
  soft: 'dim',
} as const

function painted({ text, tone }: ShownLine, colour: boolean): string {
  if (!colour || tone === 'plain' || text === '') return text
  return styleText([STYLES[tone]].flat(), text, { validateStream: false })
}
