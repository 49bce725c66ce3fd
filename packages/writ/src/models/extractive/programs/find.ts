/**
 * Guest code that finds passages: every match of an idea, and the places where all ideas stand close together.
 * It expects `Q` and leaves `found`, `ALL`, `ids` and `trouble`. Distances are bytes; a passage is cut at 5,000.
 */
export const FIND: string = String.raw`const trouble = {};
const note = (e) => { const name = e?.name ?? 'UnknownError'; trouble[name] = (trouble[name] ?? 0) + 1; };
const bytes = (t) => /[^\x00-\x7f]/.test(t) ? encodeURIComponent(t).replace(/%../g, 'x').length : t.length;
const ALL = await docs();
const SIZE = new Map(ALL.map((d) => [d.id, d.bytes]));
async function grepAll(pattern, list, more = {}) { // halves the list when a result was cut
  const ask = (limit) => grep(pattern, { ignoreCase: true, limit, ...(list.length < ALL.length ? { docs: list } : {}), ...more });
  const got = await ask(10000);
  if (!got.truncated) return got.matches;
  if (list.length < 2) return (await ask(100000)).matches;
  const half = list.length >> 1;
  return [...await grepAll(pattern, list.slice(0, half), more), ...await grepAll(pattern, list.slice(half), more)];
}
async function locate(list) { // passages in which every idea occurs
  let scope = list;
  let kinds = 0;
  const marks = new Map(list.map((id) => [id, []]));
  for (const pattern of Q.patterns) {
    if (scope.length === 0) break;
    const found = await grepAll(pattern, scope);
    if (found.length === 0 && Q.strict) return [];
    if (found.length === 0) continue; // nobody says it: do without it
    const has = new Set(found.map((m) => m.doc));
    for (const m of found)
      for (const hit of m.text.matchAll(new RegExp(pattern, 'gi'))) {
        const at = m.start + bytes(m.text.slice(0, hit.index));
        marks.get(m.doc)?.push([at, at + hit[0].length, kinds]);
      }
    kinds += 1;
    scope = scope.filter((id) => has.has(id));
  }
  return kinds === 0 ? [] : scope.flatMap((id) => close(id, marks.get(id).sort((a, b) => a[0] - b[0]), kinds));
}
function close(doc, marks, kinds) {
  const out = [];
  let run = [];
  const end = () => {
    if (new Set(run.map((m) => m[2])).size === kinds)
      out.push({ doc, start: Math.max(0, run[0][0] - 500), end: Math.min(SIZE.get(doc), run.at(-1)[1] + 500) });
  };
  for (const m of marks) {
    const far = run.length > 0 && m[0] - run.at(-1)[1] > 700;
    const long = run.length > 0 && m[1] - run[0][0] > 5000;
    if (far || long) { end(); run = far ? [] : run.filter((r) => m[0] - r[0] < 900); }
    run.push(m);
  }
  if (run.length > 0) end();
  return out;
}`
