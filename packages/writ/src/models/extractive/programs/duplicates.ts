/**
 * Guest code that compares every document with all others, a step each. Of documents that are the same, one tells of all;
 * only those of equal size can be. It expects `ALL` and leaves `pairs`, `todo` and `tooLong`.
 */
export const COMPARED: string = `const LEAST = Q.kind === 'duplicates' ? 1 : 0.8;
const coded = ALL.some((d) => d.encoding !== undefined);
const sizes = new Map();
for (const d of ALL) sizes.set(d.bytes, (sizes.get(d.bytes) ?? 0) + 1);
const pairs = [];
const known = new Set();
let tooLong = 0;
let todo = IDS.filter((id) => Q.kind !== 'duplicates' || coded || sizes.get(SIZE.get(id)) > 1);
async function compareOn() {
  for (let n = 0; todo.length > 0 && n < 100; n += 1) {
    const [doc] = todo;
    if (!known.has(doc)) {
      let got;
      try { got = await similar(doc, { least: LEAST, k: 10000 }); } catch (e) { note(e); break; }
      if (Q.kind !== 'duplicates') tooLong = Math.max(tooLong, got.tooLong);
      for (const other of got.found) {
        if (Q.kind === 'duplicates' && !other.identical) continue;
        pairs.push([doc, other.doc, other.similarity]);
        if (Q.kind === 'duplicates') known.add(other.doc);
      }
    }
    todo = todo.slice(1);
  }
}`

/** Guest code that puts what was compared into groups. */
export const RELEASE_DUPLICATES: string = `const group = new Map();
const headOf = (id) => { let at = id; while (group.get(at) !== undefined && group.get(at) !== at) at = group.get(at); return at; };
for (const [one, other] of pairs) { const [a, b] = [headOf(one), headOf(other)].sort(ORDER); group.set(a, a); group.set(b, a); }
const members = new Map();
for (const id of [...group.keys()].sort(ORDER)) { const head = headOf(id); members.set(head, [...(members.get(head) ?? []), id]); }
const rows = [...members.values()].flatMap((ids, at) => ids.map((doc) => ({ doc, group: at + 1, similarity: Math.max(...pairs.filter(([a, b]) => a === doc || b === doc).map(([, , s]) => s)) })));
const same = Q.kind === 'duplicates';
const notes = [same ? 'Their texts are the same bytes.' : 'Near-duplicates share at least 80 % of their shingles of five words (Jaccard index, computed from the texts); similarity is that of the nearest. A group holds what is linked by such pairs.'];
if (todo.length > 0) notes.push('A limit was reached: ' + many(todo.length, 'document') + ' not compared.');
if (tooLong > 0) notes.push(many(tooLong, 'document') + ' too long to be compared, or compared with one that is.');
const least = todo.length > 0 || tooLong > 0 ? 'At least ' : '';
const value = {
  kind: Q.kind,
  answer: rows.length === 0 && least === '' ? 'None of ' + many(ALL.length, 'document') + ' is a ' + (same ? 'duplicate' : 'near-duplicate') + ' of another.' : least + num(rows.length) + ' of ' + many(ALL.length, 'document') + (rows.length === 1 ? ' is' : ' are') + ' a ' + (same ? 'duplicate' : 'near-duplicate') + ' of another, in ' + many(members.size, 'group') + '.',
  notes, documents: rows,
  searched: { documents: ALL.length - todo.length, of: ALL.length, bytes: BYTES }, needs: null,
};`
