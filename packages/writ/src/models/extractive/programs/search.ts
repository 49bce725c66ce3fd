/**
 * Guest code that finds passages by their words and judges none. Several searches are merged by rank, rare words and names
 * counting most. It expects `Q.search` and leaves `SCORE` (document → how well it fits) and `BEST` (document → quotes).
 */
export const SEARCH: string = String.raw`const S = Q.search;
const SCORE = new Map();
const SEEN = new Map();
const WEIGHT = new Map();
const MATCHED = new Set();
const NAMED = new Set(); // documents whose file name or title holds a word
const keep = (p) => { if (!SEEN.has(p.doc)) SEEN.set(p.doc, new Map()); SEEN.get(p.doc).set(p.start + '-' + p.end, p); };
function rank(list, weight) { // the first passage of each document counts
  const docs = new Set();
  for (const p of list) {
    if (p.text) keep(p);
    if (docs.has(p.doc)) continue;
    SCORE.set(p.doc, (SCORE.get(p.doc) ?? 0) + (8 * weight) / (8 + docs.size));
    docs.add(p.doc);
  }
}
const only = SCOPE.length < IDS.length ? { docs: SCOPE } : {};
const ask = async (query, k) => { try { return await search(query, { k, ...only }); } catch (e) { note(e); return []; } };
const rarity = (n, of) => (n === 0 ? 0 : Math.log(1 + of / n) / Math.log(1 + of));
const PLACE = new Map(IDS.map((id, at) => [id, at]));
async function lines(pattern, limit) { try { return await grep(pattern, { ignoreCase: true, limit, ...only }); } catch (e) { note(e); return { matches: [], truncated: false }; } }
async function weighBy(text, pattern) { // by the documents that hold it; of a common word, those seen stand for the others
  const { matches, truncated } = await lines(pattern, 500);
  const docs = new Set(matches.map((m) => m.doc));
  const part = truncated ? (PLACE.get(matches.at(-1).doc) + 1) / IDS.length : 1;
  if (docs.size > 0) MATCHED.add(text);
  // Among few documents every word is in most of them: lines tell more.
  WEIGHT.set(text, IDS.length < 10 ? rarity(matches.length / part, Math.max(10, BYTES / 60)) : rarity(docs.size / part, IDS.length));
  return { matches, docs: truncated ? [] : docs, rare: !truncated && docs.size <= Math.max(3, IDS.length / 8) };
}
const HAS = new Map(); // document → weight of the words it holds, as far as looked
const holding = (docs, text) => { for (const doc of docs) HAS.set(doc, (HAS.get(doc) ?? 0) + WEIGHT.get(text)); };
async function searchAll() {
  const query = S.words.map((w) => w.also ? w.text + ' ' + w.also : w.text).join(' ');
  if (query !== '') rank(await ask(query, 150), 1);
  for (const { text, rust } of [...S.words, ...S.phrases]) {
    const { matches, docs, rare } = await weighBy(text, rust);
    holding(docs, text);
    if (!rare) continue;
    if (text.includes(' ')) rank(matches, WEIGHT.get(text)); else rank(await ask(text, 40), WEIGHT.get(text));
  }
  if (S.pairs.length > 0) {
    const { matches } = await lines(S.pairs.join('|'), 3000);
    const got = matches.map((m) => ({ ...m, has: S.pairs.filter((pair) => m.text.includes(pair)) }));
    const docsOf = (pair) => new Set(got.flatMap((m) => (m.has.includes(pair) ? [m.doc] : [])));
    for (const pair of S.pairs) { const docs = docsOf(pair); if (docs.size > 0) MATCHED.add(pair); WEIGHT.set(pair, rarity(docs.size, ALL.length + 1)); holding(docs, pair); }
    const sum = (m) => m.has.reduce((all, pair) => all + WEIGHT.get(pair), 0);
    rank(got.map((m) => ({ ...m, sum: sum(m) })).sort((a, b) => b.sum - a.sum), 1);
  }
  for (const { text } of S.words) { // file names and titles
    const fitting = text.length > 2 ? ALL.filter((d) => begins(NAMES.get(d.id), text)) : [];
    if (fitting.length > 0) MATCHED.add(text);
    for (const d of fitting) NAMED.add(d.id);
    if (fitting.length > Math.max(3, ALL.length / 10)) continue; // tells nothing
    for (const d of fitting) SCORE.set(d.id, (SCORE.get(d.id) ?? 0) + rarity(fitting.length, ALL.length + 1));
  }
}
const HITS = [...S.words, ...S.phrases].map((w) => ({ text: w.text, find: new RegExp(w.find, 'giu') })).concat(S.pairs.map((text) => ({ text, find: new RegExp(text, 'gu') })));
const weigh = (text) => HITS.reduce((sum, h) => { h.find.lastIndex = 0; return h.find.test(text) ? sum + (WEIGHT.get(h.text) ?? 0.1) : sum; }, 0);
function quoteOf(text) { // the stretch of some 300 characters with most of the words, out to the ends of its sentences
  const marks = HITS.flatMap((h) => [...text.matchAll(h.find)].map((m) => ({ at: m.index, end: m.index + m[0].length, h }))).sort((a, b) => a.at - b.at);
  let best;
  for (let i = 0; i < marks.length; i += 1) {
    const kinds = new Map();
    let end = marks[i].end;
    for (let j = i; j < marks.length && marks[j].end - marks[i].at <= 300; j += 1) {
      kinds.set(marks[j].h.text, (WEIGHT.get(marks[j].h.text) ?? 0.1) + 0.01);
      end = Math.max(end, marks[j].end);
      const sum = [...kinds.values()].reduce((a, b) => a + b, 0) - (end - marks[i].at) / 10000;
      if (!best || sum > best.sum) best = { sum, from: marks[i].at, to: end };
    }
  }
  if (!best) return undefined;
  const before = text.slice(Math.max(0, best.from - 160), best.from);
  const head = /^[\s\S]*(?:[.!?;:]["'”’)]?\s+|\n\s*\n|[。！？；])/u.exec(before);
  let from = best.from - before.length + (head ? head[0].length : best.from > 160 ? before.search(/\s/) + 1 : 0);
  const after = text.slice(best.to, best.to + 200);
  const tail = /[.!?;:](?=["'”’)]?(?:\s|$))|(?=\n\s*\n)|[。！？；]/u.exec(after);
  let to = best.to + (tail ? tail.index + tail[0].length : best.to + 200 >= text.length ? after.length : Math.max(0, after.search(/\s\S*$/)));
  const quote = text.slice(from, to).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '').trim();
  return quote === '' ? undefined : { quote, fit: best.sum };
}
const BEST = new Map();
function pick(doc, most) {
  const quotes = [];
  for (const p of SEEN.get(doc)?.values() ?? []) {
    const got = quoteOf(p.text);
    if (got && !quotes.some((q) => q.quote === got.quote)) quotes.push({ ...got, start: p.start, end: p.end });
  }
  BEST.set(doc, quotes.sort((a, b) => b.fit - a.fit || a.start - b.start).slice(0, most));
}
const ALL_WEIGHT = () => Math.max(0.01, [...WEIGHT.values()].reduce((sum, w) => sum + w, 0));
const fit = (doc) => SCORE.get(doc) + ((HAS.get(doc) ?? 0) + 2 * (BEST.get(doc)?.[0]?.fit ?? 0)) / ALL_WEIGHT();
const inOrder = () => [...SCORE.keys()].sort((a, b) => fit(b) - fit(a) || ORDER(a, b));`
