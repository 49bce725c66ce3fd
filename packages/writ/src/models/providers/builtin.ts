import { WritError } from '@writ/contract'
import { modelDigest, type Provider, type ResolvedModel } from '../provider.ts'

/** The model that comes with Writ. It stays here whatever the base URL of the other one is. */
export const builtin: Provider = {
  prefix: 'builtin/',
  ids: 'builtin/extractive',
  open: async (_, { id }): Promise<ResolvedModel> => {
    if (id !== 'builtin/extractive') throw new WritError('UNKNOWN_MODEL', `There is no model "${id}".`)
    const { createExtractiveModel, EXTRACTIVE_WINDOW, exactLinks, exactQuery, planQuestion } = await import(
      '../extractive/model.ts'
    )
    return {
      id,
      languageModel: createExtractiveModel(),
      contextWindow: EXTRACTIVE_WINDOW,
      price: { inputNanoUsd: 0, outputNanoUsd: 0 },
      title: 'built-in extractive model',
      plan: planQuestion,
      exactQuery,
      exactLinks,
      location: 'builtin',
      digest: modelDigest(id, 'builtin'),
    }
  },
}
