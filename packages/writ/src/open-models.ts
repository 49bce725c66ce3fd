import { defined, type Limits, type ModelProfile, WritError } from '@writ/contract'
import type { RunModels } from './kernel/ports.ts'
import { PRICES, resolveModel } from './models/index.ts'
import type { WritOptions } from './options.ts'
import type { PolicyPoint } from './policy/index.ts'

const DEFAULT_MODEL = 'builtin/extractive'

/** What says which models a run has. */
export type ModelOptions = Pick<
  WritOptions,
  'model' | 'subModel' | 'baseUrl' | 'apiKey' | 'ollamaHost' | 'price' | 'prices' | 'contextWindow'
>

/** The models of a run. Rejects with `UNKNOWN_PRICE` where a cost limit could not be kept. */
export async function openModels(
  options: ModelOptions,
  policy: PolicyPoint,
  limits: Limits,
): Promise<RunModels> {
  const { model = DEFAULT_MODEL, subModel = model } = options
  const root = await openModel(model, options, policy, limits)
  return { root, sub: subModel === model ? root : await openModel(subModel, options, policy, limits) }
}

export async function openModel(
  id: string,
  { baseUrl, apiKey, ollamaHost, price, prices, contextWindow }: Omit<ModelOptions, 'model' | 'subModel'>,
  policy: PolicyPoint,
  limits: Limits,
): Promise<ModelProfile> {
  const { location, digest, ...profile } = await resolveModel({
    id,
    priceTable: { ...PRICES, ...prices },
    ...defined({ baseUrl, apiKey, ollamaHost, price, contextWindow }),
  })
  if (limits.maxCostMicroUsd !== null && profile.price === null)
    throw new WritError('UNKNOWN_PRICE', `A cost limit needs a price, and none is known for ${id}.`)
  return { ...profile, facts: policy.model(id, location, digest) }
}
