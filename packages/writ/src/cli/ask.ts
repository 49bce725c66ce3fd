import { readFileSync } from 'node:fs'
import {
  type CheckName,
  defined,
  isWritError,
  type Json,
  type Limits,
  type ModelRates,
  type PlanCard,
  WritError,
} from '@writ/contract'
import {
  type AskedOptions,
  type ContextOptions,
  type ContextSource,
  createWrit,
  parsePrice,
  type RunOptions,
  type WritOptions,
} from '../index.ts'
import type { Attendance } from './attend.ts'
import { type Config, loadConfig } from './config.ts'
import { confirmed } from './confirm.ts'
import type { DeliverFlags } from './deliver.ts'
import { deliverAttended } from './deliver-attended.ts'
import { expandPaths, expandWithin } from './expand-paths.ts'
import { homeOf } from './home.ts'
import { modelAccess } from './model-access.ts'
import { documentLabel } from './parse-option.ts'
import { planLines } from './print-plan.ts'
import { printableLine } from './printable.ts'
import { schemaFile } from './schema-file.ts'
import { withStdin } from './stdin-file.ts'
import { columnsOf } from './value-file/rows.ts'

/** Time past the limit within which the process ends, whatever still hangs. */
const GRACE_MS = 900

/** The flags of `writ ask`, as parsed. */
export interface AskFlags extends DeliverFlags {
  readonly model?: string
  readonly subModel?: string
  readonly baseUrl?: string
  readonly keyEnv?: string
  readonly price?: string
  readonly contextWindow?: number
  readonly continue?: string
  readonly corpus?: string
  readonly strategy?: string
  readonly schema?: string
  readonly input?: string
  readonly inputFile?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly verify?: readonly CheckName[]
  readonly policy?: string
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

/** Asks one question over paths, `-` for standard input, and prints the answer; resolves with the exit code. */
export async function ask(question: string, paths: readonly string[], flags: AskFlags): Promise<number> {
  return await withStdin(paths, (given) => askOver(question, given, flags))
}

async function askOver(question: string, paths: readonly string[], flags: AskFlags): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const context = await contextOf(paths, flags, config)
  const limits = limitsOf(flags, config)
  const overdue = limits.timeoutMs === null ? undefined : endAt(limits.timeoutMs)
  const writ = await createWrit({ ...writOptions(flags, config), limits })
  try {
    const schema = flags.schema === undefined ? undefined : await schemaFile(flags.schema)
    const how = { ...runOptions(flags, config), ...defined({ schema }) }
    const asked: AskedOptions =
      context === undefined
        ? { query: question, continue: await writ.find(flags.continue ?? ''), ...how }
        : { query: question, context, ...labelling(flags, config), ...how }
    if (flags.dryRun === true) return printPlan(await writ.plan(asked), flags)
    const shown = { ...flags, columns: columnsOf(schema) }
    return await deliverAttended(writ, shown, ({ aside, ...attendance }) =>
      writ.completion({ ...asked, ...attendance, ...confirming(flags, aside) }),
    )
  } catch (error) {
    throw beforeItBegan(error)
  } finally {
    await writ.close()
    clearTimeout(overdue)
  }
}

