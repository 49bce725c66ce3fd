import type { Message } from '@writ/contract'
import { cutMiddle } from './show.ts'

/** Bytes a message costs beyond its text, and the request as a whole: what the kernel adds to its bound too. */
const MESSAGE_BYTES = 8
const REQUEST_BYTES = 16

/** Bytes of a request with these messages. */
export function requestBytes(messages: readonly Message[]): number {
  return messages.reduce(
    (sum, message) => sum + Buffer.byteLength(message.text) + MESSAGE_BYTES,
    REQUEST_BYTES,
  )
}

/**
 * Makes a conversation fit: the oldest turns after the goal give way first, then the newest message is cut in the
 * middle. The instructions and the goal stay. Only recorded text goes in, so a replay builds the same.
 */
export function compact(messages: readonly Message[], mostBytes: number): readonly Message[] {
  if (requestBytes(messages) <= mostBytes) return messages
  const [system, goal, ...rest] = messages
  if (system === undefined || goal === undefined) return messages
  let kept = rest
  while (kept.length > 1 && requestBytes([system, gap(goal), ...kept]) > mostBytes)
    kept = kept.slice(kept.length > 2 ? 2 : 1)
  const shorter = [system, kept.length < rest.length ? gap(goal) : goal, ...kept]
  const last = shorter.at(-1)
  const over = requestBytes(shorter) - mostBytes
  if (over <= 0 || last === undefined || kept.length === 0) return shorter
  // A UTF-16 unit takes at most three bytes, and the words about the cut take some more.
  const most = Math.max(0, Math.floor((Buffer.byteLength(last.text) - over - 100) / 3))
  return [...shorter.slice(0, -1), { role: last.role, text: cutMiddle(last.text, most) }]
}

function gap(goal: Message): Message {
  return {
    role: 'user',
    text: `${goal.text}\n\n[Earlier turns are left out here; your variables still hold what you computed.]`,
  }
}
