import {
  type Amount,
  type Limits,
  MAX_LEAF_OUTPUT_TOKENS,
  MAX_TURN_OUTPUT_TOKENS,
  type ModelProfile,
  WritError,
} from '@writ/contract'
import { attemptBound, inputTokensOf, textBytes } from './attempts.ts'

/** Bytes of recent messages a last turn may carry beside its instructions and goal. */
const LAST_TURN_HISTORY_BYTES = 16_384
/** A tight limit is shared out: one turn may take at most this part of it, so that several remain possible. */
const TURN_SHARE = 8
const LEAF_SHARE = 16
/** Fewer output tokens than this hold no answer worth paying for. */
const LEAST_OUTPUT_TOKENS = 256

/** Most output tokens of one of the frame's own turns. Always sent, so that the worst case is known beforehand. */
export function turnOutputTokens(limits: Limits, model: ModelProfile): number {
  return outputTokens(limits, model, MAX_TURN_OUTPUT_TOKENS, TURN_SHARE)
}

/** Most output tokens of one sub-call. */
export function leafOutputTokens(limits: Limits, model: ModelProfile): number {
  return outputTokens(limits, model, MAX_LEAF_OUTPUT_TOKENS, LEAF_SHARE)
}

/** Messages of a sub-call at most: its instructions and prompt, and what it is told when it is asked again. */
const LEAF_MESSAGES = 4

/** The worst case of one attempt of a sub-call within the limits. */
export function leafBound(limits: Limits, model: ModelProfile): Amount {
  const { maxPromptBytes } = limits
  const input =
    maxPromptBytes === undefined ? model.contextWindow : inputTokensOf(maxPromptBytes, LEAF_MESSAGES)
  return attemptBound(model, input, leafOutputTokens(limits, model))
}

/** Throws `BUDGET_EXCEEDED` for a sub-call that would send more than it may. */
export function requirePrompt(
  { maxPromptBytes }: Limits,
  messages: readonly { readonly text: string }[],
): void {
  if (maxPromptBytes === undefined) return
  const bytes = textBytes(messages)
  if (bytes <= maxPromptBytes) return
  throw new WritError(
    'BUDGET_EXCEEDED',
    `The prompt of a sub-call has ${bytes} bytes with its instructions; at most ${maxPromptBytes} may be sent.`,
    { data: { limit: 'promptBytes', most: maxPromptBytes } },
  )
}

function outputTokens(limits: Limits, model: ModelProfile, most: number, share: number): number {
  const byWindow = Math.floor(model.contextWindow / 4)
  const byTokens = limits.maxTokens === null ? most : Math.floor(limits.maxTokens / share)
  const nano = model.price?.outputNanoUsd ?? 0
  const byCost =
    limits.maxCostMicroUsd === null || nano === 0
      ? most
      : Math.floor((limits.maxCostMicroUsd * 1000) / share / nano)
  return Math.min(most, Math.max(LEAST_OUTPUT_TOKENS, Math.min(byWindow, byTokens, byCost)))
}

/** Most bytes of what was said before a question, whatever the window. */
const CONVERSATION_BYTES = 32_768
/** Part of the window that it may take. */
const CONVERSATION_SHARE = 4

/** Bytes that what was said before a question may have: every turn sends them again. */
export function conversationRoom({ maxTokens }: Limits, { contextWindow }: ModelProfile): number {
  const byTokens = maxTokens === null ? CONVERSATION_BYTES : Math.floor(maxTokens / TURN_SHARE)
  return Math.min(CONVERSATION_BYTES, byTokens, Math.floor(contextWindow / CONVERSATION_SHARE))
}

/** Bytes that a frame's last turn may send: its instructions, its opening, and as much history as the limits allow. */
export function lastTurnBytes(
  limits: Limits,
  model: ModelProfile,
  promptBytes: number,
  opening: string,
): number {
  const byTokens =
    limits.maxTokens === null ? LAST_TURN_HISTORY_BYTES : Math.floor(limits.maxTokens / TURN_SHARE)
  const history = Math.min(LAST_TURN_HISTORY_BYTES, byTokens, model.contextWindow)
  return promptBytes + Buffer.byteLength(opening) + history
}

/** The worst case of one turn that sends at most so many bytes. */
export function turnBound(limits: Limits, model: ModelProfile, bytes: number): Amount {
  return attemptBound(model, bytes, turnOutputTokens(limits, model))
}
