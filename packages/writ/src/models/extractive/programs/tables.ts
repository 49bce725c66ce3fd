/** Guest code that leaves `TABLES`: the tables there are, or null when there are none or too many to show. */
export const LIST_TABLES = (most: number): string => `let TABLES = null;
let tableNote = '';
try { TABLES = await tables(); } catch (e) { note(e); }
if (TABLES !== null && (TABLES.length === 0 || JSON.stringify(TABLES).length > ${most})) TABLES = null;`

/**
 * Guest code that computes what a plan over tables says, and releases it. Whatever does not hold is said in `tableNote`, and
 * nothing is released. It expects `P`.
 */
export const ASK_TABLES: string = `TABLES = null;
const one = async (query) => (await sql(query)).rows[0]?.n;
async function compute() {
  for (const { query, least, most, otherwise } of P.guards) {
    const n = await one(query);
    if (!(n >= least && n <= most)) throw new Error(otherwise);
  }
  const remarks = [];
  for (const said of P.remarks) { const n = await one(said.query); if (n > 0) remarks.push(many(n, said.one, said.more) + '.'); }
  let says = P.says;
  for (const { mark, query } of P.named) says = says.replaceAll(mark, await one(query));
  return { remarks, says, result: await sql(P.query, { limit: 10000 }) };
}
const shown = (v) => (v === null ? '(none)' : typeof v === 'number' && Number.isInteger(v) ? num(v) : String(v));
let computed = null;
try { computed = await compute(); } catch (e) { tableNote = 'Tables did not answer: ' + e.message; if (e.name !== 'Error' && e.name !== 'PolicyDenied') note(e); }
if (computed !== null) {
  const { says } = computed;
  const { columns, rows, truncated, docs } = computed.result;
  const names = columns.map((c) => c.name).filter((name) => name !== '_span');
  const table = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  const passages = [];
  for (const { _span } of rows.slice(0, 20)) if (_span) try { const c = await cite(_span); passages.push({ doc: c.doc, start: c.start, end: c.end, quote: c.quote }); } catch (e) { note(e); }
  const notes = [...computed.remarks, ...(truncated ? ['Only the first ' + num(rows.length) + ' rows are here.'] : [])];
  const line = (row) => names.map((name) => (name === 'value' || row[name] === null ? shown(row[name]) : String(row[name]))).join(': ');
  const single = P.shape === 'number' ? rows[0]?.value ?? null : null;
  const answer = P.shape === 'number' ? (single === null ? says + ': no row counts, so there is none.' : says + ': ' + shown(single) + '.')
    : rows.length === 0 ? says + ': no row counts, so there is none.'
    : rows.length === 1 ? says + ': ' + line(rows[0]) + '.'
    : says + ': ' + many(rows.length, 'row') + '; ' + rows.slice(0, 3).map(line).join('; ') + (rows.length > 3 ? '; …' : '') + '.';
  FINAL({
    kind: 'table', answer, ...(P.shape === 'number' ? { number: single } : { rows: table }), notes, query: P.query, sources: docs.map((doc) => ({ doc })), passages,
    searched: { documents: docs.length, of: ALL.length, bytes: docs.reduce((sum, doc) => sum + (SIZE.get(doc) ?? 0), 0) }, needs: null,
  });
}`

/** Guest code that says why tables did not answer. */
export const TABLE_NOTE = "if (tableNote !== '') value.notes.unshift(tableNote);"
