import { CITE_IN } from './release.ts'

/** Guest code for a frame's last turn: releases what there is, with its quotes, whatever there is. */
export const LAST: string = `${CITE_IN}
const had = typeof verdicts === 'undefined' ? [] : verdicts.filter((v) => v?.verdict === 'yes');
const held = typeof matching === 'undefined' ? had.map((v) => v.doc) : matching;
const proofs = typeof hits === 'undefined' ? had : [...hits.values()].filter((hit) => held.includes(hit.span.doc));
for (const proof of proofs) try { await citeIn(proof); } catch {} // without its proof the document is still named
FINAL(held.length > 0 ? 'Partial, because a limit was reached: ' + held.length + ' documents so far: ' + held.join(', ') : 'A limit was reached before an answer was found.');`

/** The same in a child frame, whose parent wants a list. */
export const LAST_IN_GROUP: string = `FINAL(typeof verdicts === 'undefined' ? [] : verdicts.filter((v) => v.verdict !== 'unknown'));`

/** Guest code after a cell that failed: one search, no sub-calls, and an honest answer whatever happens. */
export const RESCUE: string = String.raw`let rescued = [];
let why = '';
try { rescued = await search(Q0, { k: 5 }); } catch (e) { why = ' (' + e.name + ')'; }
const shownPassages = [];
for (const p of rescued) {
  const quote = p.text.trim().slice(0, 300);
  try { await cite({ doc: p.doc, start: p.start, end: p.end }, quote); shownPassages.push('- ' + p.doc + ': "' + quote.replace(/\s+/g, ' ') + '"'); } catch (e) { why = ' (' + e.name + ')'; }
}
FINAL(shownPassages.length > 0 ? 'The reasoning failed' + why + '; these passages rank highest for the question:\n' + shownPassages.join('\n') : 'No answer was found' + why + '.');`
