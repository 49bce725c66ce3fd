/**
 * Guest code for questions that only ask for words: exact, without sub-calls. A term of several words may run over a
 * line's end, so its first word is looked for and the rest is checked in the line and the next. Leaves `hits`
 * (document → first match), `counts` (document → occurrences) and `lineCounts`.
 */
export const MENTION: string = String.raw`const ids = ALL.map((d) => d.id);
const hits = new Map();
const counts = new Map();
const lineCounts = new Map();
const add = (map, doc, more) => map.set(doc, (map.get(doc) ?? 0) + more);
const having = [];
for (const term of Q.terms) {
  const has = new Set();
  const pattern = new RegExp(term.full, 'gi');
  for (const m of await grepAll(term.first, ids, term.first === term.full ? {} : { after: 1 })) {
    const line = m.text.indexOf('\n') < 0 ? m.text.length : m.text.indexOf('\n');
    const here = [...m.text.matchAll(pattern)].filter((hit) => hit.index <= line);
    if (here.length === 0) continue;
    has.add(m.doc);
    add(counts, m.doc, here.length);
    add(lineCounts, m.doc, 1);
    const whole = m.text.trim();
    if (!hits.has(m.doc)) hits.set(m.doc, { span: { doc: m.doc, start: m.start, end: m.end }, quote: whole.length <= 300 && !whole.includes('\n') ? whole : here[0][0] });
  }
  having.push(has);
}
const matching = ids.filter((id) => (Q.any ? having.some((has) => has.has(id)) : having.every((has) => has.has(id))));
answer.content = 'Partial: ' + matching.length + ' of ' + ids.length + ' documents contain ' + Q.said + ': ' + matching.join(', ');`

/** Guest code that cites and releases what `MENTION` found. */
export const RELEASE_MENTION: string = String.raw`const names = Q.negated ? ids.filter((id) => !matching.includes(id)) : matching;
const shown = Q.negated ? [] : names;
for (const id of shown) { const hit = hits.get(id); try { await cite(hit.span, hit.quote); } catch (e) { note(e); } }
const sum = (map) => names.reduce((total, id) => total + (map.get(id) ?? 0), 0);
const verb = Q.negated ? ' do not contain ' : ' contain ';
const failed = Object.entries(trouble).map(([name, times]) => name + ' × ' + times).join(', ');
const head = Q.kind === 'occurrences'
  ? (Q.lines ? sum(lineCounts) + ' lines hold ' : sum(counts) + ' occurrences of ') + Q.said + ', in ' + names.length + ' of ' + ids.length + ' documents:'
  : names.length + ' of ' + ids.length + ' documents' + verb + Q.said + (names.length > 0 ? ':' : '.');
const line = (id) => '- ' + id + (Q.kind === 'occurrences' ? ': ' + (Q.lines ? lineCounts : counts).get(id) : shown.length > 0 && shown.length <= 60 ? ': "' + hits.get(id).quote.replace(/\s+/g, ' ') + '"' : '');
FINAL([head, ...names.map(line)].join('\n') + (failed ? '\nPartial: some citations failed (' + failed + ').' : ''));`
