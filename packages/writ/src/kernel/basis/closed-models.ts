import {
  type Det,
  defined,
  type LanguageModelV4,
  LEVELS,
  type Level,
  type ModelProfile,
  type RecordedModel,
  recordedPrice,
  WritError,
} from '@writ/contract'
import { modelsOfRoles } from './models-of-roles.ts'
import type { RunModels } from './ports.ts'

/** The models of a record, for doing again what they did: none of them can be called. */
export function closedModels({
  models,
  fallbacks,
  verifier = [],
}: Pick<Det['run.open'], 'models' | 'fallbacks' | 'verifier'>): RunModels {
  const [root, sub = root] = models.map(closedModel)
  if (root === undefined || sub === undefined) throw new WritError('INTERNAL', 'The record names no model.')
  return modelsOfRoles({
    root,
    sub,
    fallbacks: fallbacks && { root: fallbacks.root.map(closedModel), sub: fallbacks.sub.map(closedModel) },
    verifier: verifier.map(closedModel),
  })
}

function closedModel(model: RecordedModel): ModelProfile {
  const { id, contextWindow, maxLevel, priceAsOf } = model
  const { digest, categories, jurisdiction, onPrem, retention, approved } = model
  return {
    id,
    title: id,
    languageModel: CLOSED_MODEL,
    contextWindow,
    price: recordedPrice(model),
    ...defined({ priceAsOf }),
    facts: { digest, categories, jurisdiction, onPrem, retention, approved, maxLevel: levelOf(maxLevel) },
  }
}

const CLOSED_MODEL: LanguageModelV4 = {
  specificationVersion: 'v4',
  provider: 'recorded',
  modelId: 'recorded',
  supportedUrls: {},
  doGenerate: () => closed(),
  doStream: () => closed(),
}

function levelOf(number: number): Level {
  const level = LEVELS[number]
  if (level === undefined) throw new WritError('INTERNAL', `The record names the level ${number}.`)
  return level
}

/** INVARIANT: what is recorded is never asked of a model again. */
function closed(): Promise<never> {
  return Promise.reject(new WritError('INTERNAL', 'A model of the record was called.'))
}
