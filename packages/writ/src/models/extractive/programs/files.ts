/** Guest code for which documents there are, unless their word may mean rows of a table. It expects `SCOPE`. */
export const DOCUMENTS: string = `const some = ALL.filter((d) => Q.suffix === null || d.id.toLowerCase().endsWith(Q.suffix.toLowerCase()));
const size = some.reduce((sum, d) => sum + d.bytes, 0);
let tabled = false;
if (Q.noun !== null) try { tabled = (await tables()).length > 0; } catch (e) { note(e); }
const value = {
  kind: Q.kind,
  answer: tabled ? 'By ' + said(Q.noun) + ' rows of a table may be meant, so nothing was counted: name the table or its column, or ask which files there are.'
    : Q.suffix === null ? many(ALL.length, 'document') + ', ' + num(BYTES) + ' bytes.' : num(some.length) + ' of ' + many(ALL.length, 'document') + ' ' + (some.length === 1 ? 'has a name' : 'have names') + ' ending in ' + said(Q.suffix) + ', ' + num(size) + ' bytes.',
  notes: Q.noun === null || tabled ? [] : ['By ' + said(Q.noun) + ' documents are meant here: what their texts say of more was not counted.'],
  documents: tabled ? [] : some.map((d) => ({ doc: d.id, bytes: d.bytes })),
  searched: { documents: ALL.length, of: ALL.length, bytes: BYTES }, needs: null,
};`

/** Guest code for documents by the literals in their names or titles. */
export const FILES: string = String.raw`const low = Q.literals.map((t) => t.toLowerCase());
const has = (text) => (Q.combine === 'all' ? low.every((t) => text.toLowerCase().includes(t)) : low.some((t) => text.toLowerCase().includes(t)));
const inName = ALL.filter((d) => has(base(d.id)));
const inTitle = ALL.filter((d) => has(d.title));
const inPath = ALL.filter((d) => has(d.id) && !has(base(d.id)));
const asked = Q.place === 'title' ? inTitle : inName;
const beside = Q.place === 'title' ? inName : inTitle;
const what = Q.literals.map(said).join(Q.combine === 'all' ? ' and ' : ' or ');
const list = (some) => some.slice(0, 10).map((d) => d.id).join(', ') + (some.length > 10 ? ' …' : '');
const notes = [];
const only = beside.filter((d) => !has(Q.place === 'title' ? d.title : base(d.id)));
if (only.length > 0) notes.push((Q.place === 'title' ? 'Only in the file name: ' : 'Only in the title, which is a first heading or line: ') + list(only) + '.');
if (inPath.length > 0) notes.push('Only in the name of a folder: ' + list(inPath) + '.');
const equal = asked.filter((d) => low.some((t) => [d.id, base(d.id), base(d.id).replace(/\.[^.]*$/, ''), d.title].some((name) => name.toLowerCase() === t)));
if (equal.length > 0) notes.push('Exactly so: ' + list(equal) + '.');
const value = {
  kind: Q.kind,
  answer: (asked.length === 0 ? 'No ' + (Q.place === 'title' ? 'title' : 'file name') + ' of ' + many(ALL.length, 'document') + ' holds ' + what : num(asked.length) + ' of ' + many(ALL.length, 'document') + (asked.length === 1 ? ' has ' : ' have ') + what + ' in the ' + (Q.place === 'title' ? 'title' : 'file name')) + ' (anywhere in it, any case).',
  notes, documents: asked.map((d) => ({ doc: d.id, title: d.title })),
  searched: { documents: ALL.length, of: ALL.length, bytes: 0 }, needs: null,
};`

/** Guest code for sizes in bytes, as ingestion recorded them. It expects `SCOPE` and `LOST`. */
export const SIZES: string = `const inScope = new Set(SCOPE);
const of = ALL.filter((d) => inScope.has(d.id));
const sign = Q.order === 'smallest' ? 1 : -1;
const sorted = [...of].sort((a, b) => sign * (a.bytes - b.bytes) || ORDER(a.id, b.id));
const last = Q.most === null ? undefined : sorted[Math.min(Q.most, sorted.length) - 1];
const top = last === undefined ? sorted : sorted.filter((d) => sign * (d.bytes - last.bytes) <= 0);
const line = (d) => d.id + ', ' + num(d.bytes) + ' bytes';
const none = of.length === 0 || (Q.within.length > 0 && SCOPE.length === IDS.length && unnamed.length > 0);
const value = {
  kind: Q.kind,
  answer: of.length === 0 ? 'No document is in reach.'
    : Q.order === 'total' ? many(of.length, 'document') + ', ' + num(of.reduce((sum, d) => sum + d.bytes, 0)) + ' bytes together.'
    : Q.within.length > 0 ? (none ? 'No document in reach has the name ' + Q.within.map(said).join(', ') + '.' : of.slice(0, 3).map(line).join('; ') + (of.length > 3 ? '; and ' + num(of.length - 3) + ' more' : '') + '.')
    : 'By size in bytes, the ' + Q.order + (top.length === 1 ? ' is ' : ' are ') + top.slice(0, 3).map(line).join('; ') + (top.length > 3 ? '; and ' + num(top.length - 3) + ' more' : '') + ' (of ' + many(of.length, 'document') + ').',
  notes: [], documents: none ? [] : top.map((d) => ({ doc: d.id, bytes: d.bytes })),
  searched: { documents: of.length, of: ALL.length, bytes: of.reduce((sum, d) => sum + d.bytes, 0) }, needs: null,
};`
