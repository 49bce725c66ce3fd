/** First line of the goal of a child frame that looks through a group of documents. */
export const GROUP_GOAL: string = 'Find the passages of your documents whose words fit the question below.'

/**
 * Guest code that lets child frames look through the best documents, group by group. What a child does not answer for,
 * or cannot be asked, stays as the search left it. A child's quote counts only where it stands: `cite` sees to that.
 */
export const FAN_OUT: string = String.raw`const goal = ${JSON.stringify(GROUP_GOAL)} + '\nQuestion: ' + Q.text + '\nSearch them, judge nothing, and release with FINAL ' +
  'a list with one item for each document that has some: {doc, quotes: [{quote, start, end}]}, where quote is exact text within the bytes start to end, the best first.';
const groups = [];
for (let i = 0; i < TOP.length; i += 8) groups.push(TOP.slice(i, i + 8));
let outcomes = [];
try { outcomes = await rlm_query_batched(groups.map((scope) => ({ prompt: goal, scope })), { settle: true }); } catch (e) { outcomes = e.results ?? []; if (!e.results) note(e); }
groups.forEach((group, n) => {
  const o = outcomes[n];
  if (!o?.ok) { if (o) note(o.error); return; }
  let items = [];
  try { items = [].concat(typeof o.value === 'string' ? JSON.parse(o.value) : o.value); } catch (e) { note({ name: 'UnreadableReply' }); }
  for (const item of items) {
    if (!group.includes(item?.doc) || !Array.isArray(item.quotes)) continue;
    const quotes = item.quotes.filter((q) => typeof q?.quote === 'string' && Number.isInteger(q.start) && Number.isInteger(q.end)).map((q) => ({ ...q, fit: quoteOf(q.quote)?.fit ?? 0 }));
    if (quotes.length > 0) BEST.set(item.doc, quotes.sort((a, b) => b.fit - a.fit || a.start - b.start).slice(0, 3));
  }
});`
