import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { promptGoesOn, withoutMessages } from '@writ/contract'

/** What a request is: a turn of a frame that has a REPL, or one prompt to judge or quote. */
export type Conversation =
  | {
      readonly role: 'frame'
      readonly goal: string
      /** Whether something was said before, which the goal may point back to. */
      readonly goesOn: boolean
      /** Turns already taken. */
      readonly turns: number
      /** Cell outputs so far, oldest first. */
      readonly outputs: readonly string[]
      /** True when this turn must release. */
      readonly last: boolean
    }
  | { readonly role: 'leaf'; readonly prompt: string }

/** Every user message starts with a header line such as `[turn 3 of 30 · …]`, and one more when it is the last turn. */
const TURN = /^\[turn (\d+) of \d+/
const LAST_TURN = /\b(?:last|final) turn\b/i
const HEADER_LINES = 2

/** Tells a frame's turn from a sub-call by whether the system text lists REPL names. */
export function conversationOf(prompt: LanguageModelV4Prompt): Conversation {
  const system = prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n')
  const users = prompt.flatMap((message) => (message.role === 'user' ? [textOf(message.content)] : []))
  if (!/\bllm_query\b/.test(system) || !/\bREPL\b/.test(system)) {
    return { role: 'leaf', prompt: users.join('\n\n') }
  }
  const [first = '', ...outputs] = users
  // What was said before is never taken for the question.
  const { goal, around } = goalOf(withoutMessages(first))
  return {
    role: 'frame',
    goal,
    goesOn: promptGoesOn(first),
    turns: Math.max(
      prompt.filter((message) => message.role === 'assistant').length,
      turnIn(users.at(-1)) - 1,
    ),
    outputs,
    last: LAST_TURN.test(headerOf(outputs.at(-1) ?? around)),
  }
}

/** A long conversation loses its oldest turns, so the header knows better how many there were. */
function turnIn(message = ''): number {
  return Number(TURN.exec(message)?.[1] ?? 1)
}

function headerOf(message: string): string {
  return message.split('\n', HEADER_LINES).join('\n')
}

/** The goal stands between a `Question:` line and the last `Corpus:` line after it; the rest is header. */
function goalOf(message: string): { goal: string; around: string } {
  const lines = message.split('\n')
  const from = lines.findIndex((line) => line.startsWith('Question:'))
  if (from < 0) return { goal: message.trim(), around: '' }
  const after = lines.findLastIndex((line, index) => index > from && line.startsWith('Corpus:'))
  const to = after < 0 ? lines.length : after
  const goal = [(lines[from] ?? '').replace(/^Question:\s*/, ''), ...lines.slice(from + 1, to)]
  return { goal: goal.join('\n').trim(), around: [...lines.slice(0, from), ...lines.slice(to)].join('\n') }
}

function textOf(parts: readonly { readonly type: string; readonly text?: string }[]): string {
  return parts.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('')
}
