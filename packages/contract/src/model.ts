import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Price } from './budget.ts'
import type { LinkList } from './code.ts'
import type { Steps, TableListing } from './frame.ts'
import type { Level } from './label.ts'

/** Where a model runs: in this process, on this machine, or somewhere else. */
export type ModelLocation = 'builtin' | 'loopback' | 'remote'

/** What policy knows about a model. Set by the operator's configuration, never by the model or provider. */
export interface ModelFacts {
  readonly maxLevel: Level
  readonly categories: readonly string[]
  readonly jurisdiction: string
  readonly onPrem: boolean
  readonly retention: boolean
  /** Opaque identity of what answers: the model id and where it is reached, hashed. */
  readonly digest: string
  readonly approved: boolean
}

/**
 * What a model will do with a question, decided by the question alone: `exact` is computed and can be checked, `passages`
 * judges nothing. JSON; it may hold more than this.
 */
export interface AnswerPlan {
  readonly basis: 'exact' | 'passages'
  readonly kind: string
  readonly literals: readonly string[]
}

/** How much may be asked of a model at most, by the whole tree of a run. What is absent has no limit of its own. */
export interface ModelRates {
  readonly requestsPerMinute?: number
  /** Input and output together; each request counts its worst case until its usage is known. */
  readonly tokensPerMinute?: number
  /** Requests in flight at once, where fewer than the run's `concurrency`. */
  readonly inFlight?: number
}

/** A model the run may use: the port, its window, its price and its facts. */
export interface ModelProfile {
  /** As the user named it: `provider/id`. */
  readonly id: string
  readonly languageModel: LanguageModelV4
  /** Tokens of context the model declares. */
  readonly contextWindow: number
  /** Null when unknown; then a cost limit is refused. */
  readonly price: Price | null
  /** The day the price was looked up, where whoever configured it says so. */
  readonly priceAsOf?: string
  readonly facts: ModelFacts
  readonly rates?: ModelRates
  /** For the words beside figures and answers, such as "built-in extractive model". */
  readonly title: string
  /**
   * Plans an answer, for a model whose answers follow from a plan; absent for a model that answers as it sees fit.
   * `goesOn` says whether something was said before, which the question may point back to.
   */
  readonly plan?: (question: string, goesOn: boolean) => AnswerPlan
  /** The query over tables whose result answers a question exactly, for such a model; null where there is none. */
  readonly exactQuery?: (question: string, tables: readonly TableListing[], goesOn: boolean) => string | null
  /** Whether what was told of source answers a question exactly, for such a model. */
  readonly exactLinks?: (
    question: string,
    asked: Steps['context.links']['request'],
    told: LinkList,
    goesOn: boolean,
  ) => boolean
}

/**
 * A key, or what gives the key for a server: none where it has none, an error where the server must not be asked. The
 * variable is the one that the provider's key is usually in.
 */
export type ApiKey = string | ((server: URL, variable: string) => string | undefined)

export type { LanguageModelV4 } from '@ai-sdk/provider'
