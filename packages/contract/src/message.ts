/** One message of a model request. A conversation is a system text followed by user and assistant messages. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
}

/**
 * The conversations of a model call as they are kept beside it. Item i was sent the first `shared` messages of the frame's
 * turn before, then `common`, then its own `items[i]`.
 */
export interface KeptPrompt {
  readonly shared: number
  readonly common: readonly Message[]
  readonly items: readonly (readonly Message[])[]
}

/** The conversations that were kept so, by item; `before` is that of the frame's turn before. */
export function promptOf(
  { shared, common, items }: KeptPrompt,
  before: readonly Message[],
): readonly (readonly Message[])[] {
  const head = [...before.slice(0, shared), ...common]
  return items.map((own) => [...head, ...own])
}
