import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { defined, type Limits, WritError } from '@writ/contract'
import {
  createWrit,
  type Evaluation,
  type EvaluationArm,
  type EvaluationOptions,
  type EvaluationPlan,
  type EvaluationQuestion,
  evaluationPage,
  readQuestions,
  type Threshold,
  type WritOptions,
} from '../../index.ts'
import { contextOf } from '../ask-context.ts'
import { type AskFlags, labelling, limitsOf, runOptions, writOptions } from '../ask-options.ts'
import { type Config, loadConfig } from '../config.ts'
import { confirmed } from '../confirm.ts'
import { screenOf } from '../deliver.ts'
import { homeOption } from '../home.ts'
import { onInterrupt } from '../interrupt.ts'
import { writeOutput } from '../output.ts'
import { printableLine } from '../printable.ts'
import { schemaFile } from '../schema-file.ts'
import { withStdin } from '../stdin-file.ts'
import type { ArmFlag } from './arm-flag.ts'
import { evaluationLines } from './print-evaluation.ts'
import { evaluationPlanLines } from './print-plan.ts'
import { chooseProgress, type Progress } from './progress.ts'

type Unused = 'continue' | 'strategy' | 'outValue' | 'columns' | 'witness' | 'witnessQuorum' | 'maxTokens'

/** The flags of `writ eval`, as parsed. */
export interface EvalFlags extends Omit<AskFlags, Unused> {
  readonly context?: readonly string[]
  readonly arm?: readonly ArmFlag[]
  readonly repeat?: number
  readonly seed?: string
  readonly maxCostEach?: number
  readonly maxCallsEach?: number
  readonly maxTokensEach?: number
  readonly failUnder?: readonly Threshold[]
  readonly failOver?: readonly Threshold[]
  readonly resume?: string
}

/** How the process ends when a threshold was missed, and when the cap was reached before everything was asked. */
const MISSED = 7
const CAPPED = 4

/** Asks the questions of a file of every arm, and prints what came of it; resolves with the exit code. */
export async function evaluate(file: string, flags: EvalFlags): Promise<number> {
  requireOut(flags.out)
  const questions = readQuestions(textOf(file))
  return await withStdin(flags.context ?? [], (paths) => evaluateOver(questions, paths, flags))
}

async function evaluateOver(
  questions: readonly EvaluationQuestion[],
  paths: readonly string[],
  flags: EvalFlags,
): Promise<number> {
  const config = loadConfig(process.cwd(), process.env)
  const asked = await askedBy(questions, paths, flags, config)
  // Each arm says itself where its models are reached.
  const { baseUrl: _, ...options } = writOptions(flags, config)
  const writ = await createWrit(options)
  const progress = chooseProgress(flags)
  const interrupt = onInterrupt({
    stopping: () => progress.notice('Stopping at the next step. Ctrl-C again leaves at once.'),
    leaving: () => progress.stop(),
  })
  try {
    if (flags.dryRun === true) return printPlan(await writ.planEvaluation(asked), flags)
    const evaluation = await writ.evaluate({
      ...asked,
      suspend: interrupt.signal,
      onEvent: progress.onEvent,
      ...confirming(flags, progress),
    })
    progress.stop()
    if (flags.out !== undefined) await writeOutput(outputOf(evaluation, flags.out), flags.out)
    print(evaluation, flags)
    return exitCodeOf(evaluation)
  } finally {
    progress.stop()
    interrupt.stop()
    await writ.close()
  }
}

/** What is asked, of whom, over what and within which limits: flag over configuration. */
async function askedBy(
  questions: readonly EvaluationQuestion[],
  paths: readonly string[],
  flags: EvalFlags,
  config: Config,
): Promise<EvaluationOptions> {
  const context = await contextOf(paths, flags, config)
  if (context === undefined)
    throw new WritError('USAGE', 'An evaluation needs a corpus of its own: --context.')
  const schema = flags.schema === undefined ? undefined : await schemaFile(flags.schema)
  const { input, verify, principal, purpose, retention, confirmAboveMicroUsd } = runOptions(flags, config)
  return {
    questions,
    context,
    ...labelling(flags, config),
    arms: (flags.arm ?? [{ name: 'auto' }]).map((arm) => ({
      ...armOf(arm, flags, config),
      ...defined({ input }),
    })),
    limits: limitsOfEach(flags, config),
    thresholds: [...(flags.failUnder ?? []), ...(flags.failOver ?? [])],
    ...defined({
      schema,
      verify,
      principal,
      purpose,
      retention,
      confirmAboveMicroUsd,
      repeat: flags.repeat,
      seed: flags.seed,
      maxCalls: flags.maxCalls,
      maxCostMicroUsd: flags.maxCost,
      resume: flags.resume,
    }),
  }
}

