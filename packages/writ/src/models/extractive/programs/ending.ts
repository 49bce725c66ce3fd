/** Guest code after a cell that failed: one search, and an honest account whatever happens. */
export const RESCUE: string = String.raw`let rescued = [];
let why = '';
try { rescued = await search(Q0, { k: 5 }); } catch (e) { why = ' (' + e.name + ')'; }
const kept = [];
for (const p of rescued) {
  const quote = p.text.trim().slice(0, 300).replace(/[\uD800-\uDBFF]$/, '');
  try { const c = await cite({ doc: p.doc, start: p.start, end: p.end }, quote); kept.push({ doc: c.doc, start: c.start, end: c.end, quote: c.quote }); } catch (e) { why = ' (' + e.name + ')'; }
}
FINAL({ kind: 'passages', answer: 'The work failed' + why + ', so nothing was judged' + (kept.length > 0 ? '; these passages rank highest for the words of the question.' : '.'), notes: [], passages: kept, needs: null });`

/** Guest code after a program that failed although code decides the question: the frame says so until it is ended. */
export const NOTHING: string = `throw new Error('Nothing was counted or compared: the program that does so was stopped, or does not fit.');`
