import { field } from './field.ts'

/** What came with a good status and is no reply, in words; undefined where nothing is known of it. */
export function unreadableReply(body: string | undefined): string | undefined {
  if (body === undefined) return undefined
  const value = parsed(body)
  if (value === undefined)
    return /^\s*</.test(body)
      ? "The provider's reply cannot be read: it is a web page; the base URL may be another's."
      : "The provider's reply cannot be read: it is no JSON."
  const said = errorIn(value)
  return said === undefined
    ? "The provider's reply cannot be read: it is JSON, and no reply of this protocol."
    : `The provider answered 200 with an error: ${said}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a body says went wrong, as gateways write it. */
function errorIn(body: unknown): string | undefined {
  const error = field(body, 'error')
  const said = [error, field(error, 'message')].find((text) => typeof text === 'string' && text.trim() !== '')
  return typeof said === 'string' ? said : undefined
}
