/** First line of the goal of a child frame that judges a group of documents. */
export const GROUP_GOAL: string = 'Judge each document of your corpus by the question below.'

/**
 * Guest code that lets child frames judge groups of documents. What a child does not answer for, or cannot be asked
 * (no depth left, no budget), is judged here.
 */
export const FAN_OUT: string = String.raw`const goal = ${JSON.stringify(GROUP_GOAL)} + '\nQuestion: ' + Q.about + '\nSearch the documents, judge their passages with sub-calls, and release with FINAL ' +
  'a list with one item for every document: {doc, verdict: "yes" or "no", score: 0 to 100, quote, span: {doc, start, end}}, where quote is the exact words that decide it and span the bytes that hold them.';
const candidates = [...new Set(found.map((p) => p.doc))];
const size = Math.max(8, Math.ceil(candidates.length / 24));
const groups = [];
for (let i = 0; i < candidates.length; i += size) groups.push(candidates.slice(i, i + size));
let outcomes = [];
try { outcomes = await rlm_query_batched(groups.map((scope) => ({ prompt: goal, scope })), { settle: true }); } catch (e) { outcomes = e.results ?? []; if (!e.results) note(e); }
const items = (o) => { if (!o?.ok) { if (o) note(o.error); return []; } try { return [].concat(typeof o.value === 'string' ? JSON.parse(o.value) : o.value); } catch { note({ name: 'UnreadableReply' }); return []; } };
const answered = new Map();
groups.forEach((group, n) => {
  for (const v of items(outcomes[n]))
    if (group.includes(v?.doc) && (v.verdict === 'no' || (v.verdict === 'yes' && v.quote && v.span?.doc === v.doc))) answered.set(v.doc, v);
});
const left = candidates.filter((doc) => !answered.has(doc));
for (const v of await judgeAll(left, found.filter((p) => !answered.has(p.doc)))) answered.set(v.doc, v);
verdicts = candidates.map((doc) => answered.get(doc));`
