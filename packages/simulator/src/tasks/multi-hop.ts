import { stringMatchAll } from '@writ/contract'
import { Random } from '../random.ts'
import type { Script } from '../reply.ts'
import { block, sequence } from '../roots.ts'
import type { SimTask, SimText } from './sim-task.ts'

const FIRST = [
  'Aldous',
  'Berenice',
  'Casimir',
  'Delphine',
  'Emeric',
  'Fenella',
  'Gideon',
  'Hesper',
  'Ignatia',
  'Jorund',
]
const LAST = [
  'Ashgrove',
  'Brindlecombe',
  'Corvane',
  'Dunmarrow',
  'Ellerquist',
  'Farthingay',
  'Gloamwick',
  'Harrowmere',
]
const CHAINS = 4
const SENTENCES_A_DOCUMENT = 400

/** Follows a ledger from hand to hand: each hand-over stands in another document, among those of other ledgers. */
export function multiHopTask(hops: number, seed: string, sentences: readonly string[]): SimTask {
  const random = new Random(`hops\n${seed}\n${hops}`)
  const names = random.shuffled(FIRST.flatMap((first) => LAST.map((last) => `${first} ${last}`)))
  const chains = Array.from({ length: CHAINS }, (_, n) => names.slice(n * (hops + 1), (n + 1) * (hops + 1)))
  const facts = chains.flatMap((chain) =>
    chain.slice(1).map((to, n) => `Before the winter ${chain[n] ?? ''} entrusted the ledger to ${to}.`),
  )
  const start = chains[0]?.[0] ?? ''
  const end = chains[0]?.at(-1) ?? ''
  return {
    id: `hops.${hops}`,
    name: `${hops} hops`,
    question: `${start} had a ledger. Each holder entrusted it to another one. Who holds it at the end?`,
    context: scattered(random.shuffled(facts), sentences, random),
    root: hopRoot(start),
    score: (answer) => stringMatchAll(answer, [end]),
  }
}

function scattered(facts: readonly string[], sentences: readonly string[], random: Random): SimText[] {
  const count = Math.max(facts.length, Math.floor(sentences.length / SENTENCES_A_DOCUMENT))
  const each = Math.ceil(sentences.length / count)
  return Array.from({ length: count }, (_, n) => {
    const own = sentences.slice(n * each, (n + 1) * each)
    const place = random.below(own.length + 1)
    const fact = facts[n] === undefined ? [] : [facts[n]]
    const text = [...own.slice(0, place), ...fact, ...own.slice(place)].join(' ')
    return { id: `part-${String(n).padStart(4, '0')}.txt`, text: `${text}\n` }
  })
}

/** Searches for the holder, has a leaf read the passages, and goes on until nobody is named any more. */
function hopRoot(start: string): Script {
  const turns = [
    'print((await docs({ limit: 3 })).map((doc) => doc.id).join(" "));',
    `const chain = [${JSON.stringify(start)}];
for (;;) {
  const holder = chain[chain.length - 1];
  const passages = await search(holder + ' entrusted the ledger', { k: 5 });
  const said = await llm_query('SIMTASK:leaf.hop To whom did ' + holder + ' entrust the ledger?\\n' + passages.map((passage) => passage.text).join('\\n'));
  if (said === 'nobody') break;
  if (chain.includes(said)) throw new Error('the chain turns back');
  chain.push(said);
}
print(chain.join(' > '));`,
    `for (const [n, holder] of chain.slice(1).entries()) {
  const found = await grep(chain[n] + ' entrusted the ledger to ' + holder, { limit: 1 });
  if (found.matches.length !== 1) throw new Error('no sentence says so');
}
print('candidate ' + chain[chain.length - 1]);`,
  ]
  return sequence([...turns, 'FINAL(chain[chain.length - 1]);'].map((code) => block(code)))
}

/** Reads who got the ledger from the passages; `nobody` where none says. */
export const hopLeaf: Script = ({ prompt }) => {
  const holder = /^SIMTASK:leaf\.hop To whom did (.+?) entrust/.exec(prompt)?.[1] ?? ''
  return new RegExp(`${holder} entrusted the ledger to ([A-Z]\\w+ [A-Z]\\w+)`).exec(prompt)?.[1] ?? 'nobody'
}
