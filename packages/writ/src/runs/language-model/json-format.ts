import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isObject, type Json, type JsonObject } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { RunOptions } from '../../files/options.ts'

type Format = LanguageModelV4CallOptions['responseFormat']

/** What a run is asked for an answer of that format: what it releases fits the schema, or it releases nothing. */
export function schemaOf(format: Format): Pick<RunOptions, 'schema'> {
  if (format?.type !== 'json') return {}
  // Without a schema, any JSON value will do.
  return { schema: (format.schema ?? {}) as JsonObject }
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
