import type { Script } from '../reply.ts'
import { block } from '../roots.ts'

// Cells that a model would write for a window of questions. They compute what is asked from the text and from what leaves
// say, by code of their own: nothing of the gold is in them.

/** Lines of one sub-call: about a tenth of the output that a leaf may give. */
const CHUNK = 100

const PROBE = `
const [listed] = await docs({ limit: 1 });
const start = await read(listed.id, 0, 600);
print(listed.id, listed.bytes, start);`

const SPLIT = `
const text = await read(listed.id, 0, listed.bytes);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const rows = [];
for (const line of text.split('\\n')) {
  const at = /^Date: (\\w{3}) (\\d{2}), (\\d{4}) \\|\\| User: (\\d+) \\|\\| Instance: (.*)$/.exec(line);
  if (at === null) continue;
  const month = at[3] + '-' + String(MONTHS.indexOf(at[1]) + 1).padStart(2, '0');
  rows.push({ month, day: month + '-' + at[2], user: Number(at[4]), text: at[5], label: null });
}
const told = Number(/contain (\\d+) general-knowledge/.exec(text)[1]);
print(rows.length + ' rows of ' + told);
if (rows.length !== told) throw new Error('rows are missing');`

const CLASSIFY = `
let attempt = 0;
async function classify(todo) {
  const prompts = [];
  for (let at = 0; at < todo.length; at += ${CHUNK}) {
    const lines = todo.slice(at, at + ${CHUNK}).map((n) => n + '| ' + rows[n].text);
    prompts.push('SIMTASK:leaf.label attempt=' + attempt + ' Give the label of each line as "number| label".\\n' + lines.join('\\n'));
  }
  attempt += 1;
  for (const reply of await llm_query_batched(prompts)) {
    for (const line of reply.split('\\n')) {
      const at = /^(\\d+)\\| (.+)$/.exec(line);
      if (at !== null && rows[at[1]] !== undefined && rows[at[1]].label === null) rows[at[1]].label = at[2];
    }
  }
  print('missing ' + rows.filter((row) => row.label === null).length);
}
await classify(rows.map((_, n) => n));`

const AGAIN = `
await classify(rows.flatMap((row, n) => (row.label === null ? [n] : [])));`

/**
 * A root that labels every row of a window and computes from that. A row that a leaf left out is asked for again: as
 * many labels have to come back as rows went out.
 */
export function classifyRoot(aggregate: string): Script {
  return ({ turns, prompt }) => {
    if (turns === 0) return block(PROBE)
    if (turns === 1) return block(SPLIT)
    if (turns === 2) return block(CLASSIFY)
    const missing = /^missing (\d+)$/m.exec(prompt)?.[1]
    if (missing === '0') return block(aggregate)
    return block(/^candidate /m.test(prompt) ? 'FINAL(result);' : AGAIN)
  }
}
