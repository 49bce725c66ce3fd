import type { Amount } from '@writ/contract'
import { estimateOf, meanOf } from './bootstrap.ts'
import type { ArmResult, Estimate, Evaluation, EvaluationItem, Measures } from './evaluation.ts'
import type { Prepared } from './prepare.ts'
import type { Threshold } from './threshold.ts'
import { judged } from './thresholds.ts'

/** All that an evaluation came to, before it is added up. */
export interface Results {
  readonly evaluation: string
  readonly seed: string
  readonly prepared: Prepared
  readonly items: readonly EvaluationItem[]
  readonly spent: Amount
  readonly thresholds: readonly Threshold[]
}

type Metric = keyof Measures<unknown>

const VALUES: Readonly<Record<Metric, (item: EvaluationItem) => number | null>> = {
  accuracy: ({ score }) => score,
  latencyMs: ({ wallMs }) => wallMs,
  costMicroUsd: ({ costMicroUsd }) => costMicroUsd,
  tokens: ({ inputTokens, outputTokens }) => inputTokens + outputTokens,
  calls: ({ calls }) => calls,
}

/** Adds up what an evaluation came to. */
export function reportOf({ evaluation, seed, prepared, items, spent, thresholds }: Results): Evaluation {
  const { plan, questions, repeat, caps } = prepared
  const ended = items.filter(({ outcome }) => outcome !== 'capped')
  const complete = ended.length === items.length
  const [first = ''] = plan.arms.map(({ name }) => name)
  const arms = plan.arms.map(({ name, card }): ArmResult => {
    const own = ended.filter(({ arm }) => arm === name)
    const base = name === first ? null : ended.filter(({ arm }) => arm === first)
    return {
      name,
      strategy: card.script === null ? card.strategy : `script:${card.script.name}`,
      models: card.models,
      runs: own.length,
      failed: own.filter(({ outcome }) => outcome === 'failed').length,
      scored: byQuestion(own, VALUES.accuracy).size,
      measures: measured(own, (of) => estimateOf([...byQuestion(own, of).values()], seed)),
      difference:
        base &&
        measured([...own, ...base], (of) =>
          estimateOf(differences(byQuestion(own, of), byQuestion(base, of)), seed),
        ),
    }
  })
  const judgements = judged(thresholds, arms)
  const [{ card }] = plan.arms as readonly [(typeof plan.arms)[number]]
  return {
    schema: 'writ.evaluation/1',
    evaluation,
    complete,
    passed: complete && judgements.every(({ met }) => met),
    repeat,
    seed,
    documents: card.documents,
    bytes: card.bytes,
    questions: questions.map(({ id, question, gold }) => ({ id, question, gold })),
    arms,
    thresholds: judgements,
    caps,
    spent: { ...spent, costKnown: ended.every(({ costKnown }) => costKnown) },
    items,
  }
}

/** Everything measured of some items. A cost of which a part is not known is not known. */
function measured(
  items: readonly EvaluationItem[],
  estimate: (of: (item: EvaluationItem) => number | null) => Estimate | null,
): Measures<Estimate> {
  const { accuracy, latencyMs, costMicroUsd, tokens, calls } = VALUES
  return {
    accuracy: estimate(accuracy),
    latencyMs: estimate(latencyMs),
    costMicroUsd: items.every(({ costKnown }) => costKnown) ? estimate(costMicroUsd) : null,
    tokens: estimate(tokens),
    calls: estimate(calls),
  }
}

/** The mean of each question over its repetitions. Nothing for a question that one of them says nothing of. */
function byQuestion(
  items: readonly EvaluationItem[],
  of: (item: EvaluationItem) => number | null,
): ReadonlyMap<string, number> {
  const values = Map.groupBy(items, ({ question }) => question)
  return new Map(
    [...values].flatMap(([question, own]) => {
      const known = own.map(of).filter((value) => value !== null)
      return known.length === own.length ? [[question, meanOf(known)] as const] : []
    }),
  )
}

/** Question by question, where both were asked it. */
function differences(own: ReadonlyMap<string, number>, base: ReadonlyMap<string, number>): readonly number[] {
  return [...own].flatMap(([question, value]) => {
    const against = base.get(question)
    return against === undefined ? [] : [value - against]
  })
}
