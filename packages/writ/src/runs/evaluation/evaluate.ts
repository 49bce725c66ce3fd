import { isWritError, WritError } from '@writ/contract'
import { uuidV7 } from '../../files/ids.ts'
import type { WritOptions } from '../../files/options.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { systemClock } from '../../kernel/index.ts'
import { answerSchema } from '../answer-schema.ts'
import { CONFIRM_ABOVE_MICRO_USD } from '../plan/confirm-plan.ts'
import { type Asking, askItem, notAsked } from './ask-item.ts'
import { CapKeeper } from './cap-keeper.ts'
import { EarlierRuns } from './earlier-runs.ts'
import type { Evaluation, EvaluationItem, EvaluationPlan } from './evaluation.ts'
import { EvaluationJournal, findEvaluation, journalledRuns } from './journal.ts'
import type { EvaluationOptions } from './options.ts'
import { type Prepared, prepare } from './prepare.ts'
import { reportOf } from './report.ts'

const SEED = 'writ'

/** What an evaluation would do and cost at most. No model is asked, and there is no run. */
export async function planEvaluation(
  services: HomeServices,
  options: WritOptions,
  asked: EvaluationOptions,
): Promise<EvaluationPlan> {
  await using opened = new AsyncDisposableStack()
  return (await prepare(services, options, asked, opened)).plan
}

/**
 * Asks every question of every arm, one run after the other, and says what came of it. Question by question, so that a cap
 * leaves the arms with the same questions.
 */
export async function evaluate(
  services: HomeServices,
  options: WritOptions,
  asked: EvaluationOptions,
): Promise<Evaluation> {
  await using opened = new AsyncDisposableStack()
  const { home } = services
  const { resume: named, seed = SEED } = asked
  const resumed = named === undefined ? undefined : findEvaluation(home, named)
  const prepared = await prepare(services, options, asked, opened)
  await confirm(asked, prepared.plan)
  const evaluation = resumed ?? uuidV7(systemClock.now())
  const journal = new EvaluationJournal(home, evaluation)
  const earlier = await EarlierRuns.read(services, resumed === undefined ? [] : journalledRuns(home, resumed))
  const caps = new CapKeeper(prepared.caps, earlier.amounts)
  const typed = await answerSchema(asked.schema, undefined)
  const schema = typed === undefined ? null : JSON.stringify(typed)
  const state = { services, options, asked, prepared, journal, earlier, caps, schema }
  asked.onEvent?.({ type: 'evaluation.open', evaluation, runs: prepared.plan.runs })
  const items: EvaluationItem[] = []
  try {
    for (const [n, asking] of askingsOf(prepared).entries()) {
      requireGoingOn(asked)
      const { arm, question, repetition } = asking
      asked.onEvent?.({ type: 'item.open', n, arm: arm.name, question: question.id, repetition })
      // What comes after the cap was reached would be other questions for each arm.
      const capped = items.at(-1)?.outcome === 'capped'
      const item = capped ? notAsked(asking) : await askItem(state, asking)
      items.push(item)
      asked.onEvent?.({ type: 'item.close', n, item })
    }
  } catch (error) {
    throw resumable(error, evaluation, asked, `${items.length} of ${prepared.plan.runs}`)
  }
  const { spent } = caps
  return reportOf({ evaluation, seed, prepared, items, spent, thresholds: asked.thresholds ?? [] })
}

function requireGoingOn({ suspend, signal }: EvaluationOptions): void {
  suspend?.throwIfAborted()
  signal?.throwIfAborted()
}

function askingsOf({ questions, arms, repeat }: Prepared): readonly Asking[] {
  const repetitions = Array.from({ length: repeat }, (_, at) => at + 1)
  return repetitions.flatMap((repetition) =>
    questions.flatMap((question) => arms.map((arm) => ({ arm, question, repetition }))),
  )
}

/** Asks once whether the whole may be spent. A cost nobody knows asks nobody. */
async function confirm(
  { confirm: ask, confirmAboveMicroUsd = CONFIRM_ABOVE_MICRO_USD }: EvaluationOptions,
  plan: EvaluationPlan,
): Promise<void> {
  const { costMicroUsd: cost } = plan.bound
  if (ask === undefined || cost === null || cost <= confirmAboveMicroUsd) return
  if (!(await ask(plan)))
    throw new WritError('NOT_CONFIRMED', 'The plan of the evaluation was not confirmed.')
}

/** What stopped an evaluation, with how it goes on: nothing that was answered is asked again. */
function resumable(
  error: unknown,
  evaluation: string,
  { suspend, signal }: EvaluationOptions,
  done: string,
): unknown {
  const stopped = suspend?.aborted === true || signal?.aborted === true
  if (!stopped && !isWritError(error)) return error
  const next = `Give the same command with --resume ${evaluation}: what was answered is not asked again.`
  if (stopped)
    return new WritError('SUSPENDED', `The evaluation ${evaluation} was stopped after ${done} runs.`, {
      cause: error,
      next,
    })
  const { code, message } = error as WritError
  return new WritError(code, `${message} The evaluation ${evaluation} stopped after ${done} runs.`, {
    cause: error,
    next: `${(error as WritError).next} ${next}`,
  })
}
