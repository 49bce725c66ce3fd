import { oolongScore, pairKey, pairsF1, setF1 } from '@writ/contract'
import { Random } from '../random.ts'
import type { Script } from '../reply.ts'
import { block, sequence } from '../roots.ts'
import type { SimTask } from './sim-task.ts'

/** A contract with what experts said of its clauses. */
export interface LabelledContract {
  /** Its number, from 1: its document is `contract-<number>.txt`. */
  readonly number: number
  readonly text: string
  /** A state or a country; empty where the contract says none. */
  readonly law: string
  readonly nonCompete: boolean
  readonly antiAssignment: boolean
  /** A day, `perpetual`, or null where nobody could say. */
  readonly expires: string | null
}

const LAW = 'New York'
const BEFORE = '2015-01-01'

/** Questions over contracts: a count, pairs, and a list, each decided by code from what a leaf says of each contract. */
export function contractTasks(contracts: readonly LabelledContract[]): readonly SimTask[] {
  const size = contracts.length
  const context = contracts.map(({ number, text }) => ({ id: `contract-${number}.txt`, text }))
  const under = contracts.filter(({ law }) => law === LAW).length
  const pairs = goldPairs(contracts)
  const ended = new Set(contracts.filter(endedAndFree).map(({ number }) => String(number)))
  return [
    {
      context,
      id: `contracts.${size}.count`,
      name: `${size} contracts, count`,
      question: `How many contracts have the governing law ${LAW}? Give your final answer in the form 'Answer: number'.`,
      root: contractRoot(`const result = 'Answer: ' + facts.filter((fact) => fact.law === '${LAW}').length;`),
      score: (answer) => oolongScore(answer, [String(under)], 'NUMERIC'),
    },
    {
      context,
      id: `contracts.${size}.pairs`,
      name: `${size} contracts, pairs`,
      question:
        'List all pairs of contracts that have the same governing law and both a non-compete clause, as (number, number).',
      root: contractRoot(`
        const bound = facts.filter((fact) => fact.law !== '' && fact.nonCompete);
        const found = [];
        for (const [n, a] of bound.entries())
          for (const b of bound.slice(n + 1)) if (a.law === b.law) found.push('(' + a.number + ', ' + b.number + ')');
        const result = found.join('\\n');`),
      score: (answer) => pairsF1(answer, pairs),
    },
    {
      context,
      id: `contracts.${size}.list`,
      name: `${size} contracts, list`,
      question: `Which contracts expire before ${BEFORE} and may be assigned? List their numbers, separated by spaces.`,
      root: contractRoot(
        `const result = facts.filter((fact) => /^[0-9]/.test(fact.expires || '') && fact.expires < '${BEFORE}' && !fact.antiAssignment).map((fact) => fact.number).join(' ');`,
      ),
      score: (answer) => setF1(new Set(answer.match(/\d+/g) ?? []), ended),
    },
  ]
}

function goldPairs(contracts: readonly LabelledContract[]): Set<string> {
  const bound = contracts.filter(({ law, nonCompete }) => law !== '' && nonCompete)
  const pairs = bound.flatMap((a) =>
    bound.filter((b) => b.number > a.number && b.law === a.law).map((b) => pairKey(a.number, b.number)),
  )
  return new Set(pairs)
}

function endedAndFree({ expires, antiAssignment }: LabelledContract): boolean {
  return expires !== null && /^\d/.test(expires) && expires < BEFORE && !antiAssignment
}

/** Asks a leaf about every contract, whose text the host puts into the prompt, and computes from the replies. */
function contractRoot(aggregate: string): Script {
  const turns = [
    'const listed = await docs({});\nprint(listed.length, listed[0].id);',
    `const prompts = listed.map((doc) => ({
  prompt: 'SIMTASK:leaf.clauses What does this contract say? Its document is ' + doc.id,
  spans: [{ doc: doc.id, start: 0, end: doc.bytes }],
}));
const replies = await llm_query_batched(prompts);
print(replies.length);`,
    `const facts = replies.map((reply, n) => ({ number: Number(/[0-9]+/.exec(listed[n].id)[0]), ...JSON.parse(reply) }));
if (facts.length !== listed.length) throw new Error('contracts are missing');
${aggregate}
print('candidate ' + result.slice(0, 200));`,
  ]
  return sequence([...turns, 'FINAL(result);'].map((code) => block(code)))
}

/** An oracle: says of each contract that it is given what the experts said. */
export function clauseLeaf(contracts: readonly LabelledContract[]): Script {
  const known = new Map(contracts.map((contract) => [contract.number, contract]))
  return ({ prompt }) => {
    const number = Number(/document is contract-(\d+)\.txt/.exec(prompt)?.[1])
    const contract = known.get(number)
    if (contract === undefined) throw new Error(`there is no contract ${number}`)
    if (!prompt.includes(contract.text)) throw new Error(`the prompt does not hold contract ${number}`)
    const { law, nonCompete, antiAssignment, expires } = contract
    return JSON.stringify({ law, nonCompete, antiAssignment, expires })
  }
}

const LAWS = ['New York', 'California', 'Delaware', 'Texas', '']
const CLAUSES = 40

/** Contracts of our own making. */
export function madeContracts(count: number, seed: string): LabelledContract[] {
  return Array.from({ length: count }, (_, n) => {
    const random = new Random(`contracts\n${seed}\n${n}`)
    const law = random.pick(LAWS)
    const expires = random.unit() < 0.2 ? null : `20${10 + random.below(15)}-06-30`
    const [nonCompete, antiAssignment] = [random.unit() < 0.4, random.unit() < 0.6]
    const clauses = Array.from(
      { length: CLAUSES },
      (__, clause) =>
        `${clause + 1}. The parties shall keep their records in good order, part ${random.below(1000)}.`,
    )
    const said = [
      law === '' ? 'No law is chosen.' : `This contract is governed by the law of ${law}.`,
      nonCompete ? 'Neither party shall compete with the other.' : 'The parties may compete.',
      antiAssignment ? 'This contract shall not be assigned.' : 'This contract may be assigned.',
      expires === null ? 'It has no stated end.' : `It expires on ${expires}.`,
    ]
    const text = `CONTRACT ${n + 1}\n${[...clauses, ...said].join('\n')}\n`
    return { number: n + 1, text, law, nonCompete, antiAssignment, expires }
  })
}
