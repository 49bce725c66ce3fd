/**
 * Guest code that collects headings as ingestion found them. It expects `SCOPE` and leaves `outlines` (document → entries), `todo` and `unread`.
 */
export const OUTLINES: string = `const outlined = new Set(ALL.filter((d) => d.outlineSize > 0).map((d) => d.id));
const outlines = new Map();
const unread = [];
let todo = SCOPE.filter((doc) => outlined.has(doc)).sort(ORDER);
async function outlineOn() {
  for (let n = 0; todo.length > 0 && n < 200; n += 1) {
    const some = todo.slice(0, 8);
    const got = await Promise.all(some.map(async (doc) => { try { return await outline(doc); } catch (e) { return note(e) === 'PolicyDenied' ? null : undefined; } }));
    if (got.includes(undefined)) break;
    some.forEach((doc, at) => { if (got[at] === null) unread.push(doc); else outlines.set(doc, got[at]); });
    todo = todo.slice(8);
  }
}`

/** Guest code that says which headings there are, or which documents have one that holds the literals. */
export const RELEASE_HEADINGS: string = `const wanted = T.filter((t) => t.asked);
const has = (title) => (t) => occurrences(title, t.anyCase ? t.folded : t.written, t).length > 0;
const holds = (title) => (Q.combine === 'all' ? wanted.every(has(title)) : wanted.some(has(title)));
const rows = [...outlines].map(([doc, entries]) => ({ doc, headings: entries.filter((h) => wanted.length === 0 || holds(h.title)) })).filter((row) => row.headings.length > 0);
const count = rows.reduce((sum, row) => sum + row.headings.length, 0);
const what = wanted.map((t) => said(t.text) + ' (' + edges(t) + ', ' + (t.anyCase ? 'any case' : 'as written') + ')').join(Q.combine === 'all' ? ' and ' : ' or ');
const least = todo.length > 0 || unread.length > 0 ? 'At least ' : '';
const notes = ['Headings are those ingestion tells by their form: Markdown headings of up to 400 bytes, and in plain text lines that are numbered, underlined, all in capitals or begin with "Section" and the like; other kinds of files have none. ' + many(SCOPE.filter((doc) => !outlined.has(doc)).length, 'document') + ' of those looked into ' + (SCOPE.filter((doc) => !outlined.has(doc)).length === 1 ? 'has' : 'have') + ' none.'];
if (unread.length > 0) notes.push('Policy withholds ' + many(unread.length, 'document') + '.');
if (todo.length > 0) notes.push('A limit was reached: ' + many(todo.length, 'document') + ' not looked into.');
const value = {
  kind: Q.kind,
  answer: LOST + (wanted.length > 0 ? least + num(rows.length) + ' of ' + many(SCOPE.length, 'document') + (rows.length === 1 ? ' has' : ' have') + ' a heading that holds ' + what : least + many(count, 'heading') + ' in ' + (SCOPE.length === 1 ? SCOPE[0] : num(rows.length) + ' of ' + many(SCOPE.length, 'document'))) + '.',
  notes, documents: rows.map((row) => ({ doc: row.doc, count: row.headings.length, headings: row.headings.map((h) => h.title) })),
  searched: { documents: SCOPE.length - unread.length - todo.length, of: SCOPE.length, bytes: SCOPE.reduce((sum, doc) => sum + SIZE.get(doc), 0) }, needs: null,
};`
