import { WritError } from '@writ/contract'

/** The id of a model, or several in the order in which they are asked. */
export type ModelNames = string | readonly string[]

/** Ids of models as an option has them, separated by commas. Throws `USAGE` for an empty one. */
export function modelNames(text: string): ModelNames {
  const [id = '', ...others] = text.split(',').map((one) => one.trim())
  if ([id, ...others].includes(''))
    throw new WritError(
      'USAGE',
      `A model is named by nothing in "${text}": name one, or leave the option out.`,
    )
  return others.length === 0 ? id : [id, ...others]
}

/** What is named, as a list: nothing is none. */
export function listed(named: ModelNames | undefined): readonly string[] {
  if (named === undefined) return []
  return typeof named === 'string' ? [named] : named
}
