import type { TextSource } from '@writ/contract'
import { Random } from '@writ/simulator'

// Tasks that are written in both languages and computed by neither here. For tests only.

/** A question over a corpus: the cell that computes `result` in each language, and what it must be. */
export interface Task {
  readonly name: string
  readonly texts: readonly TextSource[]
  readonly javascript: string
  readonly python: string
  readonly expected: unknown
}

interface Deal {
  readonly id: string
  readonly party: string
  readonly cents: number
  readonly signed: string
  readonly law: string
  readonly bound: boolean
}

const LAWS = ['New York', 'Delaware', 'Texas']
const PARTIES = ['Acme', 'Birch', 'Cedar', 'Élan']

function deals(seed: number): readonly Deal[] {
  return Array.from({ length: 12 }, (_, n) => {
    const random = new Random(`same answers\n${seed}\n${n}`)
    const signed = `20${10 + random.below(14)}-0${1 + random.below(9)}-1${random.below(10)}`
    const [party, law] = [random.pick(PARTIES), random.pick(LAWS)]
    return {
      id: `deal-${String(n).padStart(2, '0')}.txt`,
      party,
      cents: 100 + random.below(900_000),
      signed,
      law,
      bound: random.unit() < 0.5,
    }
  })
}

const amountOf = (cents: number): string => {
  const [whole = '', rest = ''] = (cents / 100).toFixed(2).split('.')
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${rest}`
}

function textOf({ id, party, cents, signed, law, bound }: Deal): TextSource {
  const text = `DEAL with ${party}
Amount: $${amountOf(cents)}
Signed on ${signed}.
It is governed by the law of ${law}.
${bound ? 'The party shall not compete.' : 'The party may compete.'}
`
  return { id, text }
}

/** A list of documents read as rows, in each language. */
const ROWS = {
  javascript: `const rows = []
for (const { id } of await docs()) {
  const text = await read(id)
  rows.push({
    id,
    party: /DEAL with (.+)/.exec(text)[1],
    cents: Math.round(Number(/Amount: \\$([\\d,.]+)/.exec(text)[1].replaceAll(',', '')) * 100),
    signed: /Signed on (\\S+)\\./.exec(text)[1],
    law: /law of (.+)\\./.exec(text)[1],
  })
}
`,
  python: `import re
from collections import Counter, defaultdict
from datetime import date
rows = []
for doc in docs():
    text = read(doc["id"])
    rows.append({
        "id": doc["id"],
        "party": re.search(r"DEAL with (.+)", text).group(1),
        "cents": round(float(re.search(r"Amount: \\$([\\d,.]+)", text).group(1).replace(",", "")) * 100),
        "signed": re.search(r"Signed on (\\S+)\\.", text).group(1),
        "law": re.search(r"law of (.+)\\.", text).group(1),
    })
`,
}

const counted = (values: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...new Set(values)].sort().map((value) => [value, values.filter((one) => one === value).length]),
  )

const DAY_MS = 86_400_000

/** What a leaf says of a deal that it is given. */
export const verdict = (prompt: string): string => (prompt.includes('shall not compete') ? 'yes' : 'no')

type Family = (all: readonly Deal[], texts: readonly TextSource[]) => Omit<Task, 'texts'>

const FAMILIES: readonly Family[] = [
  (all) => ({
    name: 'a count by a pattern',
    javascript: `const found = await grep('law of Texas'); const result = found.matches.length`,
    python: `result = len(grep("law of Texas")["matches"])`,
    expected: all.filter(({ law }) => law === 'Texas').length,
  }),
  (all) => ({
    name: 'a sum of amounts',
    javascript: `${ROWS.javascript}const result = rows.reduce((sum, { cents }) => sum + cents, 0)`,
    python: `${ROWS.python}result = sum(row["cents"] for row in rows)`,
    expected: all.reduce((sum, { cents }) => sum + cents, 0),
  }),
  (all) => ({
    name: 'counts by a group',
    javascript: `${ROWS.javascript}const counts = {}
for (const { law, party } of rows) counts[party + ', ' + law] = (counts[party + ', ' + law] ?? 0) + 1
const result = counts`,
    python: `${ROWS.python}result = Counter(f"{row['party']}, {row['law']}" for row in rows)`,
    expected: counted(all.map(({ party, law }) => `${party}, ${law}`)),
  }),
  (all) => ({
    name: 'the largest three',
    javascript: `${ROWS.javascript}const result = rows.toSorted((a, b) => b.cents - a.cents || (a.id < b.id ? -1 : 1)).slice(0, 3).map(({ id }) => id)`,
    python: `${ROWS.python}result = [row["id"] for row in sorted(rows, key=lambda row: (-row["cents"], row["id"]))[:3]]`,
    expected: all
      .toSorted((a, b) => b.cents - a.cents || (a.id < b.id ? -1 : 1))
      .slice(0, 3)
      .map(({ id }) => id),
  }),
  (all) => ({
    name: 'days between the first and the last',
    javascript: `${ROWS.javascript}const days = rows.map(({ signed }) => Date.parse(signed)); const result = (Math.max(...days) - Math.min(...days)) / ${DAY_MS}`,
    python: `${ROWS.python}days = [date.fromisoformat(row["signed"]) for row in rows]\nresult = (max(days) - min(days)).days`,
    expected: Math.round(
      (Math.max(...all.map(({ signed }) => Date.parse(signed))) -
        Math.min(...all.map(({ signed }) => Date.parse(signed)))) /
        DAY_MS,
    ),
  }),
  (all) => ({
    name: 'a batch that is asked of every document',
    javascript: `const listed = await docs()
const texts = []
for (const { id } of listed) texts.push(await read(id))
const said = await llm_query_batched(texts.map((text) => 'Is it bound? ' + text))
const result = listed.filter((_, n) => said[n] === 'yes').map(({ id }) => id)`,
    python: `listed = docs()
said = llm_query_batched([f"Is it bound? {read(doc['id'])}" for doc in listed])
result = [doc["id"] for doc, word in zip(listed, said, strict=True) if word == "yes"]`,
    expected: all.filter(({ bound }) => bound).map(({ id }) => id),
  }),
  (all, texts) => ({
    name: 'children with texts of their own',
    javascript: `const given = await Promise.all([read('${all[0]?.id}'), read('${all[1]?.id}')])
const result = (await rlm_query_batched(given.map((context) => ({ prompt: 'SIMTASK:child Count the words.', context })))).map(Number)`,
    python: `given = [read("${all[0]?.id}"), read("${all[1]?.id}")]
result = [int(n) for n in rlm_query_batched([{"prompt": "SIMTASK:child Count the words.", "context": text} for text in given])]`,
    expected: texts.slice(0, 2).map(({ text }) => text.trim().split(/\s+/).length),
  }),
  (all) => ({
    name: 'a citation and its bytes',
    javascript: `const { matches } = await grep('Amount: .+', { docs: ['${all[2]?.id}'] })
const { doc, start, end, quote } = await cite(matches[0], matches[0].match); const result = [doc, end - start, quote]`,
    python: `match = grep("Amount: .+", docs=["${all[2]?.id}"]).matches[0]
cited = cite(match, match["match"])
result = [cited.doc, cited["end"] - cited["start"], cited.quote]`,
    expected: [
      all[2]?.id,
      `Amount: $${amountOf(all[2]?.cents ?? 0)}`.length,
      `Amount: $${amountOf(all[2]?.cents ?? 0)}`,
    ],
  }),
]

/** Forty tasks: eight kinds over five corpora. */
export const TASKS: readonly Task[] = Array.from({ length: 5 }, (_, seed) => {
  const all = deals(seed)
  const texts = all.map(textOf)
  return FAMILIES.map((family) => {
    const task = family(all, texts)
    return { ...task, texts, name: `${task.name}, corpus ${seed + 1}` }
  })
}).flat()
