import { defined, type Limits, type ModelProfile, WritError } from '@writ/contract'
import type { WritOptions } from '../files/options.ts'
import type { RunModels } from '../kernel/index.ts'
import {
  type ModelObject,
  namesModelObject,
  openModelObject,
  PRICES,
  type ResolvedModel,
  resolveModel,
} from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'

const DEFAULT_MODEL = 'builtin/extractive'

/** What says which models a run has. */
export type ModelOptions = Pick<
  WritOptions,
  'model' | 'subModel' | 'baseUrl' | 'apiKey' | 'ollamaHost' | 'price' | 'prices' | 'contextWindow'
>

/** What no record has of the models of a run: how their servers are reached, and model objects. */
export interface ModelAccess extends Pick<WritOptions, 'apiKey' | 'ollamaHost'> {
  readonly objects: readonly ModelObject[]
}

/** The models of a run. Rejects with `UNKNOWN_PRICE` where a cost limit could not be kept. */
export async function openModels(
  options: ModelOptions,
  policy: PolicyPoint,
  limits: Limits,
): Promise<RunModels> {
  const { model = DEFAULT_MODEL, subModel = model } = options
  return await openPair(model, subModel, (given) => openModel(given, options, policy, limits))
}

/** The models for root and sub-calls, which are one when they are given as one. Rejects with `USAGE` for two of one name. */
export async function openPair(
  rootGiven: string | ModelObject,
  subGiven: string | ModelObject,
  open: (given: string | ModelObject) => Promise<ModelProfile>,
): Promise<RunModels> {
  const root = await open(rootGiven)
  if (subGiven === rootGiven) return { root, sub: root }
  const sub = await open(subGiven)
  if (sub.id !== root.id) return { root, sub }
  throw new WritError(
    'USAGE',
    `Two models are named ${root.id}: give one object for both, or none for the second.`,
  )
}

export async function openModel(
  given: string | ModelObject,
  { baseUrl, apiKey, ollamaHost, price, prices, contextWindow }: Omit<ModelOptions, 'model' | 'subModel'>,
  policy: PolicyPoint,
  limits: Limits,
): Promise<ModelProfile> {
  if (typeof given !== 'string') return withFacts(openModelObject(given), policy, limits)
  const named = await resolveModel({
    id: given,
    priceTable: { ...PRICES, ...prices },
    ...defined({ baseUrl, apiKey, ollamaHost, price, contextWindow }),
  })
  return withFacts(named, policy, limits)
}

/** The model object that a recorded id names. Throws `MODEL_NOT_GIVEN` when none of those given is it. */
export function objectNamed(id: string, { objects }: ModelAccess): ModelObject {
  const named = objects.map((object) => ({ object, own: openModelObject(object).id }))
  const found = named.find(({ own }) => own === id)
  if (found !== undefined) return found.object
  const others =
    named.length === 0 ? 'none was given' : `what was given is ${named.map(({ own }) => own).join(', ')}`
  throw new WritError('MODEL_NOT_GIVEN', `The model object ${id} is needed, and ${others}.`)
}

/** What a run is asked to be done with, or has recorded, as it can be opened: an object for the id of one. */
export function givenModel(named: string | ModelObject, access: ModelAccess): string | ModelObject {
  return typeof named === 'string' && namesModelObject(named) ? objectNamed(named, access) : named
}

function withFacts(
  { location, digest, ...profile }: ResolvedModel,
  policy: PolicyPoint,
  limits: Limits,
): ModelProfile {
  const { id, price } = profile
  if (limits.maxCostMicroUsd !== null && price === null)
    throw new WritError('UNKNOWN_PRICE', `A cost limit needs a price, and none is known for ${id}.`)
  return { ...profile, facts: policy.model(id, location, digest) }
}
