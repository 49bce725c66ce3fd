import type { MessageHeaders, ThreadReference } from '@writ/contract'

type Related = Pick<ThreadReference, 'relation' | 'likely' | 'messageId'>

/**
 * The other messages of a message's thread: by the ids that `In-Reply-To` and `References` name, and, where a reply names
 * none, those of the same subject, which are only likely. A message out of reach is not told from one that is not there.
 */
export function threadReferences(
  doc: string,
  messages: readonly MessageHeaders[],
  inReach: (doc: string) => boolean,
): ThreadReference[] {
  const reached = messages.filter((message) => inReach(message.doc))
  const own = reached.find((message) => message.doc === doc)
  if (own === undefined) return []
  const certain = [...above(own, reached), ...below(own, reached)]
  const named = new Set(certain.map(({ to }) => to))
  const alike = reached.filter((other) => other.doc !== doc && !named.has(other.doc) && likely(own, other))
  return [...certain, ...alike.map((other) => reference(own, other.doc, LIKELY))]
}

const LIKELY: Related = { relation: 'same-subject', likely: true, messageId: null }

/** The messages that this one names. */
function above(own: MessageHeaders, reached: readonly MessageHeaders[]): ThreadReference[] {
  const parents = parentsOf(own)
  const named = [...new Set([...parents, ...own.references])].filter((id) => id !== own.id)
  return named.flatMap((messageId) => {
    const relation = parents.includes(messageId) ? 'parent' : 'ancestor'
    const related: Related = { relation, likely: false, messageId }
    const found = reached.filter((other) => other.id === messageId && other.doc !== own.doc)
    if (found.length === 0) return [reference(own, null, related, 'no such message is in reach')]
    const problem = found.length === 1 ? null : `${found.length} messages have this id`
    return found.map((other) => reference(own, other.doc, related, problem))
  })
}

/** The messages that name this one. */
function below(own: MessageHeaders, reached: readonly MessageHeaders[]): ThreadReference[] {
  const { id } = own
  if (id === null) return []
  return reached.flatMap((other) => {
    if (other.doc === own.doc || other.id === id) return []
    if (parentsOf(other).includes(id))
      return [reference(own, other.doc, { relation: 'reply', likely: false, messageId: other.id })]
    return other.references.includes(id)
      ? [reference(own, other.doc, { relation: 'descendant', likely: false, messageId: other.id })]
      : []
  })
}

/** What a message replies to: `In-Reply-To`, else the last of `References`. */
function parentsOf({ inReplyTo, references }: MessageHeaders): readonly string[] {
  return inReplyTo.length > 0 ? inReplyTo : references.slice(-1)
}

/** A reply that names no message may be one of the others of its subject. */
function likely(one: MessageHeaders, other: MessageHeaders): boolean {
  const unnamed = (message: MessageHeaders): boolean => message.isReply && parentsOf(message).length === 0
  return one.subject !== '' && one.subject === other.subject && (unnamed(one) || unnamed(other))
}

function reference(
  { doc }: MessageHeaders,
  to: string | null,
  related: Related,
  problem: string | null = null,
): ThreadReference {
  return { kind: 'thread', doc, to, ...related, problem }
}
