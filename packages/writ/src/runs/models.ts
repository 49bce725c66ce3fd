import {
  defined,
  type Limits,
  type ModelProfile,
  type ModelRates,
  type RecordedModel,
  recordedPrice,
  WritError,
} from '@writ/contract'
import type { GivenModel, GivenModels, WritOptions } from '../files/options.ts'
import { modelsOfRoles, type RunModels } from '../kernel/index.ts'
import {
  type ModelChoice,
  type ModelObject,
  type ModelTable,
  namesModelObject,
  openModelObject,
  PRICES,
  providerOf,
  type ResolvedModel,
  resolveModel,
  type StatedModel,
} from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'

/** The model of a Writ that names none. */
export const DEFAULT_MODEL = 'builtin/extractive'

/** What says which models a run has. */
export type ModelOptions = Pick<
  WritOptions,
  | 'model'
  | 'subModel'
  | 'verifierModel'
  | 'baseUrl'
  | 'apiKey'
  | 'ollamaHost'
  | 'price'
  | 'prices'
  | 'contextWindow'
  | 'models'
  | 'rates'
>

/** What no record has of the models of a run: how their servers are reached, and model objects. */
export interface ModelAccess extends Pick<WritOptions, 'apiKey' | 'ollamaHost' | 'models' | 'rates'> {
  readonly objects: readonly ModelObject[]
}

/** How named models are reached, and what is known of them. */
type Reach = Omit<ModelChoice, 'id'>

/** What a Writ, or a fork, says of how models are reached; objects of the first before those of the next. */
export function accessOf(
  options: WritOptions,
  asked: Pick<ModelOptions, 'model' | 'subModel' | 'verifierModel'> = {},
): ModelAccess {
  const { apiKey, ollamaHost, models, rates } = options
  const given = [asked, options].flatMap((one) => listsOf(one).flat())
  const objects = given.filter((model) => typeof model !== 'string')
  return { ...defined({ apiKey, ollamaHost, models, rates }), objects }
}

/** The models of a run. Rejects with `UNKNOWN_PRICE` where a cost limit could not be kept. */
export async function openModels(
  options: ModelOptions,
  policy: PolicyPoint,
  limits: Limits,
): Promise<RunModels> {
  const { model = DEFAULT_MODEL, subModel = model, verifierModel } = options
  const lists = { root: givenList(model), sub: givenList(subModel), verifier: givenVerifier(verifierModel) }
  requireOneServer([...lists.root, ...lists.sub, ...(lists.verifier ?? [])], options)
  return await openLists(lists, (given) => openModel(given, options, policy, limits))
}

/** Whether a model of these may be one that is asked over the network. */
export function asksServer(options: ModelOptions): boolean {
  return listsOf(options)
    .flat()
    .some((given) => typeof given === 'string' && given !== DEFAULT_MODEL)
}

/** The models that are named for each role. */
export function listsOf({
  model,
  subModel,
  verifierModel,
}: Pick<ModelOptions, 'model' | 'subModel' | 'verifierModel'>): readonly (readonly GivenModel[])[] {
  return [model, subModel, verifierModel].map(givenList)
}

/** The models of a verifier; undefined where it has those of sub-calls. */
export function givenVerifier(given: GivenModels | undefined): readonly GivenModel[] | undefined {
  return given === undefined ? undefined : givenList(given)
}

/** What is given as a list: nothing is none. */
export function givenList(given: GivenModels | undefined): readonly GivenModel[] {
  if (given === undefined) return []
  return isList(given) ? given : [given]
}

function isList(given: GivenModels): given is readonly GivenModel[] {
  return Array.isArray(given)
}

/** A key that is a text goes where it is given for: throws `USAGE` where that would be to two vendors. */
function requireOneServer(
  models: readonly (string | ModelObject)[],
  { apiKey, baseUrl, models: table }: Pick<ModelOptions, 'apiKey' | 'baseUrl' | 'models'>,
): void {
  if (typeof apiKey !== 'string') return
  const named = models.filter((model) => typeof model === 'string')
  const hosts = new Set(
    named.flatMap((id) => {
      const url = statedOf(id, table)?.baseUrl ?? baseUrl
      return url === undefined ? (providerOf(id)?.key?.host ?? []) : (URL.parse(url)?.host ?? [])
    }),
  )
  if (hosts.size > 1)
    throw new WritError(
      'USAGE',
      `One key was given for ${[...hosts].join(' and ')}: give a function that has the key for each server.`,
    )
}

/** What is given for each role; a verifier without a list has that of sub-calls. */
export interface GivenLists {
  readonly root: readonly GivenModel[]
  readonly sub: readonly GivenModel[]
  readonly verifier: readonly GivenModel[] | undefined
}

