import { userInfo } from 'node:os'
import {
  type Decision,
  type DecisionRequest,
  defined,
  LEVELS,
  type Level,
  label,
  type ModelFacts,
  type ModelRates,
  type ModelResource,
  type Price,
  type Verdict,
} from '@writ/contract'
import type { WritOptions } from '../files/options.ts'
import {
  type FoundProfile,
  type ModelPlace,
  PRICES,
  placeOf,
  profileOf,
  resolveModel,
  stated,
} from '../models/index.ts'
import type { PolicyPoint } from '../policy/index.ts'
import { DEFAULT_LEVEL } from './context.ts'
import { listsOf } from './models.ts'

/** For whom models are listed, and where they would be reached. */
export interface ModelListOptions {
  /** The user of the process by default. */
  readonly principal?: string
  readonly purpose?: string
  /** The server of a model; `baseUrl` of the Writ by default. */
  readonly baseUrl?: (id: string) => string | undefined
}

/** What is known of a model before it is asked. */
export interface ListedModel {
  readonly id: string
  /** The origin it would be reached at; null for one of this process, and where nothing says. */
  readonly server: string | null
  /** Null where nothing says which server has it. */
  readonly location: ModelPlace['location'] | null
  /** The variable that its key is usually in; null where it takes none. */
  readonly keyVariable: string | null
  readonly contextWindow: number
  /** False where the window is assumed. */
  readonly windowKnown: boolean
  /** Null when unknown. */
  readonly price: Price | null
  readonly priceAsOf: string | null
  readonly priceSource: string | null
  readonly rates: ModelRates
  /** How its frames are told to work, and where that stands; null for a model with no profile. */
  readonly profile: FoundProfile | null
  /** Null where nothing says which server has it. */
  readonly policy: ModelPolicy | null
}

/** What policy says of a model for a user and a purpose. */
export interface ModelPolicy {
  /** Of a question as it is labelled by default. */
  readonly verdict: Verdict
  readonly policies: readonly string[]
  readonly reason: string
  /** The highest level, without categories, that may be sent to it; null when none may. */
  readonly upTo: Level | null
  readonly facts: ModelFacts
}

/** Lists the models that options name: the built-in one, those that are used, and those of the tables. */
export async function listModels(
  policy: PolicyPoint,
  options: WritOptions,
  asked: ModelListOptions,
): Promise<readonly ListedModel[]> {
  const { models = {}, prices = {} } = options
  const used = listsOf(options)
    .flat()
    .filter((given) => typeof given === 'string')
  const ids = new Set(['builtin/extractive', ...used, ...Object.keys(models), ...Object.keys(prices)])
  const asker = askerOf(policy, asked)
  return await Promise.all([...ids].map((id) => listed(id, policy, options, asked, asker)))
}

async function listed(
  id: string,
  policy: PolicyPoint,
  options: WritOptions,
  { baseUrl }: ModelListOptions,
  asker: Asker,
): Promise<ListedModel> {
  const { models = {}, prices, rates, ollamaHost } = options
  const table = Object.hasOwn(models, id) ? models[id] : undefined
  // What is said of the models that are used is said of no other.
  const { contextWindow, price } = isUsed(id, options) ? options : {}
  const server = table?.baseUrl ?? (baseUrl === undefined ? options.baseUrl : baseUrl(id))
  const place = placeOf(id, defined({ baseUrl: server, ollamaHost }))
  const location = place === undefined ? null : (table?.location ?? place.location)
  // The built-in model knows its own window and price.
  const builtin = location === 'builtin' ? await resolveModel({ id, priceTable: {} }) : undefined
  const said = { priceTable: { ...PRICES, ...prices }, ...defined({ contextWindow, price, stated: table }) }
  const known = builtin ?? stated({ id, ...said })
  const facts = place === undefined || location === null ? null : policy.model(id, location, place.digest)
  return {
    id,
    server: place?.server?.origin ?? null,
    location,
    keyVariable: place?.keyVariable ?? null,
    contextWindow: known.contextWindow,
    windowKnown: builtin !== undefined || (contextWindow ?? table?.contextWindow) !== undefined,
    price: known.price,
    priceAsOf: known.priceAsOf ?? null,
    priceSource: known.priceAsOf === undefined ? null : (table?.source ?? null),
    rates: { ...table?.rates, ...rates },
    profile: profileOf(id, options.profiles) ?? null,
    policy: facts === null ? null : await policyOf(policy, { type: 'model', id, ...facts }, asker),
  }
}

function isUsed(id: string, options: WritOptions): boolean {
  return listsOf(options).flat().includes(id)
}

/** Who asks, as a root frame would. */
type Asker = Pick<DecisionRequest, 'user' | 'profile' | 'purpose'>

function askerOf(policy: PolicyPoint, { principal, purpose: given }: ModelListOptions): Asker {
  const purpose = given ?? policy.defaultPurpose
  const user = policy.user(principal ?? userInfo().username, purpose)
  return { user, profile: policy.profile('orchestrator'), purpose }
}

async function policyOf(policy: PolicyPoint, resource: ModelResource, asker: Asker): Promise<ModelPolicy> {
  const ask = (level: Level): Promise<Decision> =>
    policy.decide({
      ...asker,
      action: 'model::call',
      resource,
      taint: label(level, [], true),
      depth: 0,
      discharged: [],
    })
  const { verdict, policies, reason } = await ask(DEFAULT_LEVEL)
  const decided = await Promise.all(LEVELS.map(ask))
  const refused = decided.findIndex((decision) => decision.verdict !== 'allow')
  const { type: _, id: __, ...facts } = resource
  return {
    verdict,
    policies,
    reason,
    upTo: LEVELS[refused === -1 ? LEVELS.length - 1 : refused - 1] ?? null,
    facts,
  }
}
