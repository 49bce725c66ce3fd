import type { Question } from '../question.ts'

/** Most documents whose beginnings are read when a question has no words to look for. */
const MOST_BEGINNINGS = 8

/** Guest code for `ids`: the documents a question names, else all. A name no document has is part of the question. */
export function scopeOf(question: Question): string {
  if (question.names.length === 0) return 'const ids = ALL.map((d) => d.id);'
  const none = question.kind === 'compare' ? 'ids' : '(Q.about = Q.text, ALL.map((d) => d.id))'
  return String.raw`const plain = (t) => t.toLowerCase().replace(/^.*\//, '').replace(/\.(txt|md|text)$/, '').replace(/[^a-z0-9.]+/g, ' ').trim();
const like = [(t, n) => t === n, (t, n) => t.startsWith(n + ' '), (t, n) => t.startsWith(n), (t, n) => (' ' + t + ' ').includes(' ' + n + ' ')];
const named = (name) => {
  for (const test of like) {
    const got = ALL.filter((d) => test(plain(d.id), plain(name)) || test(plain(d.title ?? ''), plain(name)));
    if (got.length > 0) return got.slice(0, 3);
  }
  return [];
};
let ids = [...new Set(Q.names.flatMap(named).map((d) => d.id))];
const unnamed = Q.names.filter((name) => named(name).length === 0);
if (ids.length === 0) ids = ${none};`
}

/** Guest code for `found`: the passages to judge. Questions about wording also take the passages that rank highest. */
export function placesOf(question: Question): string {
  if (question.ideas.length === 0) {
    return `const found = ids.slice(0, ${MOST_BEGINNINGS}).map((doc) => ({ doc, start: 0, end: Math.min(SIZE.get(doc), 8000) }));`
  }
  const located = 'const found = ids.length > 0 ? await locate(ids) : [];'
  if (question.kind === 'compare') return located
  const exact = question.kind === 'which' || question.kind === 'count'
  return `${located}
if (ids.length > 0${exact ? ' && found.length === 0' : ''})
  for (const s of await search(Q.text, { k: 12, docs: ids }))
    if (!found.some((p) => p.doc === s.doc && p.start < s.end && s.start < p.end)) found.push({ doc: s.doc, start: s.start, end: s.end });`
}
