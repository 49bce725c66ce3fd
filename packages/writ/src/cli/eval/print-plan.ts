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
  const [first] = arms
  return [
    `evaluation: ${counted(questions, 'question')}, ${whole(scored)} with a gold, of ${counted(arms.length, 'arm')}${often}: ${counted(runs, 'run')}`,
    ...(first === undefined ? [] : corpusLines(planLines(first.card))),
    ...arms.flatMap((arm) => [
      `arm ${arm.name}: ${counted(arm.runs, 'run')}, together at most ${boundText(arm.bound)}`,
      ...withoutCorpus(planLines(arm.card)).map((line) => `  ${line}`),
    ]),
    `cap of the whole: ${capText(caps)}`,
    `all of it at most: ${boundText(bound)}`,
  ]
}

const CORPUS = 'corpus: '
const BOUND = 'at most: '

/** The lines of a plan card about the corpus, which all arms have in common. */
function corpusLines(lines: readonly string[]): readonly string[] {
  return lines.slice(...corpusRange(lines))
}

/** The other lines, of which the bound is that of one run. */
function withoutCorpus(lines: readonly string[]): readonly string[] {
  const [from, to] = corpusRange(lines)
  const others = [...lines.slice(0, from), ...lines.slice(to)]
  return others.map((line) => (line.startsWith(BOUND) ? `each ${line}` : line))
}

function corpusRange(lines: readonly string[]): readonly [number, number] {
  const at = (start: string): number => lines.findIndex((line) => line.startsWith(start))
  return [at(CORPUS), at(BOUND)]
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
