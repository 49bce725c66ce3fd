import {
  type AskedCheck,
  defined,
  type Limits,
  type ModelRates,
  type ReplLanguage,
  readChecks,
  WritError,
} from '@writ/contract'
import { type ContextOptions, parsePrice, type RunOptions, type WritOptions } from '../index.ts'
import type { Config } from './config.ts'
import type { DeliverFlags } from './deliver.ts'
import { homeOf } from './home.ts'
import { modelAccess, requireOneServer, usualWindow } from './model-access.ts'
import type { ModelNames } from './model-names.ts'
import { documentLabel } from './parse-option.ts'
import { inputOf } from './script-input.ts'

/** The flags of `writ ask`, as parsed. */
export interface AskFlags extends DeliverFlags {
  readonly model?: ModelNames
  readonly subModel?: ModelNames
  readonly verifierModel?: ModelNames
  readonly baseUrl?: string
  readonly keyEnv?: string
  readonly price?: string
  readonly contextWindow?: number
  readonly continue?: string
  readonly corpus?: string
  readonly strategy?: string
  readonly repl?: ReplLanguage
  readonly schema?: string
  readonly input?: string
  readonly inputFile?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly verify?: readonly AskedCheck[]
  readonly validator?: readonly string[]
  readonly script?: readonly string[]
  readonly notes?: boolean
  readonly policy?: string
  readonly pythonPackages?: string
  readonly as?: string
  readonly purpose?: string
  readonly label?: string
  readonly includeSecret?: readonly string[]
  readonly retention?: string
  readonly maxCost?: number
  readonly maxTokens?: number
  readonly maxCalls?: number
  readonly maxDepth?: number
  readonly maxTurns?: number
  readonly timeout?: number
  readonly concurrency?: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly out?: string
  readonly witness?: readonly string[]
  readonly witnessQuorum?: number
}

/** Flag over environment over configuration. Keys come from the environment only. */
export function writOptions(flags: AskFlags, config: Config): WritOptions {
  const { verifierModel } = flags
  const hasVerifier = readChecks(flags.verify ?? []).checks.includes('claims')
  if (verifierModel !== undefined && !hasVerifier)
    throw new WritError('USAGE', '--verifier-model is of the frame that --verify claims opens: give both.')
  return optionsOf(flags, hasVerifier ? config : { ...config, verifierModel: undefined })
}

function optionsOf(flags: AskFlags, config: Config): WritOptions {
  const { baseUrl, ...access } = modelAccess(flags, config, process.env)
  const asBefore = hasModelsOfEarlier(flags, config)
  if (!asBefore) requireOneServer(flags, config, process.env)
  return defined({
    ...homeOf(flags),
    ...access,
    // Where the models of an earlier run are reached, its record says.
    baseUrl: asBefore ? flags.baseUrl : baseUrl,
    policy: flags.policy ?? config.policy,
    pythonPackages: flags.pythonPackages ?? config.pythonPackages,
    model: flags.model ?? config.model,
    subModel: flags.subModel ?? config.subModel,
    verifierModel: flags.verifierModel ?? config.verifierModel,
    contextWindow: flags.contextWindow ?? (asBefore ? undefined : usualWindow(flags, config)),
    models: config.models,
    profiles: config.profiles,
    rates: ratesOf(flags),
    price: flags.price === undefined ? undefined : parsePrice(flags.price),
    prices: config.prices,
    witnesses: flags.witness ?? config.witnesses,
    witnessQuorum: flags.witnessQuorum ?? config.witnessQuorum,
  })
}

/** Whether a follow-up has the models of the run it goes on from: nobody names another. */
function hasModelsOfEarlier({ continue: earlier, model }: AskFlags, config: Config): boolean {
  return earlier !== undefined && (model ?? config.model) === undefined
}

/** Rates that flags set for every model of the run. */
function ratesOf({ requestsPerMinute, tokensPerMinute }: AskFlags): ModelRates {
  return defined({ requestsPerMinute, tokensPerMinute })
}

/** Limits that flags set, else those of the configuration. */
export function limitsOf(flags: AskFlags, { limits }: Config): Limits {
  return {
    ...limits,
    ...defined({
      maxCostMicroUsd: flags.maxCost,
      maxTokens: flags.maxTokens,
      maxCalls: flags.maxCalls,
      maxDepth: flags.maxDepth,
      maxTurns: flags.maxTurns,
      timeoutMs: flags.timeout,
      concurrency: flags.concurrency,
    }),
  }
}

/** How the run is made. */
export function runOptions(flags: AskFlags, config: Config): RunOptions {
  return {
    // The time limit counts from the start of the process.
    elapsedMs: performance.now(),
    ...defined({
      strategy: flags.strategy,
      repl: flags.repl,
      input: inputOf(flags),
      verify: flags.verify,
      validators: flags.validator,
      scripts: flags.script,
      notes: flags.notes === false ? false : undefined,
      principal: flags.as ?? config.user,
      purpose: flags.purpose ?? config.purpose,
      retention: retentionOf(flags, config),
      out: flags.out,
      confirmAboveMicroUsd: config.confirmAboveMicroUsd,
    }),
  }
}

/** How the documents are labelled, and which of those that hold secrets are read. */
export function labelling(
  flags: AskFlags,
  { labels, label, includeSecret }: Config,
): Omit<ContextOptions, keyof RunOptions | 'context'> {
  return {
    labels,
    ...defined({
      label: flags.label === undefined ? label : documentLabel(flags.label),
      includeSecret: flags.includeSecret ?? includeSecret,
    }),
  }
}

/** A class nobody gave a time to would never end. */
function retentionOf({ retention: name }: AskFlags, { retention = {} }: Config): string | undefined {
  if (name === undefined || Object.hasOwn(retention, name)) return name
  throw new WritError('USAGE', `The user configuration has no retention class '${name}'.`)
}
