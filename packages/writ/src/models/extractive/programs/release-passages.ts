/** Guest code that cites the best quotes: the best of every document first, then the others. It expects `SEARCH`. */
export const CITE_BEST: string = `async function citeBest(list, each) {
  const passages = [];
  for (let nth = 0; nth < each; nth += 1) for (const doc of list) {
    const q = BEST.get(doc)?.[nth];
    if (!q) continue;
    try { const c = await cite({ doc, start: q.start, end: q.end }, q.quote); passages.push({ doc, start: c.start, end: c.end, quote: c.quote }); } catch (e) { note(e); }
  }
  return passages;
}`

/** Guest code that says what was searched and found, and that nothing was judged. */
export const RELEASE_PASSAGES: string = String.raw`const ranking = inOrder();
const quoted = (doc) => BEST.get(doc)?.length > 0;
const unquoted = ranking.filter((doc) => !quoted(doc));
const nameOnly = unquoted.filter((doc) => NAMED.has(doc));
const otherForm = unquoted.filter((doc) => !NAMED.has(doc)); // the search found a word of the same stem
for (const doc of unquoted.slice(0, 5)) { // the beginning: of what the search found, or of a document whose name fits
  try {
    const found = NAMED.has(doc) ? undefined : SEEN.get(doc)?.values().next().value;
    const text = found?.text ?? await read(doc, 0, Math.min(SIZE.get(doc), 600));
    const start = found?.start ?? 0;
    const quote = /^\s*(\S[\s\S]{0,240}?(?:[.!?](?=\s)|\n\s*\n|$)|\S[\s\S]{0,200}(?=\s))/u.exec(text)?.[1].trim();
    if (quote) BEST.set(doc, [{ quote, start, end: found?.end ?? bytes(text), fit: 0 }]);
  } catch (e) { note(e); }
}
const listed = (docs) => docs.slice(0, 10).join(', ') + (docs.length > 10 ? ' …' : '');
const quotable = ranking.filter(quoted);
const shown = quotable.slice(0, 20);
const passages = await citeBest(shown, 3);
const inText = new Set(passages.map((p) => p.doc));
const words = [...S.phrases.map((w) => w.text), ...S.words.map((w) => w.text), ...S.pairs];
const where = many(ALL.length, 'document') + ' (' + num(BYTES) + ' bytes)';
const notes = [];
if (nameOnly.length > 0) notes.push('By file name or title alone: ' + listed(nameOnly) + '. Of those, the beginning is quoted.');
if (otherForm.length > 0) notes.push('By another form of a word alone: ' + listed(otherForm) + '. Of those, the beginning of what was found is quoted.');
if (trouble.PolicyDenied) notes.push('Policy withholds something from this run: it was not searched.');
const failed = Object.entries(trouble).filter(([name]) => name !== 'PolicyDenied').map(([name, n]) => name + ' × ' + n).join(', ');
if (failed !== '') notes.push('Some steps failed (' + failed + '), so this may not be all.');
const headline = ALL.length === 0 ? 'No document is in reach, so nothing was searched.'
  : passages.length > 0 ? 'Nothing was judged. ' + many(passages.length, 'passage') + ' of ' + many(inText.size, 'document') + (passages.length === 1 ? ' fits' : ' fit') + ' words of the question, the closest first. Searched: ' + where + '.'
  : words.length === 0 ? 'The question holds no word to search for in ' + where + '.'
  : 'None of ' + words.map(said).join(', ') + ' was matched literally in the text of ' + where + (nameOnly.length > 0 ? ', only in file names or titles' : otherForm.length > 0 ? ', only in other forms' : ', nor in file names or titles') + '. Other words may say the same.';
const value = {
  kind: 'passages', answer: headline, notes, passages,
  more: { documents: quotable.length - shown.length },
  searched: { documents: ALL.length, of: ALL.length, bytes: BYTES, words, unmatched: words.filter((w) => !MATCHED.has(w)) },
  needs: Q.needs,
};`
