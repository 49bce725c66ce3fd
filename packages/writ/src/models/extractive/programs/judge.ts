/**
 * Guest code that judges passages with sub-calls: one prompt a document, 12,000 characters at most. A verdict of yes
 * needs a quote that occurs in the passage. The prompt's form is what `judgement.ts` reads.
 */
export const JUDGE: string = String.raw`async function load(list) { // texts, as far as policy lets them be read
  await Promise.all(list.map(async (p) => {
    try {
      p.text = await read(p.doc, p.start, p.end);
      p.extra = bytes(p.text) - (p.end - p.start); // a range is widened to whole characters
      if (p.start > 0) p.text = p.text.replace(/^\S*\s/, '');
      if (p.end < SIZE.get(p.doc)) p.text = p.text.replace(/\s\S*$/, '');
    } catch (e) { note(e); }
  }));
  return list.filter((p) => p.text);
}
const ask = (job) => 'Question: ' + Q.about + '\nJudge these passages of one document by the question. Reply with one line of JSON: ' +
  '{"verdict": "yes" or "no", "score": 0 to 100, "quote": "the exact words that decide it, else empty"}.\nDocument: ' + job.doc + '\n' +
  job.parts.map((p, n) => '<passage n="' + (n + 1) + '">\n' + p.text + '\n</passage>').join('\n');
const rank = (v) => (v.verdict === 'yes' ? 1000 : 0) + v.score;
function keep(best, job, reply) {
  if (!reply?.ok) return note(reply?.error);
  let said;
  try { said = JSON.parse(reply.value.slice(reply.value.indexOf('{'), reply.value.lastIndexOf('}') + 1)); } catch { return note({ name: 'UnreadableReply' }); }
  const quote = String(said.quote ?? '');
  const p = quote && job.parts.find((part) => part.text.includes(quote));
  const item = { doc: job.doc, verdict: p && said.verdict === 'yes' ? 'yes' : 'no', score: Number(said.score) || 0, quote: p ? quote : '',
    span: p ? { doc: p.doc, start: p.start, end: p.end, extra: p.extra } : null };
  if (!best.has(job.doc) || rank(item) > rank(best.get(job.doc))) best.set(job.doc, item);
}
async function judge(list) { // Map of document to verdict; documents whose sub-calls failed are missing
  const jobs = [];
  for (const p of await load(list)) {
    const job = jobs.at(-1);
    const fits = job?.doc === p.doc && job.size + p.text.length <= 12000;
    if (fits) { job.parts.push(p); job.size += p.text.length; } else jobs.push({ doc: p.doc, parts: [p], size: p.text.length });
  }
  const best = new Map();
  for (let i = 0; i < jobs.length; i += 20) {
    const batch = jobs.slice(i, i + 20);
    let replies = [];
    try { replies = await llm_query_batched(batch.map(ask), { settle: true }); } catch (e) { replies = e.results ?? batch.map(() => ({ error: e })); }
    batch.forEach((job, n) => keep(best, job, replies[n]));
  }
  return best;
}
async function judgeAll(list, passages) { // one verdict for each document of the list
  const best = await judge(passages);
  const tried = new Set(passages.map((p) => p.doc));
  return list.map((doc) => best.get(doc) ?? { doc, verdict: tried.has(doc) ? 'unknown' : 'no', score: 0, quote: '', span: null });
}`
