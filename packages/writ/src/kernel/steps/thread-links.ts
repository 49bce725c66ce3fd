import type { MessageHeaders, ThreadLink } from '@writ/contract'

type Related = Pick<ThreadLink, 'relation' | 'likely' | 'messageId'>

/**
 * The other messages of a message's thread: by the ids that `In-Reply-To` and `References` name, and, where a reply names
 * none, those of the same subject, which are only likely. A message out of reach is not told from one that is not there.
 */
export function threadLinks(
  doc: string,
  messages: readonly MessageHeaders[],
  inReach: (doc: string) => boolean,
): ThreadLink[] {
  const reached = messages.filter((message) => inReach(message.doc))
  const own = reached.find((message) => message.doc === doc)
  if (own === undefined) return []
  const links = [...above(own, reached), ...below(own, reached)]
  const linked = new Set(links.map(({ to }) => to))
  const alike = reached.filter((other) => other.doc !== doc && !linked.has(other.doc) && likely(own, other))
  return [...links, ...alike.map((other) => link(own, other.doc, LIKELY))]
}

const LIKELY: Related = { relation: 'same-subject', likely: true, messageId: null }

/** The messages that this one names. */
function above(own: MessageHeaders, reached: readonly MessageHeaders[]): ThreadLink[] {
  const parents = parentsOf(own)
  const named = [...new Set([...parents, ...own.references])].filter((id) => id !== own.id)
  return named.flatMap((messageId) => {
    const relation = parents.includes(messageId) ? 'parent' : 'ancestor'
    const related: Related = { relation, likely: false, messageId }
    const found = reached.filter((other) => other.id === messageId && other.doc !== own.doc)
    if (found.length === 0) return [link(own, null, related, 'no such message is in reach')]
    const problem = found.length === 1 ? null : `${found.length} messages have this id`
    return found.map((other) => link(own, other.doc, related, problem))
  })
}

/** The messages that name this one. */
function below(own: MessageHeaders, reached: readonly MessageHeaders[]): ThreadLink[] {
  const { id } = own
  if (id === null) return []
  return reached.flatMap((other) => {
    if (other.doc === own.doc || other.id === id) return []
    if (parentsOf(other).includes(id))
      return [link(own, other.doc, { relation: 'reply', likely: false, messageId: other.id })]
    return other.references.includes(id)
      ? [link(own, other.doc, { relation: 'descendant', likely: false, messageId: other.id })]
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

function link(
  { doc }: MessageHeaders,
  to: string | null,
  related: Related,
  problem: string | null = null,
): ThreadLink {
  return { kind: 'thread', doc, to, ...related, problem }
}
