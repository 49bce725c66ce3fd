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

/** Part of the room that a conversation is made to take when it no longer fits: the turns after it then add to what is there. */
const TARGET = 0.75

/**
 * Makes a conversation fit. Printed output of old turns goes first, oldest first: the variables hold what was computed.
 * Then the oldest turns go, and at last the newest message is cut in the middle. Instructions, goal and newest message stay.
 * Only recorded text goes in, so a replay builds the same.
 */
export function compact(messages: readonly Message[], mostBytes: number): readonly Message[] {
  if (requestBytes(messages) <= mostBytes) return messages
  const target = Math.floor(mostBytes * TARGET)
  return cutNewest(withoutOldTurns(withoutOldOutput(messages, target), target), mostBytes)
}

/** Replaces what old turns printed by words about it, oldest first, until the rest fits. */
function withoutOldOutput(messages: readonly Message[], target: number): readonly Message[] {
  let over = requestBytes(messages) - target
  return messages.map((message, index) => {
    const old = index > 1 && index < messages.length - 1 && message.role === 'user'
    if (!old || over <= 0) return message
    const text = withoutOutput(message.text)
    const less = Buffer.byteLength(message.text) - Buffer.byteLength(text)
    if (less <= 0) return message
    over -= less
    return { ...message, text }
  })
}

/** Of a turn's message only the lines above what was printed stay. */
function withoutOutput(text: string): string {
  const header = text.split('\n\n', 1)[0] ?? ''
  return `${header}\n\n[What this printed is left out here; your variables still hold what you computed.]`
}

function withoutOldTurns(messages: readonly Message[], target: number): readonly Message[] {
  const [system, goal, ...rest] = messages
  if (system === undefined || goal === undefined) return messages
  let kept = rest
  let first = goal
  while (kept.length > 1 && requestBytes([system, first, ...kept]) > target) {
    first = gap(goal)
    kept = kept.slice(kept.length > 2 ? 2 : 1)
  }
  return [system, first, ...kept]
}

function cutNewest(messages: readonly Message[], mostBytes: number): readonly Message[] {
  const last = messages.at(-1)
  const over = requestBytes(messages) - mostBytes
  if (over <= 0 || last === undefined || messages.length <= 2) return messages
  // A UTF-16 unit takes at most three bytes, and the words about the cut take some more.
  const most = Math.max(0, Math.floor((Buffer.byteLength(last.text) - over - 100) / 3))
  return [...messages.slice(0, -1), { role: last.role, text: cutMiddle(last.text, most) }]
}

const GAP = '\n\n[Earlier turns are left out here; your variables still hold what you computed.]'

function gap(goal: Message): Message {
  return goal.text.endsWith(GAP) ? goal : { role: 'user', text: `${goal.text}${GAP}` }
}
