import type { KeptPrompt, Message } from '@writ/contract'

type Conversation = readonly Message[]

/**
 * What a call asked, as it is kept beside its command: of a turn only what the turn before had not said, of sub-calls their
 * common beginning once.
 */
export function keptPrompt(
  conversations: readonly Conversation[],
  role: 'turn' | 'leaf',
  before: Conversation,
): KeptPrompt {
  const [first = []] = conversations
  const shared = role === 'turn' ? sameAtStart(before, first) : 0
  const [head, ...others] = role === 'leaf' ? conversations : []
  const same = head === undefined ? 0 : Math.min(1, ...others.map((other) => sameAtStart(head, other)))
  const common = first.slice(shared, shared + same)
  return { shared, common, items: conversations.map((messages) => messages.slice(shared + same)) }
}

function sameAtStart(a: Conversation, b: Conversation): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1)
    if (a[at]?.role !== b[at]?.role || a[at]?.text !== b[at]?.text) return at
  return length
}
