import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isObject, type Json } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { ChatMessage } from '../../files/options.ts'

type Format = LanguageModelV4CallOptions['responseFormat']

/** The messages with what the question has to say for an answer of that format. The caller validates what it gets. */
export function askedFor(messages: readonly ChatMessage[], format: Format): readonly ChatMessage[] {
  const question = messages.at(-1)
  if (format?.type !== 'json' || question === undefined) return messages
  const { schema } = format
  const wish =
    schema === undefined
      ? 'Release a JSON value.'
      : `Release a JSON value that fits this JSON Schema: ${JSON.stringify(schema)}`
  return [...messages.slice(0, -1), { ...question, content: `${textOf(question)}\n\n${wish}` }]
}

/** A released value as the text of an answer of that format. A text that is JSON already stays as it is. */
export function textIn(value: Json, format: Format): string {
  if (typeof value !== 'string') return canonicalJson(value)
  return format?.type !== 'json' || holdsJson(value) ? value : canonicalJson(value)
}

function holdsJson(text: string): boolean {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) || Array.isArray(value)
  } catch {
    return false
  }
}

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('')
}
