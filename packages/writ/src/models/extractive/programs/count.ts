/**
 * Guest code that counts literals in `SCOPE`, exactly as `grep` does, through `grep` and nothing else where it can. A
 * result that was cut is asked for again over half the documents; what one document holds too much of, and what stands on
 * lines so long that they were searched in pieces, is counted in the text itself. It expects `OCCURRENCES` and leaves
 * `found` (of each target: document → tally), `todo` (what is left), and `unread` (what could not be looked into).
 */
export const COUNT: string = String.raw`const found = T.map(() => new Map());
const unread = [];
const PIECE = 16381; // bytes from which a line may be a piece of a longer one
const READING = 8; // how much more a text takes that is looked through here
let todo = SCOPE.length > 0 ? [[...SCOPE].sort(ORDER)] : [];
let handed = 0;
const forget = (doc) => found.forEach((map) => map.delete(doc));
const fresh = () => ({ n: 0, other: 0, split: 0, lines: 0, places: [] });
const tallyOf = (map, doc) => { if (!map.has(doc)) map.set(doc, fresh()); return map.get(doc); };
const broken = (t) => /[^\S ]|\s\s/.test(t);
function tally(doc, text, until, add) { // counts what begins before until; add gets a few of them to show
  T.forEach((t, n) => {
    const [folded, written] = both(text, t, until);
    const here = t.anyCase ? folded : written;
    const other = (t.anyCase ? written : folded).length;
    const split = t.wide ? occurrences(text, t.wide, t, until).filter((m) => broken(m[0])) : [];
    if (here.length + other + split.length === 0) return;
    const mine = tallyOf(found[n], doc);
    mine.n += here.length; mine.other += other; mine.split += split.length;
    add(mine, here, [...here, ...split].slice(0, 5 - mine.places.length), n);
  });
}
const around = (text, m) => { // the line of a match, cut to what can be shown: little before it, since a terminal shows the beginning
  const from = Math.max(text.lastIndexOf('\n', m.index) + 1, m.index - 40);
  const line = text.indexOf('\n', m.index + m[0].length);
  const to = Math.min(line < 0 ? text.length : line, m.index + m[0].length + 200);
  let quote = text.slice(from, to);
  if (from > 0 && text[from - 1] !== '\n') quote = quote.replace(/^\S*\s+(?=\S)/, (cut) => (from + cut.length > m.index ? cut : ''));
  return quote.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '').trim(); // half a character at a cut
};
const slow = new Map(); // documents that are counted in their text, and how far each is
const readLater = (doc) => { forget(doc); slow.set(doc, { at: 0, from: 0, rest: '', openLine: T.map(() => false) }); todo.unshift([doc]); };
async function readOn(doc, until) { // to its end, or until this cell was handed enough
  const size = SIZE.get(doc);
  let { at, from, rest, openLine } = slow.get(doc);
  while (at < size) {
    if (handed >= until) { slow.set(doc, { at, from, rest, openLine }); return void todo.unshift([doc]); }
    const piece = await read(doc, at, Math.min(at + 1000000, size));
    at += bytes(piece); handed += piece.length * READING;
    const text = rest + piece;
    let cut = text.length;
    if (at < size) { // up to a line's end, or between words
      cut = text.lastIndexOf('\n', text.length - 4096) + 1;
      if (cut < 1) { // what was looked through before has no such place
        const least = Math.max(1, rest.length - 4096);
        cut = 0;
        for (let end = text.length - 4096; cut < 1 && end >= least; end -= 4096) {
          const begin = Math.max(least, end - 4095);
          if (!/[^\p{Alphabetic}\p{Nd}_]/u.test(text.slice(begin, end + 1))) continue;
          for (cut = end; cut >= begin && isWord(text, cut); ) cut -= 1;
          if (cut < begin) cut = 0;
          else if ((text.charCodeAt(cut) & 0xfc00) === 0xdc00) cut -= 1; // a sign of two
        }
      }
      if (cut < 1) { rest = text; continue; }
    }
    const last = text.lastIndexOf('\n', cut - 1); // where the last line begins
    const goesOn = at < size && last < cut - 1;
    const next = openLine.map((open) => goesOn && last < 0 && open);
    tally(doc, text, cut, (mine, here, few, n) => {
      for (const m of few) mine.places.push({ start: from, end: at, quote: around(text, m) });
      const first = text.indexOf('\n');
      let end = -1;
      for (const { index } of here) {
        if (index < end) continue; // on a line that counts
        if (!(openLine[n] && (first < 0 || index < first))) mine.lines += 1;
        end = text.indexOf('\n', index);
        if (end < 0) end = cut;
        if (goesOn && index > last) next[n] = true;
      }
    });
    openLine = next;
    from += bytes(text.slice(0, cut));
    rest = text.slice(cut);
  }
  slow.delete(doc);
}
async function longAmong(list) { // documents with lines that were searched in pieces
  const long = [];
  for (let left = list; left.length > 0; ) {
    const got = await grep('^(?-u:.){' + PIECE + '}', { docs: left, limit: 64 });
    long.push(...new Set(got.matches.map((m) => m.doc)));
    left = got.truncated ? left.slice(left.indexOf(got.matches.at(-1).doc) + 1) : [];
  }
  return long;
}
async function countIn(list, until) {
  if (list.length === 1 && slow.has(list[0])) return await readOn(list[0], until);
  const got = await grep(Q.targets.pattern, { ignoreCase: true, after: Q.targets.after, limit: 8000, ...(list.length < IDS.length ? { docs: list } : {}) });
  handed += got.matches.reduce((sum, m) => sum + m.text.length + 200, 0);
  if (got.truncated) {
    if (list.length === 1) return readLater(list[0]);
    const half = list.length >> 1;
    return void todo.unshift(list.slice(0, half), list.slice(half));
  }
  const [again, atStart] = [new Set(), new Set()];
  for (const m of got.matches) {
    const end = m.text.indexOf('\n');
    const line = end < 0 ? m.text.length : end;
    if (line * 3 >= PIECE && bytes(m.text.slice(0, line)) >= PIECE) again.add(m.doc);
    if (m.text === m.match && SIZE.get(m.doc) > PIECE) again.add(m.doc); // across two pieces of a line
    tally(m.doc, m.text, line + 1, (mine, here, [first]) => {
      const inLine = here.filter((hit) => hit.index <= line);
      if (inLine.length > 0) mine.lines += 1;
      if (inLine[0]?.index === 0 && m.start > 0 && SIZE.get(m.doc) > PIECE) atStart.add(m.doc);
      if (first) mine.places.push({ start: m.start, end: m.end, line: m.line, quote: around(m.text, first) });
    });
  }
  for (const doc of await longAmong([...atStart].filter((doc) => !again.has(doc)).sort(ORDER))) again.add(doc);
  for (const doc of again) readLater(doc);
}
async function countOn() { // until nothing is left, or one cell was handed enough
  const until = handed + 60000000;
  while (todo.length > 0 && handed < until) {
    const list = todo.shift();
    try { await countIn(list, until); } catch (e) {
      list.forEach((doc) => { forget(doc); slow.delete(doc); });
      if (note(e) === 'PolicyDenied') unread.push(...list); else { todo.unshift(list); break; }
    }
  }
}`
