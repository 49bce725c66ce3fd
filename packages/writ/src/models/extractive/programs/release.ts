/** Guest code to cite a verdict's quote. A range that was widened to whole characters may start up to three bytes early. */
export const CITE_IN: string = `async function citeIn(v) {
  const { doc, start, end, extra = 0 } = v.span;
  for (let k = 0; ; k += 1) {
    try { return await cite({ doc, start: start - k, end: end + extra - k }, v.quote); } catch (e) { if (k >= extra || k >= 3) throw e; }
  }
}`

/** Guest code that cites what was found, makes sure of the counts, and releases the answer. It expects `verdicts`. */
export const RELEASE: string = String.raw`${CITE_IN}
const ORDER = (a, b) => (a.doc < b.doc ? -1 : a.doc > b.doc ? 1 : 0);
const yes = verdicts.filter((v) => v.verdict === 'yes').sort(ORDER);
const unknown = verdicts.filter((v) => v.verdict === 'unknown').length;
const byScore = [...yes].sort((a, b) => b.score - a.score || ORDER(a, b));
const good = byScore.filter((v) => v.score >= byScore[0].score * 0.8); // the rest only come near
const wanted = Q.kind === 'answer' ? good.slice(0, 5) : Q.kind === 'find' ? good : yes;
const cited = [];
if (!Q.negated) for (const v of wanted) { try { await citeIn(v); cited.push(v); } catch (e) { note(e); } }
const names = Q.negated ? ALL.map((d) => d.id).filter((id) => !verdicts.some((v) => v.doc === id && v.verdict !== 'no')) : cited.map((v) => v.doc);
const n = names.length;
const head = {
  which: n + ' of ' + ALL.length + ' documents, judged by their words:',
  count: n + ' of ' + ALL.length + ' documents, judged by their words:',
  find: 'Found in ' + n + (n === 1 ? ' document:' : ' documents:'),
  compare: 'What each says:',
  summary: 'Key sentences of ' + n + ' of ' + ALL.length + ' documents:',
  answer: 'The words that fit the question best' + (good.length > n ? ', ' + n + ' of ' + good.length : '') + ':',
}[Q.kind];
const lines = Q.negated ? names.map((id) => '- ' + id) : cited.map((v) => '- ' + v.doc + ': "' + v.quote.replace(/\s+/g, ' ') + '"');
const failed = Object.entries(trouble).map(([name, times]) => name + ' × ' + times).join(', ');
const short = unknown > 0 || failed ? '\nPartial: ' + unknown + ' of ' + verdicts.length + ' candidate documents could not be judged' + (failed ? ' (' + failed + ')' : '') + '.' : '';
const lost = Q.kind === 'compare' && unnamed.length > 0 ? '\nNo document has the name: ' + unnamed.join(', ') + '.' : '';
const none = Q.kind === 'count' ? '0 of ' + ALL.length + ' documents. ' : '';
FINAL((n > 0 ? [head, ...lines].join('\n') : none + 'No document was found for: ' + Q.text) + lost + short);`

/** Guest code for a question about the documents as such. */
export const RELEASE_ALL: string = String.raw`FINAL([ALL.length + (ALL.length === 1 ? ' document' : ' documents') + (Q.kind === 'count' ? '.' : ':'), ...(Q.kind === 'count' ? [] : ids.map((id) => '- ' + id))].join('\n'));`
