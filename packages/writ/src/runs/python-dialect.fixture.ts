import type { TextSource } from '@writ/contract'
import { block, type Script } from '@writ/simulator'

// Runs of a model that writes the Python which was published for recursive language models. For tests only.

/** A run in the published dialect, what it is asked over and what it releases. */
export interface Transcript {
  readonly texts: readonly TextSource[]
  readonly turns: readonly string[]
  readonly leaf: (prompt: string) => string
  readonly released: unknown
}

const ONE = (text: string): readonly TextSource[] => [{ id: 'context.txt', text }]

const RECORDS = Array.from(
  { length: 40 },
  (_, n) => `record ${n}: ${n === 23 ? 'the magic number is 71' : 'nothing'}`,
)

/** The chunk of a prompt, as a leaf of these transcripts reads it. */
const magic = (prompt: string): string => /the magic number is (\d+)/.exec(prompt)?.[1] ?? 'none'

export const TRANSCRIPTS: Readonly<Record<string, Transcript>> = {
  'a chunk at a time, and a variable that is called answer': {
    texts: ONE(RECORDS.join('\n')),
    turns: [
      block('print(type(context).__name__, len(context))\nprint(context[:200])'),
      block(
        `lines = context.split("\\n")
found = None
for i in range(0, len(lines), 10):
    chunk = "\\n".join(lines[i:i+10])
    answer = llm_query(f"What is the magic number in the context? Here is the chunk: {chunk}")
    print(f"Chunk {i//10}: {answer}")
    if answer != "none":
        found = answer
        break`,
      ),
      'The magic number was found.\n\nFINAL_VAR(found)',
    ],
    leaf: magic,
    released: '71',
  },
  'a batch over chunks, and an answer made of the answers': {
    texts: ONE(RECORDS.join('\n')),
    turns: [
      block(
        `query = "What is the magic number?"
chunk_size = len(context) // 10
chunks = []
for i in range(10):
    if i < 9:
        chunk_str = context[i*chunk_size:(i+1)*chunk_size + 60]
    else:
        chunk_str = context[i*chunk_size:]
    chunks.append(chunk_str)
prompts = [f"Try to answer the following query: {query}. Here are the documents:\\n{chunk}" for chunk in chunks]
answers = llm_query_batched(prompts)
for i, answer in enumerate(answers):
    print(f"I got the answer from chunk {i}: {answer}")`,
        'python',
      ),
      block(
        `final_answer = llm_query(f"Aggregating all the answers per chunk, answer: {query}\\n\\nAnswers:\\n" + "\\n".join("the magic number is " + a for a in answers if a.isdigit()))
print(SHOW_VARS())`,
        'python',
      ),
      'FINAL_VAR("final_answer")',
    ],
    leaf: magic,
    released: '71',
  },
  'sections by a pattern, into a buffer': {
    texts: ONE('### Alpha\none\n### Beta\ntwo\n### Gamma\nthree\n'),
    turns: [
      block(
        `# After finding out the context is separated by Markdown headers
import re
sections = re.split(r'### (.+)', context)
buffers = []
for i in range(1, len(sections), 2):
    header = sections[i]
    info = sections[i+1]
    summary = llm_query(f"Summarize this {header} section: {info}")
    buffers.append(f"{header}: {summary}")
print(len(buffers))`,
      ),
      block('answer["content"] = "; ".join(buffers)\nanswer["ready"] = True'),
    ],
    leaf: (prompt) => (prompt.split(': ').at(-1) ?? '').trim().toUpperCase(),
    released: 'Alpha: ONE; Beta: TWO; Gamma: THREE',
  },
  'a child that is asked, and an error that is read': {
    texts: ONE('a text that a child looks at'),
    turns: [
      block('result = rlm_query("SIMTASK:child how many words?", context)\nprint(undefined_name)', 'python'),
      block('total = int(result) + 1\nFINAL({"words": int(result), "one_more": total})', 'python'),
    ],
    leaf: () => '',
    released: { words: 7, one_more: 8 },
  },
}

/** The script of a transcript: its turns, its leaf, and children that count words. */
export function told({ turns, leaf }: Transcript): Script {
  return ({ task, prompt, turns: at }) => {
    if (task === 'child') return block('FINAL(str(len(context.split())))')
    if (task === null) return leaf(prompt)
    return turns[Math.min(at, turns.length - 1)] ?? ''
  }
}

/** Reads, citations, chance and the clock, a batch, children, variables across cells, an error that is caught. */
export const PYTHON: Script = ({ task, prompt, turns }) => {
  if (task === 'child') return turns === 0 ? block('mine = context.upper()') : block('FINAL(mine)')
  if (task === null) return `said ${prompt}`
  return [
    block('found = grep("needle")\nimport random, time\ndice = random.random()\nprint(len(found.matches))'),
    block(`
parts = llm_query_batched(["a", "b", "c"])
try:
    read("none.txt")
except Exception as e:
    missing = type(e).__name__
kids = rlm_query_batched([{"prompt": "SIMTASK:child one", "context": "a text"}, {"prompt": "SIMTASK:child two", "context": "other"}])
cited = cite(found.matches[0], "needle")
note("word", "needle", [cited])`),
    block('paid = llm_query("paid")\nhog = bytearray(10**9)'),
    block(`
answer["content"] = [parts, kids, missing, dice, random.random(), time.time(), llm_query("paid"), cited.quote, [n.key for n in notes("needle")]]
answer["ready"] = True`),
  ][turns] as string
}
