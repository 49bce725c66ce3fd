import type { LanguageModelV4 } from '@ai-sdk/provider'
import { type Price, WritError } from '@writ/contract'
import { guardedModel } from './guarded-model.ts'
import { DEFAULT_WINDOW, modelDigest, type ResolvedModel } from './provider.ts'

/** What a program gives for a model: an object of the AI SDK by itself, or with what the program declares of it. */
export type ModelObject = LanguageModelV4 | DeclaredModel

/** A model object, and what nobody can see by looking at it. */
export interface DeclaredModel {
  readonly languageModel: LanguageModelV4
  /** Tokens of context; 128,000 are assumed by default. */
  readonly contextWindow?: number
  /** Unknown by default, and then a cost limit refuses the model. */
  readonly price?: Price
  /** `loopback` for a model on this machine; `remote` by default. Policy approves by it. */
  readonly location?: 'loopback' | 'remote'
}

/**
 * What the ids of model objects begin with. INVARIANT: no named model has such an id, so an object cannot pass for a model
 * that policy knows by name.
 */
export const OBJECT_PREFIX = 'sdk/'

/** Whether an id is that of a model object. */
export function namesModelObject(id: string): boolean {
  return id.startsWith(OBJECT_PREFIX)
}

const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\s]{1,200}$/u

/** The profile of a model object, named `sdk/<provider>/<model id>` by what it says of itself once. Throws `USAGE`. */
export function openModelObject(given: ModelObject): ResolvedModel {
  const { languageModel, contextWindow = DEFAULT_WINDOW, price, location = 'remote' } = declared(given)
  const [version, provider, model, generate] = looking(() =>
    ['specificationVersion', 'provider', 'modelId', 'doGenerate'].map((name): unknown =>
      Reflect.get(languageModel, name),
    ),
  )
  if (!isGenerate(generate)) throw notUsable('it has no doGenerate')
  if (version !== 'v4') throw notUsable('it does not have version v4 of the specification')
  if (!isName(provider) || !isName(model))
    throw notUsable('its provider and model id are no short plain texts')
  if (!Number.isSafeInteger(contextWindow) || contextWindow < 1)
    throw notUsable('its window is no whole number')
  if (location !== 'loopback' && location !== 'remote') throw notUsable('its location is loopback or remote')
  const id = `${OBJECT_PREFIX}${provider}/${model}`
  return {
    id,
    languageModel: guardedModel(languageModel, generate, provider, model),
    contextWindow,
    price: price === undefined ? null : usablePrice(price),
    title: id,
    location,
    digest: modelDigest(id, 'object'),
  }
}

function declared(given: ModelObject): DeclaredModel {
  return looking(() => ('doGenerate' in given ? { languageModel: given } : { ...given }))
}

function isGenerate(value: unknown): value is LanguageModelV4['doGenerate'] {
  return typeof value === 'function'
}

function usablePrice(given: Price): Price {
  const { inputNanoUsd, outputNanoUsd } = looking(() => ({ ...given }))
  if ([inputNanoUsd, outputNanoUsd].every((price) => Number.isSafeInteger(price) && price >= 0))
    return { inputNanoUsd, outputNanoUsd }
  throw notUsable('its price is no whole number of nano-USD for a token in and out')
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value)
}

/** Looks at what a program gave, which may answer with an error of its own. */
function looking<T>(look: () => T): T {
  try {
    return look()
  } catch {
    throw notUsable('it cannot be looked at')
  }
}

function notUsable(why: string): WritError {
  return new WritError('USAGE', `What was given for a model is no model object of the AI SDK: ${why}.`)
}
