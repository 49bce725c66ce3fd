import {
  type ContextStore,
  DEFAULT_LIMITS,
  defined,
  type Limits,
  type PlanCard,
  WritError,
} from '@writ/contract'
import type { CompletionOptions, RunOptions, WritOptions } from '../../files/options.ts'
import { scriptNamed } from '../../files/script-named.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { hasStore, openContext } from '../context.ts'
import { plan } from '../plan/plan.ts'
import { checkQuestion } from '../question.ts'
import { type NamedArm, namedArms, optionsOf, runOptionsOf } from './arm.ts'
import type { EvaluationBound, EvaluationCaps, EvaluationPlan, PlannedArm } from './evaluation.ts'
import type { EvaluationOptions } from './options.ts'
import { type Asked, checkQuestions } from './question.ts'
import { checkThresholds } from './thresholds.ts'

const MOST_REPEATS = 100

/** An evaluation that can begin: everything is checked, the corpus is open, and nothing has been spent. */
export interface Prepared {
  readonly questions: readonly Asked[]
  readonly arms: readonly NamedArm[]
  readonly repeat: number
  readonly caps: EvaluationCaps
  /** The limits of each run, before the cap of the whole. */
  readonly limits: Limits
  readonly store: ContextStore
  readonly plan: EvaluationPlan
}

/** Checks all that can be checked before anything is spent. What is opened for it is closed by the stack that is given. */
export async function prepare(
  services: HomeServices,
  options: WritOptions,
  asked: EvaluationOptions,
  opened: AsyncDisposableStack,
): Promise<Prepared> {
  const questions = checkQuestions(asked.questions)
  const arms = namedArms(asked.arms ?? [{}])
  checkThresholds(
    asked.thresholds ?? [],
    arms.map(({ name }) => name),
  )
  requireMeasurable(asked, questions)
  const { repeat = 1 } = asked
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > MOST_REPEATS)
    throw new WritError('USAGE', `An evaluation is repeated 1 to ${MOST_REPEATS} times.`)
  const caps = { calls: asked.maxCalls ?? null, costMicroUsd: asked.maxCostMicroUsd ?? null }
  const limits = { ...DEFAULT_LIMITS, ...options.limits, ...asked.limits }
  const corpus = corpusOf(asked)
  // INVARIANT: nothing is made until every arm has been checked.
  for (const arm of arms)
    for (const question of plannedQuestions(arm, questions))
      await checkQuestion(services.home, optionsOf(options, arm), {
        ...corpus,
        ...askedOptions(arm, question, asked, limits),
      })
  const store = await openedStore(services, corpus, asked)
  if (!hasStore(corpus)) opened.defer(() => store.close())
  const planned: PlannedArm[] = []
  for (const arm of arms)
    planned.push(await plannedArm(services, options, { arm, asked, questions, store, repeat, caps, limits }))
  requirePriced(asked, planned)
  return { questions, arms, repeat, caps, limits, store, plan: planOf(questions, repeat, planned, caps) }
}

/** Throws `USAGE` for a threshold that no answer could meet. */
function requireMeasurable({ thresholds = [] }: EvaluationOptions, questions: readonly Asked[]): void {
  const accuracy = thresholds.some(({ metric }) => metric === 'accuracy')
  if (accuracy && questions.every(({ gold }) => gold === null))
    throw new WritError('USAGE', 'A threshold is for accuracy, and no question has a gold.')
}

/** Throws `UNKNOWN_PRICE` for a threshold on a cost that nobody will know. */
function requirePriced({ thresholds = [] }: EvaluationOptions, planned: readonly PlannedArm[]): void {
  for (const { metric, arm } of thresholds) {
    if (metric !== 'cost') continue
    const unknown = planned.find(
      ({ name, card }) => (arm ?? name) === name && card.bound.costMicroUsd === null,
    )
    if (unknown !== undefined)
      throw new WritError(
        'UNKNOWN_PRICE',
        `A threshold for cost needs a price, and the arm "${unknown.name}" has a model without one.`,
      )
  }
}

/** What is asked over, as one question would have it. */
function corpusOf({
  context,
  label,
  labels,
  includeSecret,
  principal,
  purpose,
}: EvaluationOptions): CompletionOptions {
  return { query: '', context, ...defined({ label, labels, includeSecret, principal, purpose }) }
}

async function openedStore(
  services: HomeServices,
  corpus: CompletionOptions,
  { onEvent, signal, suspend }: EvaluationOptions,
): Promise<ContextStore> {
  const stop = AbortSignal.any([signal, suspend].filter((given) => given !== undefined))
  return await openContext(services, corpus, await services.policy(), stop, (event) =>
    onEvent?.({ type: 'item.run', event }),
  )
}

