/**
 * Guest code that asks how source uses a name, where there is source at all, and leaves `CODE`; null where that tells nothing.
 * It expects `C`.
 */
export const ASK_CODE: string = `let CODE = null;
let codeNote = '';
if (ALL.length > 0) {
  try {
    CODE = await links(C.of, { direction: C.direction, ...(C.kind === null ? {} : { kind: C.kind }), limit: C.limit });
    if (CODE.files === 0) CODE = null;
  } catch (e) {
    if (e.name === 'UnknownSymbol') { if (e.files > 0) codeNote = 'Nothing called ' + said(C.of) + ' is defined in the source in reach.' + (e.unread > 0 ? ' Files that may define it are not read whole.' : ''); }
    else { note(e); codeNote = 'The structure of the source did not answer: ' + e.message; }
  }
}`

/** Guest code that searches passages where the structure of source tells nothing. It expects `CODE` and `SEARCH`. */
export const UNLESS_CODE =
  'if (CODE === null) { await searchAll(); for (const doc of SCORE.keys()) pick(doc, 3); }'

/** Guest code that says why the structure of source did not answer. */
export const CODE_NOTE = "if (codeNote !== '') value.notes.unshift(codeNote);"

/** Guest code that says what the structure of source tells, and what of it is not certain. It leaves `value`. */
export const RELEASE_CODE: string = String.raw`const { of, links: rows, unread, files } = CODE;
const short = (id) => (id === null ? null : id.replace(/@\d+$/, '').replace(/^.*#(?=.)/, ''));
const place = (r) => r.doc + ':' + r.line;
const holder = (r) => (r.from === null ? (r.inFunction ? 'a function without a name in ' : 'the top of ') + r.doc : r.from);
const list = (some, most = 5) => some.slice(0, most).join(', ') + (some.length > most ? ' …' : '');
const isCall = (r) => r.kind === 'call' || r.kind === 'new';
const isWrite = (r) => r.kind === 'write' || r.kind === 'member-write' || r.kind === 'mutate';
const relevant = rows.filter((r) => C.asks === 'writers' ? isWrite(r) && r.inFunction : C.asks === 'breaks' || C.asks === 'definition' ? true : isCall(r));
const sure = relevant.filter((r) => r.confidence === 'certain');
const likely = relevant.filter((r) => r.confidence === 'likely');
const byName = relevant.filter((r) => r.confidence === 'name-only');
const outside = relevant.filter((r) => r.confidence === 'unresolved');
const notes = [];
const name = C.of === '*' ? 'state of a module' : short(of[0].id);
const kindOf = (r) => ({ call: 'calls', new: 'makes an instance', write: 'assigns', 'member-write': 'writes a member', mutate: 'changes by a method', read: 'refers to', import: 'imports', export: 'hands on', override: 'overrides', extend: 'extends' })[r.kind];
const grouped = new Map();
for (const r of [...sure, ...likely, ...byName]) {
  const key = [holder(r), C.asks === 'callers' ? '' : r.to ?? r.name, r.kind, r.confidence].join('\n');
  const one = grouped.get(key) ?? { function: holder(r), does: kindOf(r), what: r.to === null ? r.name : r.to, confidence: r.confidence, places: [] };
  one.places.push(place(r));
  grouped.set(key, one);
}
const table = [...grouped.values()].map((one) => ({ ...one, places: one.places.length > 6 ? one.places.slice(0, 6).join(', ') + ' …' : one.places.join(', ') }));
const holders = (some) => [...new Set(some.map(holder))];
// Absence is told only where everything that may hold one is known whole.
const open = unread.count > 0 || CODE.truncated;
const least = open ? 'at least ' : '';
const at = (n, what) => ', at ' + (open ? num(n) + ' or more ' + what + 's' : many(n, what)) + ': ';
const none = (what, whole) => unread.count > 0 ? 'No ' + what + ' was found, but source that may hold one is not known whole.' : likely.length + byName.length > 0 || CODE.truncated ? 'No ' + what + ' is certain.' : whole;
let answer = '';
const ambiguous = C.of !== '*' && of.length > 1;
if (C.asks === 'definition') answer = of.length === 1 ? name + ' is defined at ' + place(of[0]) + ' (' + of[0].kind + ').' : many(of.length, 'definition') + ' are called ' + said(C.of) + ': ' + list(of.map((s) => place(s) + ' (' + s.kind + ' ' + short(s.id) + ')'), 10) + '.';
else if (ambiguous) answer = said(C.of) + ' is the name of ' + many(of.length, 'definition') + ': ' + list(of.map((s) => s.id), 10) + '. All of them are below; ask about one by such a name.';
else if (C.asks === 'callers') answer = sure.length === 0 ? none('call of ' + name, 'Nothing in the source in reach calls ' + name + ' by its name.') : name + ' is called by ' + least + many(holders(sure).length, 'function or place', 'functions or places') + at(sure.length, 'call') + list(holders(sure), 8) + '.';
else if (C.asks === 'callees') { const to = [...new Set(sure.map((r) => r.to))]; answer = to.length === 0 ? none('call in ' + name + ' of what the source in reach defines', name + ' calls nothing that the source in reach defines.') : name + ' calls ' + least + many(to.length, 'function') + ' of the source in reach: ' + list(to, 8) + '.'; }
else if (C.asks === 'writers') { const by = holders(sure); answer = by.length === 0 ? none('function that writes ' + name, 'No function in the source in reach writes ' + name + ' by its name.') : (least === '' ? '' : 'At least ') + many(by.length, 'function') + (by.length === 1 ? ' writes ' : ' write ') + name + at(sure.length, 'place') + list(by, 8) + '.'; }
else {
  const calls = sure.filter(isCall), over = sure.filter((r) => r.kind === 'override'), on = sure.filter((r) => r.kind === 'import' || r.kind === 'export'), held = sure.filter((r) => r.kind === 'read');
  answer = 'If ' + name + ' changes its signature: ' + least + many(calls.length, 'call') + ' in ' + many(holders(calls).length, 'function or place', 'functions or places') + ', ' + many(over.length, 'override') + ', ' + many(on.length, 'import or export', 'imports and exports') + ', ' + many(held.length, 'other reference') + '.';
}
if (likely.length > 0) notes.push('Likely, and not certain: ' + many(likely.length, 'place') + ' (' + list(likely.map(place)) + '), where another value may stand at run time.');
if (byName.length > 0) notes.push('By name alone: ' + many(byName.length, 'call') + ' of something called so (' + list(byName.map(place)) + '), which may be others.');
if (outside.length > 0) notes.push('Also called, and not defined in the source in reach: ' + list([...new Set(outside.map((r) => r.name))], 12) + '.');
if (C.asks === 'callers' || C.asks === 'breaks') notes.push('Calls through a value that holds the function (a callback, a computed member), and reads of a getter, are not told by the structure of source.');
if (unread.count > 0) notes.push('Not known whole, so this may not be all: ' + list(unread.docs) + (unread.count > unread.docs.length ? ' and others' : '') + '.');
if (CODE.truncated) notes.push('Only the first ' + num(rows.length) + ' places are here.');
if (trouble.PolicyDenied) notes.push('Policy withholds something from this run.');
const passages = [];
const shownRows = C.asks === 'definition' ? of : [...(C.of === '*' ? [] : of.slice(0, 3)), ...sure, ...likely];
const cited = new Set();
for (const r of shownRows.slice(0, 60)) if (cited.size < 40 && !cited.has(r.doc + ' ' + r.start)) try { const c = await cite({ doc: r.doc, start: r.start, end: r.end }); cited.add(r.doc + ' ' + r.start); passages.push({ doc: c.doc, line: r.line, start: c.start, end: c.end, quote: c.quote }); } catch (e) { note(e); }
const value = {
  kind: 'code', answer, notes,
  ...(C.of === '*' ? {} : { definitions: of.slice(0, 50).map((s) => ({ symbol: s.id, kind: s.kind, line: s.line, exported: s.exported.join(', ') })) }),
  ...(C.asks === 'definition' ? {} : { links: table }), passages,
  searched: { documents: files, of: ALL.length, bytes: BYTES }, needs: null,
};`
