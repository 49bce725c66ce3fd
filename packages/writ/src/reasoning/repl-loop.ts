import {
  type CellResult,
  type CellRun,
  counted,
  type Frame,
  type FrameEnd,
  type Message,
  replOf,
  toWritError,
  WritError,
} from '@writ/contract'
import { compact } from './conversation.ts'
import { Drift, driftWarning, lastError, noProgress, type TurnTrace } from './drift.ts'
import { type Block, parseTurn, type Turn } from './parse-turn.ts'
import { fenceOf, systemPrompt } from './prompts.ts'
import { rescue } from './rescue.ts'
import { cutMiddle, showCell } from './show.ts'
import type { TextFinal } from './text-final.ts'
import { firstMessage, turnHeader } from './turn-header.ts'

/** Characters of cell output shown at most; a small window gets less. */
const SHOWN_CHARS = 20_000
/** Part of the window that one cell's output may take. */
const SHOWN_SHARE = 4
/** Characters per token taken for granted when fitting a conversation into a window. */
const CHARS_PER_TOKEN = 2

/**
 * The loop of a frame: turn → blocks → output → next turn, until it releases, wanders, a limit is hit, or policy ends it.
 * `taken` are turns that the frame took before it.
 */
export async function replLoop(frame: Frame, taken = 0): Promise<FrameEnd> {
  const { contextWindow } = frame.model
  let history: readonly Message[] = [
    { role: 'system', text: systemPrompt(frame.role, contextWindow, frame.tuning) },
  ]
  const drift = new Drift()
  let warning: string | undefined
  let pending = firstMessage(frame)
  let turns = taken
  let last = false
  let prose: string | undefined
  let refused: WritError | undefined
  let ended: string | undefined
  try {
    for (let turn = taken + 1; turn <= frame.maxTurns; turn += 1) {
      const reply = await takeTurn(frame, history, pending, warning, turn, last || turn === frame.maxTurns)
      turns = turn
      last = reply.last
      // Each turn adds to what went out, so that a provider finds its beginning in its cache.
      history = [...reply.asked, { role: 'assistant', text: reply.text }]
      const parsed = parseTurn(reply.text, replOf([frame.tuning]))
      if (isProse(parsed)) prose = reply.text
      const step = await actOn(frame, parsed, turn - taken, last)
      if (step.released) return { incomplete: last }
      refused = step.refused ?? refused
      ended = step.trace.error
      if (last) break
      const wanders = drift.accept(step.trace)
      if (wanders !== undefined && warning !== undefined) throw noProgress(wanders, step.trace.error)
      warning = wanders === undefined ? undefined : driftWarning(wanders)
      pending = step.shown
    }
    return await end(frame, nothingReleased(turns, refused, ended), prose)
  } catch (error) {
    return await end(frame, toWritError(error), prose)
  }
}

interface Reply {
  /** The conversation as it went out. */
  readonly asked: readonly Message[]
  readonly text: string
  readonly last: boolean
}

/** Asks the model for a turn. When an ordinary turn no longer fits the limits, the one held back is taken instead. */
async function takeTurn(
  frame: Frame,
  history: readonly Message[],
  pending: string,
  warning: string | undefined,
  turn: number,
  last: boolean,
): Promise<Reply> {
  const header = turnHeader(frame, await frame.status(), turn, last, warning)
  const conversation: readonly Message[] = [...history, { role: 'user', text: `${header}\n\n${pending}` }]
  const window = Math.floor(frame.model.contextWindow * 0.75) * CHARS_PER_TOKEN
  const asked = compact(conversation, last ? Math.min(window, frame.lastTurnBytes) : window)
  try {
    return { asked, text: await frame.turn(asked, last), last }
  } catch (error) {
    if (last || toWritError(error).code !== 'BUDGET_EXCEEDED') throw error
    return await takeTurn(frame, history, pending, warning, turn, true)
  }
}

interface Step {
  readonly released: boolean
  /** Why a value that was to be released was not. */
  readonly refused?: WritError
  /** What the model is shown next. */
  readonly shown: string
  /** What it did, for telling whether the frame gets anywhere. */
  readonly trace: TurnTrace
}

/** Blocks that ran so far in a turn: what is shown of them, and their trace. */
class Ran {
  readonly #shown: string[] = []
  readonly #code: string[] = []
  readonly #printed: string[] = []
  readonly #asked: string[] = []

  add({ code }: Pick<Block, 'code'>, { output, shown, asked }: CellRun): void {
    this.#code.push(code)
    this.#printed.push(...[output, shown ?? ''].filter((text) => text !== ''))
    if (asked !== null) this.#asked.push(asked)
  }

  show(text: string): void {
    this.#shown.push(text)
  }

