import { counted, dollars, whole } from '@writ/contract'
import type { EvaluationPlan } from '../../index.ts'
import { planLines } from '../print-plan.ts'

type Bound = EvaluationPlan['bound']

/** The plan of an evaluation for people: what each arm would do, and what all of it can come to. */
export function evaluationPlanLines({
  questions,
  scored,
  repeat,
  runs,
  arms,
  bound,
  caps,
}: EvaluationPlan): readonly string[] {
  const often = repeat === 1 ? '' : `, ${repeat} times`
  return [
    `evaluation: ${counted(questions, 'question')}, ${whole(scored)} with a gold, of ${counted(arms.length, 'arm')}${often}: ${counted(runs, 'run')}`,
    ...arms.flatMap((arm) => [
      `arm ${arm.name}: ${counted(arm.runs, 'run')}, together at most ${boundText(arm.bound)}; each as its first:`,
      ...planLines(arm.card).map((line) => `  ${line}`),
    ]),
    `cap of the whole: ${capText(caps)}`,
    `all of it at most: ${boundText(bound)}`,
  ]
}

function boundText({ requests, tokens, costMicroUsd }: Bound): string {
  const cost = costMicroUsd === null ? 'cost unknown' : dollars(costMicroUsd)
  return `${counted(requests, 'request')}, ${counted(tokens, 'token')}, ${cost}`
}

function capText({ calls, costMicroUsd }: EvaluationPlan['caps']): string {
  const parts = [
    ...(calls === null ? [] : [counted(calls, 'request')]),
    ...(costMicroUsd === null ? [] : [dollars(costMicroUsd)]),
  ]
  return parts.length === 0 ? 'none (--max-cost, --max-calls)' : parts.join(', ')
}