/** An arm, with how its models are reached. */
function armOf(arm: ArmFlag, flags: EvalFlags, config: Config): EvaluationArm {
  const { name, strategy, model, subModel, verifierModel, baseUrl, price } = arm
  const named = model !== undefined
  const own = {
    ...(named ? withoutModel(flags) : flags),
    ...defined({ model, subModel, verifierModel, baseUrl }),
  }
  const reached = writOptions(
    own,
    named ? { ...config, subModel: undefined, verifierModel: undefined } : config,
  )
  return { name, ...defined({ strategy, price: price ?? reached.price }), ...reachOf(reached) }
}

/** What flags say of the one model, they do not say of another that an arm names. */
function withoutModel({
  model: _model,
  subModel: _subModel,
  verifierModel: _verifierModel,
  price: _price,
  contextWindow: _window,
  ...others
}: EvalFlags): EvalFlags {
  return others
}

function reachOf({
  model,
  subModel,
  verifierModel,
  baseUrl,
  apiKey,
  ollamaHost,
  contextWindow,
}: WritOptions): EvaluationArm {
  return defined({ model, subModel, verifierModel, baseUrl, apiKey, ollamaHost, contextWindow })
}

/** The limits of each run; `--max-cost` and `--max-calls` are of the whole. */
function limitsOfEach(flags: EvalFlags, config: Config): Limits {
  const { maxCost: _cost, maxCalls: _calls, maxCostEach, maxCallsEach, maxTokensEach, ...others } = flags
  return limitsOf(
    { ...others, ...defined({ maxCost: maxCostEach, maxCalls: maxCallsEach, maxTokens: maxTokensEach }) },
    config,
  )
}

/** Shows the plan of a costly evaluation. Whoever sits at the terminal is asked, unless the flags say that nobody does. */
function confirming(flags: EvalFlags, progress: Progress): Pick<EvaluationOptions, 'confirm'> {
  const unseen = flags.yes === true && flags.quiet === true
  if (unseen || flags.json === true || flags.jsonl === true) return {}
  return {
    confirm: async (plan) => {
      progress.clear()
      process.stderr.write(`${evaluationPlanLines(plan).map(printableLine).join('\n')}\n`)
      return await confirmed('Go on?', flags)
    },
  }
}

function printPlan(plan: EvaluationPlan, { json, jsonl }: EvalFlags): number {
  const lines =
    json === true || jsonl === true ? [JSON.stringify(plan)] : evaluationPlanLines(plan).map(printableLine)
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

function print(evaluation: Evaluation, flags: EvalFlags): void {
  if (flags.jsonl === true)
    return void process.stdout.write(`${JSON.stringify({ type: 'evaluation', evaluation })}\n`)
  if (flags.json === true) return void process.stdout.write(`${JSON.stringify(evaluation)}\n`)
  const { columns } = screenOf(process.stdout, false)
  const how = { width: columns, all: flags.full === true, options: homeOption(flags), out: flags.out }
  process.stdout.write(`${evaluationLines(evaluation, how).map(printableLine).join('\n')}\n`)
}

/** 0, or why not: an evaluation that was cut short says nothing of its thresholds. */
export function exitCodeOf({ complete, passed }: Pick<Evaluation, 'complete' | 'passed'>): number {
  if (!complete) return CAPPED
  return passed ? 0 : MISSED
}

const FORMS: Readonly<Record<string, (evaluation: Evaluation) => string>> = {
  '.html': evaluationPage,
  '.json': (evaluation) => `${JSON.stringify(evaluation, null, 2)}\n`,
}

/** Before anything is spent: a report that could not be written would be lost. */
function requireOut(out: string | undefined): void {
  if (out === undefined || extname(out) in FORMS) return
  throw new WritError('USAGE', `--out takes a .html or .json file, not "${out}".`)
}

async function* outputOf(evaluation: Evaluation, out: string): AsyncIterable<string> {
  yield FORMS[extname(out)]?.(evaluation) ?? ''
}

function textOf(file: string): string {
  const bytes = bytesOf(file)
  // A question in another encoding would be asked with other letters than it has.
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new WritError(
    'BAD_QUESTIONS',
    `The questions cannot be asked: ${file} is not UTF-8; save it as UTF-8.`,
  )
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new WritError(
      'PATH_NOT_FOUND',
      `The questions ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