  /** What the turn came to when it released nothing. */
  open(error?: string): Step {
    return { released: false, shown: this.#shown.join('\n\n'), trace: this.#trace(error) }
  }

  released(): Step {
    return { released: true, shown: '', trace: this.#trace(undefined) }
  }

  #trace(error: string | undefined): TurnTrace {
    return {
      code: this.#code.join('\n'),
      printed: this.#printed.join('\n'),
      asked: this.#asked.join(' '),
      error: error?.split('\n', 1)[0],
    }
  }
}

async function actOn(frame: Frame, turn: Turn, number: number, last: boolean): Promise<Step> {
  const most = Math.min(SHOWN_CHARS, Math.floor((frame.model.contextWindow * CHARS_PER_TOKEN) / SHOWN_SHARE))
  const ran = new Ran()
  for (const [index, block] of turn.blocks.entries()) {
    const title = turn.blocks.length > 1 ? `Block ${index + 1}:\n` : ''
    if (block.language === 'other') return refuse(ran, title, otherLanguage(frame, block))
    const result = await frame.cell({ language: block.language, code: block.code })
    ran.add(block, result)
    if (result.finalJson !== undefined) return await release(frame, result.finalJson, last, ran)
    ran.show(title + showCell(result, most))
    if (result.outcome !== 'ok') return ran.open(errorOf(result))
  }
  if (turn.final !== undefined && number > 1) return await releaseText(frame, turn.final, last, ran, most)
  if (turn.unclosed) return refuse(ran, '', 'Your last fenced block is not closed; nothing of it ran.')
  if (turn.final !== undefined)
    return refuse(
      ran,
      '',
      'A release written as text does not count in the first turn: look at the corpus first.',
    )
  if (turn.blocks.length === 0)
    return refuse(
      ran,
      '',
      `Your reply has no \`\`\`${fenceOf(frame.tuning)} block; write one, or release with FINAL(value).`,
    )
  const { shown, ...step } = ran.open()
  return { ...step, shown: cutMiddle(shown, 2 * most) }
}

function otherLanguage({ tuning }: Frame, { tag }: Block): string {
  const language = replOf([tuning]) === 'python' ? 'Python' : 'JavaScript'
  return `A \`\`\`${tag} block does not run here: this REPL is ${language}.`
}

/** Ends a turn with words of the host in place of what it asked for. */
function refuse(ran: Ran, title: string, words: string): Step {
  ran.show(title + words)
  return ran.open(words)
}

function errorOf({ outcome, error }: CellResult): string {
  return error === undefined ? outcome : `${error.name}: ${error.message}`
}

async function releaseText(
  frame: Frame,
  final: TextFinal,
  last: boolean,
  ran: Ran,
  most: number,
): Promise<Step> {
  if (final.form === 'value') return await release(frame, final.json, last, ran)
  const code = `FINAL_VAR(${JSON.stringify(final.name)})`
  const result = await frame.cell({ language: replOf([frame.tuning]), code })
  ran.add({ code }, result)
  if (result.finalJson !== undefined) return await release(frame, result.finalJson, last, ran)
  ran.show(showCell(result, most))
  return ran.open(errorOf(result))
}

/** Codes of a release that its frame may correct. */
const SENT_BACK: ReadonlySet<string> = new Set(['INVALID_ANSWER', 'CITATION_INVALID', 'CHECKS_FAILED'])

/** A release that does not validate goes back to the frame with the reason; a refused one ends it. */
async function release(frame: Frame, valueJson: string, last: boolean, ran: Ran): Promise<Step> {
  try {
    await frame.release(valueJson, last)
    return ran.released()
  } catch (error) {
    const known = toWritError(error)
    if (!SENT_BACK.has(known.code)) throw known
    return { ...refuse(ran, '', `Not released: ${known.message} ${known.next}`), refused: known }
  }
}

/** A turn that says something and has nothing to run: no block, and no variable that is to be released. */
function isProse({ blocks, unclosed, final, said }: Turn): boolean {
  return blocks.length === 0 && !unclosed && final?.form !== 'variable' && said
}

/** Codes of a frame that was cut short: what its model last said may stand for its answer. */
const CUT_SHORT: ReadonlySet<string> = new Set(['NO_ANSWER', 'NO_PROGRESS', 'BUDGET_EXCEEDED', 'TIMED_OUT'])

/** Ends a frame that cannot go on. */
async function end(frame: Frame, error: WritError, prose: string | undefined): Promise<FrameEnd> {
  return await rescue(frame, error, CUT_SHORT.has(error.code), prose)
}

/** The turns are spent. What was released and refused says more than that nothing was, and how the last turn ended. */
function nothingReleased(
  turns: number,
  refused: WritError | undefined,
  ended: string | undefined,
): WritError {
  if (refused === undefined) {
    const took = `The frame took ${counted(turns, 'turn')} and released nothing${lastError(ended)}.`
    return new WritError('NO_ANSWER', took)
  }
  const message = `The turns are spent, and nothing that was released could be taken. ${refused.message}`
  return new WritError('NO_ANSWER', message, { data: { ended: refused.code } })
}
