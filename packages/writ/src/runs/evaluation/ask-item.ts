import { type Answer, defined, type Limits, type RunEvent, readChecks } from '@writ/contract'
import type { WritOptions } from '../../files/options.ts'
import { scriptNamed } from '../../files/script-named.ts'
import type { HomeServices } from '../../home/home-services.ts'
import { ask } from '../ask.ts'
import { authorise } from '../authorise.ts'
import { resume } from '../resume.ts'
import { type NamedArm, optionsOf } from './arm.ts'
import type { CapKeeper } from './cap-keeper.ts'
import type { EarlierRuns } from './earlier-runs.ts'
import type { EvaluationItem, ItemOutcome } from './evaluation.ts'
import type { EvaluationJournal, ItemKey } from './journal.ts'
import type { EvaluationOptions } from './options.ts'
import { askedOptions, cappedLimits, type Prepared } from './prepare.ts'
import type { Asked } from './question.ts'
import { type AskedFor, isSame, packsOf } from './recorded-item.ts'
import { scoredText, scoreOf, USUAL_FIELD } from './score.ts'

/** An evaluation under way. */
export interface UnderWay {
  readonly services: HomeServices
  readonly options: WritOptions
  readonly asked: EvaluationOptions
  readonly prepared: Prepared
  readonly journal: EvaluationJournal
  readonly earlier: EarlierRuns
  readonly caps: CapKeeper
  /** The schema that answers must fit, as a run records it; null for none. */
  readonly schema: string | null
}

/** One asking of a question by an arm. */
export interface Asking {
  readonly arm: NamedArm
  readonly question: Asked
  readonly repetition: number
}

/** Asks one question of one arm, or takes over what was answered before. */
export async function askItem(state: UnderWay, asking: Asking): Promise<EvaluationItem> {
  return (await takenOver(state, asking)) ?? (await askedNow(state, asking))
}

/** The item of an asking that the cap of the whole left no room for. */
export function notAsked(asking: Asking): EvaluationItem {
  return {
    ...keyOf(asking),
    outcome: 'capped',
    score: null,
    run: null,
    status: null,
    basis: null,
    answer: null,
    said: null,
    reason: null,
    citations: 0,
    evidence: null,
    wallMs: 0,
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
    costMicroUsd: 0,
    costKnown: true,
    takenOver: false,
  }
}

async function askedNow(state: UnderWay, asking: Asking): Promise<EvaluationItem> {
  const { services, options, asked, prepared, journal, caps } = state
  const { arm, question } = asking
  const { left } = caps
  if (left.calls === 0) return notAsked(asking)
  const limits = cappedLimits(prepared.limits, left)
  const answer = await ask(services, optionsOf(options, arm), {
    context: prepared.store,
    ...askedOptions(arm, question, asked, limits),
    ...watched(asked, (event) => {
      // On disk before the run asks any model: an evaluation that is taken up again finds it.
      if (event.type === 'run.open') journal.add({ ...keyOf(asking), run: event.run })
    }),
  })
  caps.add(amountOf(answer))
  return itemOf(asking, answer, isCapped(answer, limits, prepared.limits), false)
}

/** What an earlier run of the same asking came to, going on with it where it was cut off; undefined where it is asked anew. */
async function takenOver(state: UnderWay, asking: Asking): Promise<EvaluationItem | undefined> {
  const { services, options, asked, prepared, earlier, caps } = state
  const before = earlier.of(keyOf(asking))
  if (before === undefined || !isSame(before.recorded, await askedFor(state, asking), prepared.limits))
    return undefined
  const { run, recorded } = before
  const open = recorded.charged === null
  if (open && !caps.takeUp(recorded.limits)) return notAsked(asking)
  const answer = await resume(services, optionsOf(options, asking.arm), run, watched(asked))
  if (open) caps.add(amountOf(answer))
  // What a cap cut short is asked again: there may be room now.
  if (isCapped(answer, recorded.limits, prepared.limits)) return undefined
  return itemOf(asking, answer, false, !open)
}

/** What a run would be asked now, as its record would tell it. */
async function askedFor(
  { services, options, asked, prepared, schema }: UnderWay,
  { arm, question }: Asking,
): Promise<AskedFor> {
  const policy = await services.policy()
  const { user, purpose } = authorise(policy, asked)
  const card = prepared.plan.arms.find(({ name }) => name === arm.name)?.card
  const { root = '', sub = root, fallbacks, verifier = null } = card?.models ?? {}
  const { strategy = 'auto', input = {} } = { ...arm, ...defined({ input: question.input ?? arm.input }) }
  const scripted = scriptNamed(strategy) !== undefined
  const { checks, votes = null } = readChecks(asked.verify ?? [])
  return {
    question: question.question,
    strategy,
    script: scripted ? { planHash: card?.script?.planHash ?? '', input } : null,
    models: root === sub ? [root] : [root, sub],
    fallbacks: fallbacks === undefined ? null : [fallbacks.root, fallbacks.sub],
    verifier,
    baseUrl: optionsOf(options, arm).baseUrl ?? null,
    user: user.id,
    purpose,
    bundle: policy.bundle.hash,
    packs: packsOf(prepared.store),
    checks,
    votes,
    schema: scripted ? null : schema,
  }
}

function watched(
  { signal, suspend, onEvent }: EvaluationOptions,
  first: (event: RunEvent) => void = () => undefined,
): Pick<EvaluationOptions, 'signal' | 'suspend'> & { readonly onEvent: (event: RunEvent) => void } {
  return {
    ...defined({ signal, suspend }),
    onEvent: (event) => {
      first(event)
      onEvent?.({ type: 'item.run', event })
    },
  }
}

/** Whether a run was cut short by a limit that the cap of the whole had lowered. */
function isCapped({ status, reason }: Answer, limits: Limits, wanted: Limits): boolean {
  if (status === 'complete' || reason?.includes('BUDGET_EXCEEDED') !== true) return false
  const { maxCalls, maxCostMicroUsd } = limits
  return maxCalls < wanted.maxCalls || (maxCostMicroUsd ?? Infinity) < (wanted.maxCostMicroUsd ?? Infinity)
}

function itemOf(asking: Asking, answer: Answer, capped: boolean, taken: boolean): EvaluationItem {
  const outcome: ItemOutcome = capped ? 'capped' : answer.status === 'complete' ? 'answered' : 'failed'
  const { gold } = asking.question
  const { usage, run, status, basis, reason, evidence } = answer
  return {
    ...keyOf(asking),
    outcome,
    score:
      gold === null || capped
        ? null
        : outcome === 'failed' || basis === null
          ? 0
          : scoreOf(answer.value, gold, basis),
    run,
    status,
    basis,
    answer: answer.answer,
    said: basis === null ? null : scoredText(answer.value, gold ?? { field: USUAL_FIELD }),
    reason,
    citations: answer.citations.length,
    evidence,
    wallMs: usage.wallMs,
    ...amountOf(answer),
    costKnown: usage.costKnown,
    takenOver: taken,
  }
}

function amountOf({
  usage,
}: Answer): Pick<EvaluationItem, 'calls' | 'inputTokens' | 'outputTokens' | 'costMicroUsd'> {
  const { modelCalls: calls, inputTokens, outputTokens, costMicroUsd } = usage
  return { calls, inputTokens, outputTokens, costMicroUsd }
}

function keyOf({ arm, question, repetition }: Asking): ItemKey {
  return { arm: arm.name, question: question.id, repetition }
}
