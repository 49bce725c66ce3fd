/**
 * Guest code that every program starts with: the documents in reach, and what went wrong so far. A refusal is an error
 * that names its kind, and never text. It expects `Q`.
 */
export const CORPUS: string = String.raw`const trouble = {};
const note = (e) => { const name = e?.name ?? 'UnknownError'; trouble[name] = (trouble[name] ?? 0) + 1; return name; };
let ALL = [];
try { ALL = await docs(); } catch (e) { note(e); }
const IDS = ALL.map((d) => d.id);
const SIZE = new Map(ALL.map((d) => [d.id, d.bytes]));
// Documents whose text is not what grep would see of their files: extracted, in an archive or mailbox, or not of UTF-8.
const AWAY = new Set(ALL.filter((d) => d.format || d.encoding || /\.(zip|tar|tgz|gz|mbox|eml)\//i.test(d.id)).map((d) => d.id));
const BYTES = ALL.reduce((sum, d) => sum + d.bytes, 0);
const bytes = (t) => new TextEncoder().encode(t).length;
const num = (n) => n.toLocaleString('en-US');
const said = (t) => '"' + t + '"';
const many = (n, one, more = one + 's') => num(n) + ' ' + (n === 1 ? one : more);
const base = (id) => id.replace(/^.*\//, '');
const ORDER = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const NAMES = new Map(ALL.map((d) => [d.id, (d.id + '\n' + d.title).toLowerCase()])); // file names and titles
const letter = (c) => /[a-z\u0080-\uffff]/.test(c ?? '');
function begins(text, low) { // whether a word of the text begins so
  for (let at = text.indexOf(low); at >= 0; at = text.indexOf(low, at + 1)) if (!letter(text[at - 1]) || !letter(low[0])) return true;
  return false;
}`

/**
 * Guest code that finds the occurrences of a literal as `grep -w -o` does: leftmost first, none overlapping, and no letter,
 * digit or underscore on a side that has to have none. Classes of characters are asked for only beyond ASCII: they are slow.
 */
export const OCCURRENCES: string = String.raw`const WORD = /[\p{Alphabetic}\p{Nd}_]/u;
function isWord(text, at) { // whether a letter, digit or underscore stands there
  const c = text.charCodeAt(at);
  if (!(c > 127)) return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95;
  return WORD.test(c >= 0xdc00 && c <= 0xdfff ? text.slice(at - 1, at + 1) : c >= 0xd800 && c <= 0xdbff ? text.slice(at, at + 2) : text[at]);
}
function occurrences(text, pattern, t, until = text.length) {
  const all = [];
  pattern.lastIndex = 0;
  for (let m = pattern.exec(text); m !== null && m.index < until; m = pattern.exec(text)) {
    if (!((t.before && m.index > 0 && isWord(text, m.index - 1)) || (t.after && isWord(text, m.index + m[0].length)))) all.push(m);
    else pattern.lastIndex = m.index + (text.codePointAt(m.index) > 0xffff ? 2 : 1);
  }
  return all;
}
const T = (Q.targets?.list ?? []).map((t) => ({ ...t, folded: new RegExp(t.exact, 'giu'), written: new RegExp(t.exact, 'gu'), wide: t.spaced && new RegExp(t.spaced, t.anyCase ? 'giu' : 'gu') }));
const edges = (t) => (t.before && t.after ? 'whole word' + (t.text.includes(' ') ? 's' : '') : t.before ? 'from the beginning of a word' : t.after ? 'to the end of a word' : 'anywhere'); // what counts beside it
function both(text, t, until) { // occurrences in any case, and as written
  const folded = occurrences(text, t.folded, t, until);
  return [folded, folded.every((m) => m[0] === t.text) ? folded : occurrences(text, t.written, t, until)];
}`

/** Guest code for `SCOPE`: the documents a question names, by id, file name or title, else all; and `unnamed`. */
export const NAMED: string = String.raw`const plain = (t) => t.toLowerCase().replace(/[^a-z0-9\u0080-\uffff]+/g, ' ').trim();
const stem = (id) => base(id).replace(/\.[^.]*$/, '');
function named(name) { // the strictest way that finds one decides
  const low = name.toLowerCase();
  const tests = [(d) => d.id === name, (d) => base(d.id) === name, (d) => d.id.toLowerCase() === low || base(d.id).toLowerCase() === low,
    (d) => [stem(d.id), d.title].some((t) => plain(t) === plain(name)),
    (d) => plain(name) !== '' && [d.id, d.title].some((t) => (' ' + plain(t) + ' ').includes(' ' + plain(name) + ' '))];
  for (const test of tests) { const got = ALL.filter(test); if (got.length > 0) return got.map((d) => d.id); }
  return [];
}
const byName = Q.within.map(named);
const unnamed = Q.within.filter((name, at) => byName[at].length === 0);
const within = new Set(byName.flat());
const SCOPE = within.size > 0 ? IDS.filter((id) => within.has(id)) : IDS;
const LOST = unnamed.length === 0 ? '' : 'No document in reach is named ' + unnamed.map(said).join(' or ') + '. ' + (SCOPE.length < IDS.length ? 'In the others named, ' : 'In all documents, ');`
