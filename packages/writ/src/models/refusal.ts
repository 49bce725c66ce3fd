import { field } from './field.ts'

/** The body of a reply that refuses, with nothing else in it. */
export const REFUSAL: unknown = { choices: [{ message: { refusal: 'refused', content: null } }] }

/**
 * Whether a reply refuses and says nothing beside it: the port gives a refusal as text, which is no answer. Each field is
 * read once.
 */
export function refusedOutright(body: unknown): boolean {
  return refusesInChat(body) || refusesInResponse(body)
}

function refusesInChat(body: unknown): boolean {
  const message = field(field(field(body, 'choices'), '0'), 'message')
  const [refusal, content] = [field(message, 'refusal'), field(message, 'content')]
  return typeof refusal === 'string' && refusal !== '' && (content === null || content === '')
}

/** The Responses API has its texts in parts of messages. */
function refusesInResponse(body: unknown): boolean {
  const parts = listIn(body, 'output').flatMap((message) => listIn(message, 'content'))
  const said = parts
    .map((part) => field(part, 'text'))
    .some((text) => typeof text === 'string' && text !== '')
  return !said && parts.some((part) => field(part, 'type') === 'refusal')
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name)
  return Array.isArray(list) ? list : []
}