/** The models of each role, each opened once. Rejects with `USAGE` for an empty list, and for two of one name. */
export async function openLists(
  given: GivenLists,
  open: (given: GivenModel) => Promise<ModelProfile>,
): Promise<RunModels> {
  const opened = new Map<GivenModel, ModelProfile>()
  for (const one of new Set([...given.root, ...given.sub, ...(given.verifier ?? [])]))
    opened.set(one, await open(one))
  requireDistinct([...opened.values()])
  const profiles = (list: readonly GivenModel[]): ModelProfile[] =>
    [...new Set(list)].flatMap((one) => opened.get(one) ?? [])
  const [root, ...afterRoot] = profiles(given.root)
  const [sub, ...afterSub] = profiles(given.sub)
  const verifier = profiles(given.verifier ?? [])
  if (root === undefined || sub === undefined || (given.verifier !== undefined && verifier.length === 0))
    throw new WritError('USAGE', 'A list of models is empty: name one at least.')
  const fallbacks = afterRoot.length + afterSub.length === 0 ? undefined : { root: afterRoot, sub: afterSub }
  return modelsOfRoles({ root, sub, fallbacks, verifier })
}

function requireDistinct(models: readonly ModelProfile[]): void {
  const twice = models.find(({ id }, i) => models.findIndex((other) => other.id === id) !== i)
  if (twice === undefined) return
  throw new WritError(
    'USAGE',
    `Two models are named ${twice.id}: give one object for both, or none for the second.`,
  )
}

/** A model with the facts of policy. Rejects with `UNKNOWN_PRICE` where a cost limit could not be kept. */
export async function openModel(
  given: string | ModelObject,
  { prices, models, rates, ...how }: Omit<ModelOptions, 'model' | 'subModel' | 'verifierModel'>,
  policy: PolicyPoint,
  limits: Limits,
): Promise<ModelProfile> {
  const table = statedOf(given, models)
  const resolved = await resolve(given, {
    ...how,
    ...defined({ baseUrl: table?.baseUrl ?? how.baseUrl }),
    priceTable: { ...PRICES, ...prices },
    ...defined({ stated: table }),
  })
  const { id, price } = resolved
  if (limits.maxCostMicroUsd !== null && price === null)
    throw new WritError('UNKNOWN_PRICE', `A cost limit needs a price, and none is known for ${id}.`)
  return withFacts(resolved, policy, { table, rates })
}

/** What the user states of a named model. */
function statedOf(given: string | ModelObject, models: ModelTable = {}): StatedModel | undefined {
  return typeof given === 'string' && Object.hasOwn(models, given) ? models[given] : undefined
}

/** A model of a run that goes on, at the price and with the window it has in the record. */
export async function reopenModel(
  model: RecordedModel,
  baseUrl: string | null,
  { access, policy }: { readonly access: ModelAccess; readonly policy: PolicyPoint },
): Promise<ModelProfile> {
  const { apiKey, ollamaHost, models, rates } = access
  // A model recorded without a price had none: a table would give it one, and it would not be the same model.
  const how = { ...asRecorded(model), ...defined({ apiKey, ollamaHost }), priceTable: {} }
  const given = givenModel(model.id, access)
  const table = statedOf(given, models)
  const server = table?.baseUrl ?? baseUrl ?? undefined
  const resolved = await resolve(given, { ...how, ...defined({ baseUrl: server }) })
  const { priceAsOf } = model
  return withFacts({ ...resolved, ...defined({ priceAsOf }) }, policy, { table, rates })
}

/** The window and the price a model has in the record of a run. */
export function asRecorded(model: RecordedModel): Pick<ModelOptions, 'contextWindow' | 'price'> {
  const price = recordedPrice(model)
  return { contextWindow: model.contextWindow, ...(price === null ? {} : { price }) }
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
  const { baseUrl, apiKey, ollamaHost, price, contextWindow, priceTable, stated } = reach
  const known = defined({ baseUrl, apiKey, ollamaHost, price, contextWindow, stated })
  return await resolveModel({ id: given, priceTable, ...known })
}

/** What stands beside the model itself: what the table states of it, and rates for this use. */
interface Stated {
  readonly table: StatedModel | undefined
  readonly rates: ModelRates | undefined
}

function withFacts(
  { location, digest, ...profile }: ResolvedModel,
  policy: PolicyPoint,
  { table, rates }: Stated,
): ModelProfile {
  return {
    ...profile,
    facts: policy.model(profile.id, table?.location ?? location, digest),
    rates: { ...table?.rates, ...rates },
  }
}
