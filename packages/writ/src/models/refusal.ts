import { field } from './field.ts'

/** The body of a reply that refuses, with nothing else in it. */
export const REFUSAL: unknown = { choices: [{ message: { refusal: 'refused', content: null } }] }

/**
 * Whether a reply refuses and says nothing beside it: the port gives a refusal as text, which is no answer. Each field is
 * read once.
 */
export function refusedOutright(body: unknown): boolean {
  const message = field(field(field(body, 'choices'), '0'), 'message')
  const [refusal, content] = [field(message, 'refusal'), field(message, 'content')]
  return typeof refusal === 'string' && refusal !== '' && (content === null || content === '')
}
