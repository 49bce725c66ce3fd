import { counted, dollars, type PlanBound, type PlanCard, reasonInWords, size, whole } from '@writ/contract'
import { strategyInWords } from './strategy-words.ts'

/** A plan card for people: what would be done, to what, by whom, and what it can come to. */
export function planLines(card: PlanCard): readonly string[] {
  const { strategy, reason, script, models, documents, bytes, reach, bound, votes, expected } = card
  const [root, sub] = [listOf(models, 'root'), listOf(models, 'sub')]
  const by = root === sub ? root : `${root}, sub-calls by ${sub}`
  return [
    `plan: ${strategyInWords(script === null ? strategy : `script ${script.name}`, reason)}`,
    ...(script === null ? [] : [`plan hash: ${script.planHash}`]),
    `models: ${by}${models.verifier === undefined ? '' : `, claims checked by ${models.verifier.join(', then ')}`}`,
    `corpus: ${counted(documents, 'document')}, ${size(bytes)}`,
    ...reach.map(
      (line) =>
        `  ${line.label}: ${counted(line.documents, 'document')}, ${size(line.bytes)}${
          line.allowed ? '' : `; out of reach (${reasonInWords(line.reason ?? '')})`
        }`,
    ),
    `at most: ${mostOf(bound)}`,
    ...(bound.once === null ? [] : [`  when nothing is retried: ${amountOf(bound.once)}`]),
    ...(bound.unknown === null
      ? []
      : [`  its calls cannot be added up beforehand, so its limits bound it: ${bound.unknown}`]),
    ...(bound.held ? [] : ['  tokens and cost are what so many requests take when each fills its window']),
    ...(votes === undefined
      ? []
      : [
          `votes: ${whole(votes.asked)} answers are compared, by at most ${counted(votes.frames, 'more frame')}, each on one part in ${whole(votes.asked)} of the limits; all of that is counted above`,
        ]),
    expected === null
      ? 'expected: nothing is known; no such run over this corpus has ended in this home'
      : `expected: ${counted(expected.requests, 'request')}, ${counted(expected.tokens, 'token')}, ${dollars(expected.costMicroUsd)} (mean of ${counted(expected.runs, 'earlier run')})`,
  ]
}

/** The models of a role in the order in which they are asked. */
function listOf({ fallbacks, ...models }: PlanCard['models'], role: 'root' | 'sub'): string {
  return [models[role], ...(fallbacks?.[role] ?? [])].join(', then ')
}

function mostOf({ calls, requests, tokens, costMicroUsd }: PlanBound): string {
  const amount = amountOf({ requests, tokens, costMicroUsd })
  return calls === null || calls === requests ? amount : `${amount} (${counted(calls, 'call')}, each retried)`
}

function amountOf({ requests, tokens, costMicroUsd }: NonNullable<PlanBound['once']>): string {
  const cost = costMicroUsd === null ? 'cost unknown' : dollars(costMicroUsd)
  return `${counted(requests, 'request')}, ${counted(tokens, 'token')}, ${cost}`
}
