import { defined, type Limits, type ModelProfile, type RecordedModel, WritError } from '@writ/contract'
import type { WritOptions } from '../files/options.ts'
import type { RunModels } from '../kernel/index.ts'
import {
  type ModelChoice,
  type ModelObject,
  namesModelObject,
  openModelObject,
  PRICES,
  type ResolvedModel,
  resolveModel,
} from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'

/** The model of a Writ that names none. */
export const DEFAULT_MODEL = 'builtin/extractive'

/** What says which models a run has. */
export type ModelOptions = Pick<
  WritOptions,
  'model' | 'subModel' | 'baseUrl' | 'apiKey' | 'ollamaHost' | 'price' | 'prices' | 'contextWindow'
>

/** What no record has of the models of a run: how their servers are reached, and model objects. */
export interface ModelAccess extends Pick<WritOptions, 'apiKey' | 'ollamaHost'> {
  readonly objects: readonly ModelObject[]
}

/** How named models are reached, and what is known of them. */
type Reach = Omit<ModelChoice, 'id'>

/** What a Writ, or a fork, says of how models are reached; objects of the first before those of the next. */
export function accessOf(
  options: WritOptions,
  asked: Pick<ModelOptions, 'model' | 'subModel'> = {},
): ModelAccess {
  const { apiKey, ollamaHost } = options
  const given = [asked.model, asked.subModel, options.model, options.subModel]
  const objects = given.filter((model) => model !== undefined && typeof model !== 'string')
  return { ...defined({ apiKey, ollamaHost }), objects }
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

/** A model with the facts of policy. Rejects with `UNKNOWN_PRICE` where a cost limit could not be kept. */
export async function openModel(
  given: string | ModelObject,
  { prices, ...how }: Omit<ModelOptions, 'model' | 'subModel'>,
  policy: PolicyPoint,
  limits: Limits,
): Promise<ModelProfile> {
  const resolved = await resolve(given, { ...how, priceTable: { ...PRICES, ...prices } })
  const { id, price } = resolved
  if (limits.maxCostMicroUsd !== null && price === null)
    throw new WritError('UNKNOWN_PRICE', `A cost limit needs a price, and none is known for ${id}.`)
  return withFacts(resolved, policy)
}

/** A model of a run that goes on, at the price and with the window it has in the record. */
export async function reopenModel(
  model: RecordedModel,
  baseUrl: string | null,
  { access, policy }: { readonly access: ModelAccess; readonly policy: PolicyPoint },
): Promise<ModelProfile> {
  const { apiKey, ollamaHost } = access
  // A model recorded without a price had none: a table would give it one, and it would not be the same model.
  const how = { ...asRecorded(model), ...defined({ apiKey, ollamaHost }), priceTable: {} }
  const given = givenModel(model.id, access)
  return withFacts(await resolve(given, { ...how, ...(baseUrl === null ? {} : { baseUrl }) }), policy)
}

/** The window and the price a model has in the record of a run. */
export function asRecorded({
  contextWindow,
  inputNanoUsd,
  outputNanoUsd,
}: RecordedModel): Pick<ModelOptions, 'contextWindow' | 'price'> {
  const priced = inputNanoUsd !== null && outputNanoUsd !== null
  return { contextWindow, ...(priced ? { price: { inputNanoUsd, outputNanoUsd } } : {}) }
}

/** What a run is asked to be done with, or has recorded, as it can be opened: an object for the id of one. */
export function givenModel(named: string | ModelObject, access: ModelAccess): string | ModelObject {
  return typeof named === 'string' && namesModelObject(named) ? objectNamed(named, access) : named
}

/** The model object that a recorded id names. Throws `MODEL_NOT_GIVEN` when none of those given is it. */
function objectNamed(id: string, { objects }: ModelAccess): ModelObject {
  const named = objects.map((object) => ({ object, own: openModelObject(object).id }))
  const found = named.find(({ own }) => own === id)
  if (found !== undefined) return found.object
  const others =
    named.length === 0 ? 'none was given' : `what was given is ${named.map(({ own }) => own).join(', ')}`
  throw new WritError('MODEL_NOT_GIVEN', `The model object ${id} is needed, and ${others}.`)
}

/** A model object by itself; a named model as it is reached. */
async function resolve(given: string | ModelObject, reach: Reach): Promise<ResolvedModel> {
  if (typeof given !== 'string') return openModelObject(given)
  const { baseUrl, apiKey, ollamaHost, price, contextWindow, priceTable } = reach
  const known = defined({ baseUrl, apiKey, ollamaHost, price, contextWindow })
  return await resolveModel({ id: given, priceTable, ...known })
}

function withFacts({ location, digest, ...profile }: ResolvedModel, policy: PolicyPoint): ModelProfile {
  return { ...profile, facts: policy.model(profile.id, location, digest) }
}
