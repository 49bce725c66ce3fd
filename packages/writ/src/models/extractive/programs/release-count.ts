/**
 * Guest code that says what `COUNT` found, cites it and releases it: the answer first, then what exactly was counted, the
 * documents, their first places, and what a reader might otherwise miss.
 */
export const RELEASE_COUNT: string = String.raw`const asked = T.flatMap((t, n) => (t.asked ? [n] : []));
const nOf = (n, doc) => found[n].get(doc)?.n ?? 0;
const holds = (doc, of) => (Q.combine === 'all' ? asked.every((n) => of(n, doc)) : asked.some((n) => of(n, doc)));
const partial = todo.length > 0;
const unseen = new Set([...unread, ...todo.flat()]);
const inReach = SCOPE.filter((doc) => !unseen.has(doc));
if (partial && inReach.length === 0) throw new Error('Nothing was counted: a limit was reached before any document was looked into whole.');
const matching = inReach.filter((doc) => holds(doc, (n, d) => nOf(n, d) > 0));
const hitsIn = (doc) => asked.reduce((sum, n) => sum + (Q.unit === 'lines' ? found[n].get(doc)?.lines ?? 0 : nOf(n, doc)), 0);
const total = (n, field, list = inReach) => list.reduce((sum, doc) => sum + (found[n].get(doc)?.[field] ?? 0), 0);
const lacking = Q.kind === 'lack';
const matched = new Set(matching);
const listed = lacking ? inReach.filter((doc) => !matched.has(doc)) : [...matching].sort((a, b) => hitsIn(b) - hitsIn(a) || ORDER(a, b));
const way = (t) => (edges(t) === 'whole word' && asked.length > 1 ? 'whole words' : edges(t)) + ', ' + (t.anyCase ? 'any case' : 'as written');
const ways = [...new Set(asked.map((n) => way(T[n])))].join('; ');
const names = asked.map((n) => said(T[n].text));
const what = Q.combine === 'all' ? (names.length === 2 ? 'both ' : '') + names.join(' and ') : names.join(' or ');
const of = num(inReach.length) + ' of ' + many(SCOPE.length, 'document');
const one = asked.length === 1;
const totals = asked.map((n) => total(n, Q.unit === 'lines' ? 'lines' : 'n'));
const least = partial || unread.length > 0 ? 'At least ' : '';
const lower = least === '' ? '' : 'at least ';
const times = (n) => (n === 1 ? 'once' : num(n) + ' times');
function headline() {
  if (SCOPE.length === 0) return 'No document is in reach, so nothing was counted.';
  if (inReach.length === 0) return 'Nothing was counted: ' + (SCOPE.length === 1 ? SCOPE[0] + ' was not' : 'none of ' + many(SCOPE.length, 'document') + ' was') + ' looked into.';
  const none = asked.every((n) => total(n, 'n') === 0);
  if (none && !lacking) {
    const where = many(inReach.length, 'document') + (least === '' ? '' : ' looked into');
    const zero = Q.unit === 'lines' ? '0 lines of ' + where + ' hold ' + what : Q.unit === 'occurrences' ? what + (one ? ' occurs' : ' occur') + ' 0 times in ' + where : '0 of ' + where + ' contain ' + what;
    return zero + ' (' + ways + '): not matched literally in the ' + num(inReach.reduce((sum, doc) => sum + SIZE.get(doc), 0)) + ' bytes' + (SCOPE.length === 1 ? ' of ' + SCOPE[0] : '') + '.';
  }
  if (lacking) return least + num(listed.length) + ' of ' + many(SCOPE.length, 'document') + (listed.length === 1 ? ' does' : ' do') + ' not contain ' + what + ' (' + ways + ').';
  if (Q.unit === 'lines') return asked.map((n, at) => lower + many(totals[at], 'line') + ' of ' + (SCOPE.length === 1 ? SCOPE[0] : many(inReach.filter((doc) => nOf(n, doc) > 0).length, 'document')) + (totals[at] === 1 ? ' holds ' : ' hold ') + names[at]).join('; ') + ' (' + ways + ').';
  if (Q.unit === 'occurrences') return asked.map((n, at) => names[at] + ' occurs ' + lower + times(totals[at]) + ' in ' + (SCOPE.length === 1 ? SCOPE[0] : num(inReach.filter((doc) => nOf(n, doc) > 0).length) + ' of ' + many(SCOPE.length, 'document'))).join('; ') + ' (' + ways + ').';
  const how = least + num(matching.length) + ' of ' + many(SCOPE.length, 'document') + (matching.length === 1 ? ' contains ' : ' contain ') + what + ' (' + ways + ')' + (one ? ', ' + times(totals[0]) : '') + '.';
  if (Q.order !== 'most' || listed.length === 0) return how;
  const top = listed.filter((doc) => hitsIn(doc) === hitsIn(listed[0]));
  return top.slice(0, 3).join(' and ') + (top.length > 3 ? ' and ' + num(top.length - 3) + ' more' : '') + (top.length === 1 ? ' holds ' : ' hold ') + what + ' most often, ' + times(hitsIn(listed[0])) + (top.length === 1 ? '' : ' each') + '. ' + how;
}
const notes = [];
for (const n of asked) {
  const t = T[n];
  const others = inReach.filter((doc) => (found[n].get(doc)?.other ?? 0) > 0);
  const otherTotal = total(n, 'other');
  if (otherTotal !== total(n, 'n')) notes.push((t.anyCase ? 'In these very letters, ' : 'In any case, ') + said(t.text) + (otherTotal === 0 ? ' does not occur.' : ' occurs ' + times(otherTotal) + ' in ' + many(others.length, 'document') + '.'));
  const split = total(n, 'split');
  const only = inReach.filter((doc) => nOf(n, doc) === 0 && (found[n].get(doc)?.split ?? 0) > 0);
  if (split > 0) notes.push(said(t.text) + ' stands ' + times(split) + ' more across a line break or with other spacing, which grep does not count' + (only.length > 0 ? '; only so in ' + only.slice(0, 10).join(', ') + (only.length > 10 ? ' and ' + num(only.length - 10) + ' more' : '') : '') + '.');
}
T.forEach((t, n) => {
  if (t.asked || total(n, 'n') === 0) return;
  const has = inReach.filter((doc) => nOf(n, doc) > 0);
  const here = lacking ? has.filter((doc) => !matched.has(doc)) : has;
  if (lacking && here.length === 0) return;
  notes.push('Counted apart: ' + said(t.text) + ' occurs ' + times(total(n, 'n', here)) + ' in ' + many(here.length, 'document') + (lacking ? ' of those listed' : '') + '.');
});
if (lacking) {
  const near = listed.filter((doc) => asked.some((n) => (found[n].get(doc)?.other ?? 0) > 0));
  if (near.length > 0) notes.push('In other letters (upper or lower case), ' + many(near.length, 'document') + ' of those listed ' + (near.length === 1 ? 'holds' : 'hold') + ' it: ' + near.slice(0, 10).join(', ') + (near.length > 10 ? ' …' : '') + '.');
}
const inNames = SCOPE.filter((doc) => asked.some((n) => begins(NAMES.get(doc), T[n].text.toLowerCase())));
if (inNames.length > 0) notes.push('File names or titles of ' + many(inNames.length, 'document') + ' hold ' + names.join(' or ') + ': ' + inNames.slice(0, 5).join(', ') + (inNames.length > 5 ? ' …' : '') + '.');
if (unread.length > 0) notes.push('Policy withholds the text of ' + many(unread.length, 'document') + ', which ' + (unread.length === 1 ? 'is' : 'are') + ' not counted.');
if (partial) notes.push('A limit was reached: ' + many(todo.flat().length, 'document') + ' ' + (todo.flat().length === 1 ? 'was' : 'were') + ' not looked into.');
const passages = [];
const each = listed.length > 4 ? 1 : 5; // of few documents, more places
for (const doc of lacking ? [] : listed.slice(0, 20)) {
  const places = asked.flatMap((n) => found[n].get(doc)?.places.slice(0, each) ?? []).filter((p, at, all) => p.quote && all.findIndex((q) => q.start === p.start && q.quote === p.quote) === at);
  for (const { start, end, line, quote } of places)
    try { const c = await cite({ doc, start, end }, quote); passages.push({ doc, ...(line ? { line } : {}), start: c.start, end: c.end, quote: c.quote }); } catch (e) { note(e); }
}
const counted = asked.map((n) => ({ text: T[n].text, way: way(T[n]), documents: inReach.filter((doc) => nOf(n, doc) > 0).length, occurrences: total(n, 'n'), lines: total(n, 'lines') }));
const shell = (t) => "'" + t.replaceAll("'", "'\\''") + "'";
// A literal with a word's end on one side only is no whole word to grep.
const literally = (t) => (t.before === t.after ? ' -F -e ' + shell(t.text) : ' -e ' + shell((t.before ? '\\<' : '') + t.text.replace(/[\\.*^$[\]]/g, '\\$&') + (t.after ? '\\>' : '')));
const away = SCOPE.filter((doc) => AWAY.has(doc));
if (away.length > 0) notes.push('grep cannot check this: the text of ' + many(away.length, 'document') + ' is not what stands in the file: ' + away.slice(0, 5).join(', ') + (away.length > 5 ? ' …' : '') + '.');
const everywhere = SCOPE.length === IDS.length;
const sure = away.length === 0 && unread.length === 0 && !partial && SCOPE.length > 0 && (everywhere || SCOPE.length <= 3);
const check = sure ? asked.map((n) => ({ command: 'grep' + (everywhere ? ' -r' : '') + (T[n].before && T[n].after ? ' -w' : '') + (T[n].anyCase ? ' -i' : '') + (lacking ? ' -L' : Q.unit === 'documents' ? ' -l' : Q.unit === 'lines' ? ' -c' : ' -o') + literally(T[n]), docs: everywhere ? null : SCOPE })) : [];
const value = {
  kind: Q.kind, answer: LOST + headline(), notes, counted, check,
  documents: listed.map((doc) => (lacking ? { doc } : { doc, count: hitsIn(doc) })),
  passages,
  searched: { documents: inReach.length, of: SCOPE.length, bytes: inReach.reduce((sum, doc) => sum + SIZE.get(doc), 0) },
  needs: null,
};`