function printPlan(card: PlanCard, { json, jsonl }: AskFlags): number {
  const lines = json === true || jsonl === true ? [JSON.stringify(card)] : planLines(card).map(printableLine)
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

/** Who is asked about a costly run: whoever sits at the terminal, unless the flags say that nobody does. */
function confirming(flags: AskFlags, aside: Attendance['aside']): Pick<RunOptions, 'confirm'> {
  if (flags.yes === true || flags.json === true || flags.jsonl === true) return {}
  const confirm = (card: PlanCard): Promise<boolean> =>
    aside(async () => {
      process.stderr.write(`${planLines(card).map(printableLine).join('\n')}\n`)
      return await confirmed('Go on?', flags)
    })
  return { confirm }
}

/** A run that began is suspended, not interrupted: whoever reads this must not look for one to resume. */
function beforeItBegan(error: unknown): unknown {
  return isWritError(error) && error.code === 'INTERRUPTED'
    ? new WritError('INTERRUPTED', 'Interrupted before the run began: there is none to resume.', {
        cause: error,
      })
    : error
}

/** What is asked over; undefined for a follow-up. */
export async function contextOf(
  paths: readonly string[],
  flags: AskFlags,
  config: Config,
): Promise<ContextSource | undefined> {
  if (flags.continue !== undefined) return withoutContext(paths, flags)
  if (flags.corpus !== undefined && paths.length > 0)
    throw new WritError('USAGE', 'Give either paths or --corpus, not both.')
  if (paths.length > 0) return await expandPaths(paths)
  const corpus = flags.corpus ?? config.corpus
  if (corpus !== undefined) return { corpus }
  if (config.paths !== undefined) {
    const { paths: configured, pathsWithin } = config
    return await (pathsWithin === undefined ? expandPaths(configured) : expandWithin(pathsWithin, configured))
  }
  throw new WritError(
    'USAGE',
    'There is nothing to ask over: give paths or --corpus, or set them in writ.config.json.',
  )
}

/** A follow-up is over the corpus of the run it goes on from, with the labels it has. */
function withoutContext(paths: readonly string[], { corpus, label, includeSecret }: AskFlags): undefined {
  const given = [corpus, label, includeSecret].some((flag) => flag !== undefined)
  if (paths.length === 0 && !given) return
  throw new WritError(
    'USAGE',
    '--continue asks over the corpus of that run: give no paths, and neither --corpus, --label nor --include-secret.',
  )
}

/** Flag over environment over configuration. Keys come from the environment only. */
export function writOptions(flags: AskFlags, config: Config): WritOptions {
  return defined({
    ...homeOf(flags),
    ...modelAccess(flags, config, process.env),
    policy: flags.policy ?? config.policy,
    model: flags.model ?? config.model,
    subModel: flags.subModel ?? config.subModel,
    contextWindow: flags.contextWindow ?? usualWindow(flags, config),
    models: config.models,
    rates: ratesOf(flags),
    price: flags.price === undefined ? undefined : parsePrice(flags.price),
    prices: config.prices,
    witnesses: flags.witness ?? config.witnesses,
    witnessQuorum: flags.witnessQuorum ?? config.witnessQuorum,
  })
}

/** The configured window is that of the configured model, where the table has none. */
function usualWindow({ model: given }: AskFlags, config: Config): number | undefined {
  const { model, contextWindow, models = {} } = config
  if (models[given ?? model ?? '']?.contextWindow !== undefined) return undefined
  return given === undefined || model === undefined || given === model ? contextWindow : undefined
}

/** Rates that flags set for every model of the run. */
function ratesOf({ requestsPerMinute, tokensPerMinute }: AskFlags): ModelRates {
  return defined({ requestsPerMinute, tokensPerMinute })
}

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

function runOptions(flags: AskFlags, config: Config): RunOptions {
  return {
    // The time limit counts from the start of the process.
    elapsedMs: performance.now(),
    ...defined({
      strategy: flags.strategy,
      input: inputOf(flags),
      verify: flags.verify,
      principal: flags.as ?? config.user,
      purpose: flags.purpose ?? config.purpose,
      retention: retentionOf(flags, config),
      out: flags.out,
      confirmAboveMicroUsd: config.confirmAboveMicroUsd,
    }),
  }
}

/** What a script is given, from the command line or a file. */
export function inputOf({ input, inputFile }: AskFlags): Json | undefined {
  if (input !== undefined && inputFile !== undefined)
    throw new WritError('USAGE', 'Give either --input or --input-file, not both.')
  if (input !== undefined) return inputJson(input, '--input')
  return inputFile === undefined ? undefined : inputJson(readInput(inputFile), inputFile)
}

function inputJson(text: string, from: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new WritError('BAD_INPUT', `${from} is not JSON.`, { cause })
  }
}

function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new WritError('BAD_INPUT', `${path} cannot be read: ${String(cause)}`, { cause })
  }
}

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
export function retentionOf({ retention: name }: AskFlags, { retention = {} }: Config): string | undefined {
  if (name === undefined || Object.hasOwn(retention, name)) return name
  throw new WritError('USAGE', `The user configuration has no retention class '${name}'.`)
}

/** The last resort for the time limit: a run that cannot even close leaves its records, and the process ends. */
function endAt(timeoutMs: number): NodeJS.Timeout {
  const timer = setTimeout(
    () => {
      process.stderr.write('writ: TIMED_OUT: The run did not close in time; what it has is in the ledger.\n')
      process.exit(4)
    },
    Math.max(0, timeoutMs - performance.now()) + GRACE_MS,
  )
  timer.unref()
  return timer
}