/** How an arm asks a question, whatever it is asked over. */
export function askedOptions(
  arm: NamedArm,
  question: Asked,
  { principal, purpose, retention, verify, schema }: EvaluationOptions,
  limits: Limits,
): RunOptions & { readonly query: string } {
  return {
    query: question.question,
    ...defined({ principal, purpose, retention, verify }),
    ...runOptionsOf(arm, question, schema),
    limits,
  }
}

/** The limits of a run under what is left of the cap. */
export function cappedLimits(limits: Limits, { calls, costMicroUsd }: EvaluationCaps): Limits {
  return {
    ...limits,
    maxCalls: Math.min(limits.maxCalls, calls ?? limits.maxCalls),
    maxCostMicroUsd:
      costMicroUsd === null
        ? limits.maxCostMicroUsd
        : Math.min(limits.maxCostMicroUsd ?? Infinity, costMicroUsd),
  }
}

interface ToPlan {
  readonly arm: NamedArm
  readonly asked: EvaluationOptions
  readonly questions: readonly Asked[]
  readonly store: ContextStore
  readonly repeat: number
  readonly caps: EvaluationCaps
  readonly limits: Limits
}

/** The plan of an arm. */
async function plannedArm(
  services: HomeServices,
  options: WritOptions,
  { arm, asked, questions, store, repeat, caps, limits }: ToPlan,
): Promise<PlannedArm> {
  const cards = new Map<string, PlanCard>()
  for (const question of plannedQuestions(arm, questions))
    cards.set(
      planKey(arm, question),
      await plan(services, optionsOf(options, arm), {
        context: store,
        ...askedOptions(arm, question, asked, cappedLimits(limits, caps)),
      }),
    )
  const [card] = cards.values()
  if (card === undefined) throw new WritError('USAGE', 'An evaluation needs at least one question.')
  const bounds = questions.map((question) => (cards.get(planKey(arm, question)) ?? card).bound)
  return { name: arm.name, card, runs: questions.length * repeat, bound: times(sumOf(bounds), repeat) }
}

/** The questions whose plans differ: a script is planned for each input, since its bound follows from it. */
function plannedQuestions(arm: NamedArm, questions: readonly Asked[]): readonly Asked[] {
  const alike = Map.groupBy(questions, (question) => planKey(arm, question))
  return [...alike.values()].flatMap(([first]) => first ?? [])
}

function planKey({ strategy = 'auto' }: NamedArm, { input }: Asked): string {
  return scriptNamed(strategy) === undefined ? '' : JSON.stringify(input ?? null)
}

function planOf(
  questions: readonly Asked[],
  repeat: number,
  arms: readonly PlannedArm[],
  caps: EvaluationCaps,
): EvaluationPlan {
  return {
    schema: 'writ.evaluation-plan/1',
    questions: questions.length,
    scored: questions.filter(({ gold }) => gold !== null).length,
    repeat,
    runs: arms.reduce((sum, { runs }) => sum + runs, 0),
    arms,
    bound: cappedBound(arms, caps),
    caps,
  }
}

/** The most that all arms can come to under the cap: no request takes more than one of the arm whose requests take most. */
function cappedBound(
  arms: readonly PlannedArm[],
  { calls, costMicroUsd: cap }: EvaluationCaps,
): EvaluationBound {
  const bounds = arms.map(({ bound }) => bound)
  const all = sumOf(bounds)
  const requests = Math.min(all.requests, calls ?? Infinity)
  const most = (of: (bound: EvaluationBound) => number): number =>
    Math.ceil(requests * Math.max(...bounds.map((bound) => of(bound) / Math.max(1, bound.requests))))
  const cost = Math.min(
    all.costMicroUsd ?? Infinity,
    most(({ costMicroUsd }) => costMicroUsd ?? Infinity),
    cap ?? Infinity,
  )
  return {
    requests,
    tokens: Math.min(
      all.tokens,
      most(({ tokens }) => tokens),
    ),
    costMicroUsd: Number.isFinite(cost) ? cost : null,
  }
}

function sumOf(bounds: readonly EvaluationBound[]): EvaluationBound {
  const sum = (of: (bound: EvaluationBound) => number | null): number =>
    Math.min(
      Number.MAX_SAFE_INTEGER,
      bounds.reduce((total, bound) => total + (of(bound) ?? 0), 0),
    )
  const known = bounds.every(({ costMicroUsd }) => costMicroUsd !== null)
  return {
    requests: sum(({ requests }) => requests),
    tokens: sum(({ tokens }) => tokens),
    costMicroUsd: known ? sum(({ costMicroUsd }) => costMicroUsd) : null,
  }
}

function times({ requests, tokens, costMicroUsd }: EvaluationBound, count: number): EvaluationBound {
  return sumOf(Array.from({ length: count }, () => ({ requests, tokens, costMicroUsd })))
}
