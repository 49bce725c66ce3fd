import {
  type CellResult,
  type Frame,
  type FrameEnd,
  type Message,
  toWritError,
  WritError,
} from '@writ/contract'
import { compact } from './conversation.ts'
import { type Block, parseTurn, type TextFinal, type Turn } from './parse-turn.ts'
import { systemPrompt } from './prompts.ts'
import { cutMiddle, showCell } from './show.ts'
import { firstMessage, turnHeader } from './turn-header.ts'

/** Characters of cell output shown at most; a small window gets less. */
const SHOWN_CHARS = 20_000
/** Part of the window that one cell's output may take. */
const SHOWN_SHARE = 4
/** Characters per token taken for granted when fitting a conversation into a window. */
const CHARS_PER_TOKEN = 2

/** The loop of a frame: turn → blocks → output → next turn, until it releases, a limit is hit, or policy ends it. */
export async function replLoop(frame: Frame): Promise<FrameEnd> {
  const role = frame.depth === 0 ? 'orchestrator' : 'worker'
  const history: Message[] = [{ role: 'system', text: systemPrompt(role, frame.model.contextWindow) }]
  let pending = firstMessage(frame)
  let last = false
  let prose: string | undefined
  let refused: WritError | undefined
  try {
    for (let turn = 1; turn <= frame.maxTurns; turn += 1) {
      const reply = await takeTurn(frame, history, pending, turn, last || turn === frame.maxTurns)
      last = reply.last
      history.push({ role: 'user', text: reply.asked }, { role: 'assistant', text: reply.text })
      const parsed = parseTurn(reply.text)
      if (isProse(parsed, reply.text)) prose = reply.text
      const step = await actOn(frame, parsed, turn)
      if (step.released) return { incomplete: last }
      refused = step.refused ?? refused
      if (last) break
      pending = step.shown
    }
    return await rescue(frame, nothingReleased(refused), prose)
  } catch (error) {
    return await rescue(frame, toWritError(error), prose)
  }
}

interface Reply {
  readonly asked: string
  readonly text: string
  readonly last: boolean
}

/** Asks the model for a turn. When an ordinary turn no longer fits the limits, the one held back is taken instead. */
async function takeTurn(
  frame: Frame,
  history: readonly Message[],
  pending: string,
  turn: number,
  last: boolean,
): Promise<Reply> {
  const asked = `${turnHeader(frame, await frame.status(), turn, last)}\n\n${pending}`
  const conversation: readonly Message[] = [...history, { role: 'user', text: asked }]
  const window = Math.floor(frame.model.contextWindow * 0.75) * CHARS_PER_TOKEN
  const most = last ? Math.min(window, frame.lastTurnBytes) : window
  try {
    return { asked, text: await frame.turn(compact(conversation, most), last), last }
  } catch (error) {
    if (last || toWritError(error).code !== 'BUDGET_EXCEEDED') throw error
    return await takeTurn(frame, history, pending, turn, true)
  }
}

interface Step {
  readonly released: boolean
  /** Why a value that was to be released was not. */
  readonly refused?: WritError
  /** What the model is shown next. */
  readonly shown: string
}

async function actOn(frame: Frame, turn: Turn, number: number): Promise<Step> {
  const most = Math.min(SHOWN_CHARS, Math.floor((frame.model.contextWindow * CHARS_PER_TOKEN) / SHOWN_SHARE))
  const shown: string[] = []
  for (const [index, block] of turn.blocks.entries()) {
    const title = turn.blocks.length > 1 ? `Block ${index + 1}:\n` : ''
    const result = await runBlock(frame, block)
    if (typeof result === 'string') return { released: false, shown: [...shown, title + result].join('\n\n') }
    if (result.finalJson !== undefined) return await release(frame, result.finalJson, shown)
    shown.push(title + showCell(result, most))
    if (result.outcome !== 'ok') return { released: false, shown: shown.join('\n\n') }
  }
  if (turn.final !== undefined && number > 1) return await releaseText(frame, turn.final, shown, most)
  if (turn.unclosed) shown.push('Your last fenced block is not closed; nothing of it ran.')
  else if (turn.blocks.length === 0)
    shown.push('Your reply has no ```repl block; write one, or release with FINAL(value).')
  return { released: false, shown: cutMiddle(shown.join('\n\n'), 2 * most) }
}

/** Runs a block, or says why it cannot run. */
async function runBlock(frame: Frame, block: Block): Promise<CellResult | string> {
  if (block.language === 'other')
    return `A \`\`\`${block.tag} block does not run here: this REPL is JavaScript.`
  return await frame.cell({ language: block.language, code: block.code })
}

async function releaseText(
  frame: Frame,
  final: TextFinal,
  shown: readonly string[],
  most: number,
): Promise<Step> {
  if (final.form === 'value') return await release(frame, JSON.stringify(final.text), shown)
  const code = `FINAL_VAR(${JSON.stringify(final.name)})`
  const result = await frame.cell({ language: 'javascript', code })
  if (result.finalJson !== undefined) return await release(frame, result.finalJson, shown)
  return { released: false, shown: [...shown, showCell(result, most)].join('\n\n') }
}

/** A release that does not validate goes back to the frame with the reason; a refused one ends it. */
async function release(frame: Frame, valueJson: string, shown: readonly string[]): Promise<Step> {
  try {
    await frame.release(valueJson)
    return { released: true, shown: '' }
  } catch (error) {
    const known = toWritError(error)
    if (known.code !== 'INVALID_ANSWER' && known.code !== 'CITATION_INVALID') throw known
    const told = [...shown, `Not released: ${known.message} ${known.next}`].join('\n\n')
    return { released: false, refused: known, shown: told }
  }
}

/** A turn that says something and has nothing to run. */
function isProse({ blocks, unclosed }: Turn, text: string): boolean {
  return blocks.length === 0 && !unclosed && text.trim() !== ''
}

/**
 * A frame that cannot go on releases the draft that code left in `answer.content`. Without one, a frame that was cut
 * short releases the last turn that was prose: a model that answers without releasing is not thrown away.
 */
async function rescue(frame: Frame, error: WritError, prose: string | undefined): Promise<FrameEnd> {
  const { code } = error
  if (code === 'POLICY_DENIED' || code === 'LEDGER_FAILED') return { incomplete: false, error }
  const cut = code === 'NO_ANSWER' || code === 'BUDGET_EXCEEDED' || code === 'TIMED_OUT'
  try {
    const draft = await frame.draft()
    if (draft !== undefined) {
      await frame.release(draft)
      return { incomplete: true, error }
    }
    if (!cut || prose === undefined) return { incomplete: cut, error }
    await frame.release(JSON.stringify(prose.trim()))
    return { incomplete: true, error: proseAnswer(error) }
  } catch {
    return { incomplete: cut, error }
  }
}

/** The turns are spent. What was released and refused says more than that nothing was. */
function nothingReleased(refused: WritError | undefined): WritError {
  if (refused === undefined) return new WritError('NO_ANSWER', 'The last turn released nothing.')
  const message = `The turns are spent, and nothing that was released could be taken. ${refused.message}`
  return new WritError('NO_ANSWER', message, { data: { ended: refused.code } })
}

function proseAnswer({ code }: WritError): WritError {
  const why = code === 'NO_ANSWER' ? '' : ` The frame ended with ${code}.`
  const message = `The model answered in prose and never released; its last prose is the answer.${why}`
  return new WritError('PROSE_ANSWER', message, { data: { ended: code } })
}
