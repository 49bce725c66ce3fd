import { WritError } from '@writ/contract'

/** The id of a model, or several in the order in which they are asked. */
export type ModelNames = string | readonly string[]

/** Ids of models as an option has them, separated by commas. Throws `USAGE` for an empty one. */
export function modelNames(text: string): ModelNames {
  if (!text.includes(',')) return text
  const ids = text.split(',').map((id) => id.trim())
  if (ids.includes('')) throw new WritError('USAGE', `A list of models has an empty place: "${text}".`)
  return ids
}

/** What is named, as a list: nothing is none. */
export function listed(named: ModelNames | undefined): readonly string[] {
  if (named === undefined) return []
  return typeof named === 'string' ? [named] : named
}
