import { type ReplLanguage, replOf, type Tunings, tuningOf, WritError } from '@writ/contract'
import type { RunModels } from '../kernel/index.ts'
import { type ProfileTable, profileOf } from '../models/index.ts'

/**
 * The profiles of the models that frames are opened with; none of a model that has the usual one. All frames of a run write
 * one language: `repl` where it is given, else that of the root's profile. Throws `USAGE` where a model cannot write it.
 */
export function profilesOf(
  { root, sub, verifier = [sub] }: Omit<RunModels, 'fallbacks'>,
  table: ProfileTable | undefined,
  repl?: ReplLanguage,
): Tunings {
  const models = [...new Map([root, sub, verifier[0]].map((model) => [model.id, model])).values()]
  const found: Tunings = Object.fromEntries(
    models.flatMap(({ id }) => {
      const profile = profileOf(id, table)
      return profile === undefined ? [] : [[id, profile.tuning]]
    }),
  )
  // A model that plans its answers writes its cells by itself, and writes JavaScript.
  const planned = models.find(({ plan }) => plan !== undefined)
  const language = repl ?? (planned === undefined ? replOf([tuningOf(found, root.id)]) : 'javascript')
  if (language === 'python' && planned !== undefined)
    throw new WritError('USAGE', `The model ${planned.id} writes JavaScript: it cannot be asked for Python.`)
  return Object.fromEntries(
    models.flatMap(({ id }) => {
      const tuning = tuningOf(found, id)
      if (language === replOf([tuning])) return Object.hasOwn(found, id) ? [[id, tuning]] : []
      return [[id, { ...tuning, language }]]
    }),
  )
}
