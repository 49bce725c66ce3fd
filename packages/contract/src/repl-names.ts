/**
 * Every name guest code may say, and what the model is told of it: the sandbox's globals and the prompts follow it. What a
 * call does stands in the kernel's table, typed by these names. All of this is hashed into the guest ABI. `step` names the
 * record kind a call makes; `local` needs no decision.
 */
export interface ReplName {
  readonly name: string
  readonly aliases: readonly string[]
  readonly step:
    | 'context.search'
    | 'context.read'
    | 'memory.write'
    | 'model.call'
    | 'frame.spawn'
    | 'local'
    | 'release'
  /** For prompts: the call form and what it gives back. */
  readonly usage: string
  /** What a run must have for a model to be told of the name. */
  readonly needs?: 'scripts'
}

const entry = (
  name: string,
  aliases: readonly string[],
  step: ReplName['step'],
  usage: string,
  needs?: ReplName['needs'],
): ReplName =>
  Object.freeze({
    name,
    aliases: Object.freeze([...aliases]),
    step,
    usage,
    ...(needs === undefined ? {} : { needs }),
  })

/** The functions that the host answers: a call of any of them makes one step. */
export type HostName =
  | 'docs'
  | 'search'
  | 'grep'
  | 'outline'
  | 'dates'
  | 'amounts'
  | 'similar'
  | 'references'
  | 'read'
  | 'tables'
  | 'sql'
  | 'symbols'
  | 'links'
  | 'llm_query'
  | 'llm_query_batched'
  | 'rlm_query'
  | 'rlm_query_batched'
  | 'scripts'
  | 'run_script'
  | 'cite'
  | 'note'
  | 'notes'
  | 'budget'

/**
 * How Python says a function of the host: what the model is told of it, its first parameters, and those that come after
 * them by place or by name, which the host is given as one object.
 */
export interface PythonForm {
  readonly usage: string
  readonly args: readonly string[]
  readonly options: readonly string[]
}

const inPython = (usage: string, args: readonly string[], options: readonly string[] = []): PythonForm =>
  Object.freeze({ usage, args: Object.freeze([...args]), options: Object.freeze([...options]) })

type Described = Omit<ReplName, 'name'> & { readonly python: PythonForm }

const described = (
  aliases: readonly string[],
  step: ReplName['step'],
  usage: string,
  python: PythonForm,
  needs?: ReplName['needs'],
): Described => ({ aliases, step, usage, python, ...(needs === undefined ? {} : { needs }) })

/** By what documents are filtered. */
const FILTER = ['glob', 'label', 'type', 'since', 'until'] as const

const HOST_FUNCTIONS: { readonly [N in HostName]: Described } = {
  docs: described(
    [],
    'context.search',
    'await docs({match?, limit?, …filter}) → [{id, title, mediaType, bytes, label, date?, outlineSize}]',
    inPython(
      'docs(match=None, limit=None, **filter) → [{"id", "title", "mediaType", "bytes", "label", "date", "outlineSize"}]',
      [],
      ['match', 'limit', ...FILTER],
    ),
  ),
  search: described(
    [],
    'context.search',
    'await search(query, {k?, docs?, …filter}) → ranked [{doc, title, start, end, sha256, text, rank}]; filter: glob ("mail/**"), label, type (text, code, table, data, pdf, word, html, mail), since, until ("2024-03"); .undated counts documents left out for want of a date',
    inPython(
      'search(query, k=None, docs=None, **filter) → ranked [{"doc", "title", "start", "end", "sha256", "text", "rank"}]; filter: glob ("mail/**"), label, type (text, code, table, data, pdf, word, html, mail), since, until ("2024-03"); .undated counts documents left out for want of a date',
      ['query'],
      ['k', 'docs', ...FILTER],
    ),
  ),
  grep: described(
    [],
    'context.search',
    'await grep(pattern, {docs?, before?, after?, limit?, ignoreCase?, …filter}) → {matches: [{doc, line, start, end, sha256, text, match}], truncated}',
    inPython(
      'grep(pattern, docs=None, before=0, after=0, limit=None, ignore_case=False, **filter) → {"matches": [{"doc", "line", "start", "end", "sha256", "text", "match"}], "truncated"}',
      ['pattern'],
      ['docs', 'before', 'after', 'limit', 'ignoreCase', ...FILTER],
    ),
  ),
  outline: described(
    [],
    'context.search',
    'await outline(doc) → [{kind, title, depth, start, end}]',
    inPython('outline(doc) → [{"kind", "title", "depth", "start", "end"}]', ['doc']),
  ),
  dates: described(
    [],
    'context.search',
    'await dates(doc, {start?, limit?}) → {found: [{…span, text, date, readings, sentence}], truncated}: ISO 8601; date is null where readings leave it open',
    inPython(
      'dates(doc, start=0, limit=None) → {"found": [{…span, "text", "date", "readings", "sentence"}], "truncated"}: ISO 8601; "date" is None where "readings" leave it open',
      ['doc'],
      ['start', 'limit'],
    ),
  ),
  amounts: described(
    [],
    'context.search',
    'await amounts(doc, {start?, limit?}) → the same of money and per cent: kind, currency, value in place of date',
    inPython(
      'amounts(doc, start=0, limit=None) → the same of money and per cent: "kind", "currency", "value" in place of "date"',
      ['doc'],
      ['start', 'limit'],
    ),
  ),
  similar: described(
    [],
    'context.search',
    'await similar(doc or {text}, {k?, least?}) → {found: [{doc, similarity, identical}], truncated, tooLong}: Jaccard index of five-word shingles, 0.5 at least',
    inPython(
      'similar(doc or {"text"}, k=None, least=0.5) → {"found": [{"doc", "similarity", "identical"}], "truncated", "tooLong"}: Jaccard index of five-word shingles',
      ['doc'],
      ['k', 'least'],
    ),
  ),
  references: described(
    [],
    'context.search',
    'await references(doc, {kind?}) → [{…span, kind: "term", name, uses} or {…span, kind: "reference", to} or {kind: "thread", to, relation, likely}], each with its problem; to is null where nothing fits',
    inPython(
      'references(doc, kind=None) → [{…span, "kind": "term", "name", "uses"} or {…span, "kind": "reference", "to"} or {"kind": "thread", "to", "relation", "likely"}], each with its "problem"; "to" is None where nothing fits',
      ['doc'],
      ['kind'],
    ),
  ),
  read: described(
    [],
    'context.read',
    'await read(doc, start?, end?) or read(span) → text of a byte range',
    inPython('read(doc, start=None, end=None) or read(span) → text of a byte range', ['doc', 'start', 'end']),
  ),
  tables: described(
    [],
    'context.search',
    'await tables(name?) → [{name, doc, columns: [{name, type}], rows, notes, problem}] of tables found in documents (CSV, TSV, JSON, Markdown)',
    inPython(
      'tables(name=None) → [{"name", "doc", "rows", "columns": [{"name", "type"}]}] of the tables in documents, for sql',
      [],
      ['match'],
    ),
  ),
  sql: described(
    [],
    'context.read',
    'await sql(query, {limit?}) → {columns, rows: [{…}], truncated, docs}: one SELECT of DuckDB over those tables; counts, sums and joins are exact. A query that names the column _span of a table gets where each row stands, as cite takes it',
    inPython(
      'sql(query, limit=None) → {"columns", "rows", "truncated", "docs"} of a DuckDB SELECT over the tables; name the column _span to get each row\'s span',
      ['query'],
      ['limit'],
    ),
  ),
  symbols: described(
    [],
    'context.search',
    'await symbols(words?, {kind?, doc?, limit?}) → {symbols: [{id, name, kind, doc, line, start, end, text, body, exported}], truncated, files, unread} of functions, classes and variables that source files define',
    inPython(
      'symbols(match=None, kind=None, doc=None, limit=None) → {"symbols": [{"id", "name", "kind", "doc", "line", "start", "end", "text"}], "truncated", "unread"} of what source files define',
      ['match'],
      ['kind', 'doc', 'limit'],
    ),
  ),
  links: described(
    [],
    'context.search',
    'await links(of, {direction?, kind?, limit?}) → {of, links: [{kind, confidence, from, to, doc, line, start, end, text}], truncated, unread}: what uses a symbol (name or id), or with direction "out" what it uses; kind: calls, writes, references, modules, inheritance; "*" with writes: every write to a variable of a module. Only links that are certain are facts',
    inPython(
      'links(of, direction="in", kind=None, limit=None) → {"of", "links": [{"kind", "confidence", "from", "to", "doc", "line", "start", "end", "text"}], "truncated", "unread"}: what uses a symbol, or what it uses; only links that are certain are facts',
      ['of'],
      ['direction', 'kind', 'limit'],
    ),
  ),
  llm_query: described(
    ['llmQuery'],
    'model.call',
    'await llm_query(prompt, {model?, spans?, schema?, fresh?}) → text of one sub-call; with a JSON Schema, a value that fits it. The same prompt gives the same answer again at no cost; {fresh: true} asks anew',
    inPython(
      'llm_query(prompt, model=None, spans=None, schema=None, fresh=False) → text of one sub-call; with a JSON Schema, a value that fits it. The same prompt gives the same answer again at no cost; fresh=True asks anew',
      ['prompt'],
      ['model', 'spans', 'schema', 'fresh'],
    ),
  ),
  llm_query_batched: described(
    ['llmQueryBatched'],
    'model.call',
    'await llm_query_batched(prompts, {model?, settle?, schema?, fresh?}) → texts or values in order, run in parallel',
    inPython(
      'llm_query_batched(prompts, model=None, settle=False, schema=None, fresh=False) → texts or values in order, run in parallel',
      ['prompts'],
      ['model', 'settle', 'schema', 'fresh'],
    ),
  ),
  rlm_query: described(
    ['rlmQuery'],
    'frame.spawn',
    'await rlm_query(prompt, {context?, scope?, model?, schema?}) → value a child frame with its own REPL released; {sealed: id} where it may read what you may not: release it, or give it on as context',
    inPython(
      'rlm_query(prompt, context=None, scope=None, model=None, schema=None) → value a child frame with its own REPL released; {"sealed": id} where it may read what you may not: release it, or give it on as context',
      ['prompt'],
      ['context', 'scope', 'model', 'schema'],
    ),
  ),
  rlm_query_batched: described(
    ['rlmQueryBatched'],
    'frame.spawn',
    'await rlm_query_batched([{prompt, context?, scope?, model?, schema?}], {settle?, schema?}) → values in order',
    inPython(
      'rlm_query_batched([{"prompt", "context", "scope", "model", "schema"}, …], settle=False, schema=None) → values in order, run in parallel',
      ['prompts'],
      ['settle', 'schema'],
    ),
  ),
  scripts: described(
    [],
    'local',
    'await scripts() → [{name, description, planHash, input, output}] of the scripts below',
    inPython('scripts() → [{"name", "description", "planHash", "input", "output"}] of the scripts below', []),
    'scripts',
  ),
  run_script: described(
    ['runScript'],
    'frame.spawn',
    'await run_script(name, input) → value that a script released, which a person wrote: it runs as a child frame over your corpus',
    inPython(
      'run_script(name, input=None) → value that a script released, which a person wrote: it runs as a child frame over your corpus',
      ['name', 'input'],
    ),
    'scripts',
  ),
  cite: described(
    [],
    'local',
    'await cite(span, quote?) or cite(row._span, {column}) → citation {doc, start, end, sha256, quote}',
    inPython(
      'cite(span, quote=None) or cite(row._span, {"column": name}) → citation {"doc", "start", "end", "sha256", "quote"}',
      ['span', 'quote'],
    ),
  ),
  note: described(
    [],
    'memory.write',
    'await note(key, value, citations?): keeps a fact; with citations of cite, for later runs over this corpus too',
    inPython(
      'note(key, value, citations=None): keeps a fact; with citations of cite, for later runs over this corpus too',
      ['key', 'value', 'citations'],
    ),
  ),
  notes: described(
    [],
    'context.search',
    'await notes(words?) → [{key, value, citations, quoted, run}] kept so far; check what an earlier run said',
    inPython(
      'notes(words=None) → [{"key", "value", "citations", "quoted", "run"}] kept so far; check what an earlier run said',
      ['words'],
    ),
  ),
  budget: described(
    [],
    'local',
    'await budget() → {calls, tokens, costMicroUsd, depth, turns, steps} left',
    inPython('budget() → {"calls", "tokens", "costMicroUsd", "depth", "turns", "steps"} left', []),
  ),
}

/** Names answered by the host. All return promises. */
export const HOST_NAMES: readonly ReplName[] = Object.freeze(
  Object.entries(HOST_FUNCTIONS).map(([name, { aliases, step, usage, needs }]) =>
    entry(name, aliases, step, usage, needs),
  ),
)

/** Every function of the host as Python says it. Each gives its result at once. */
export const PYTHON_FORMS: Readonly<Record<HostName, PythonForm>> = Object.freeze(
  Object.fromEntries(Object.entries(HOST_FUNCTIONS).map(([name, { python }]) => [name, python])) as Record<
    HostName,
    PythonForm
  >,
)

/** Whether the host answers a function of this name. */
export function isHostName(name: string): name is HostName {
  return Object.hasOwn(HOST_FUNCTIONS, name)
}

/** Calls that only the prelude makes, for its combinators: no guest code can say them. */
export type PreludeCall = 'combinator_open' | 'combinator_stop' | 'combinator_close'

const PRELUDE_CALLS: readonly PreludeCall[] = Object.freeze([
  'combinator_open',
  'combinator_stop',
  'combinator_close',
])

/** Everything a VM may call its host for. */
export const VM_FUNCTIONS: readonly string[] = Object.freeze([
  ...HOST_NAMES.map(({ name }) => name),
  ...PRELUDE_CALLS,
])

/** Names the VM itself provides. */
export const GUEST_NAMES: readonly ReplName[] = Object.freeze([
  entry(
    'context',
    [],
    'local',
    'the corpus: a string when it is one small text, else a handle with .docs, .length, .type',
  ),
  entry(
    'print',
    ['console.log'],
    'local',
    'print(...values): only printed output and the last expression are shown to you',
  ),
  entry('FINAL', ['SUBMIT'], 'release', 'FINAL(value): release any value as the answer'),
  entry('FINAL_VAR', [], 'release', 'FINAL_VAR("name"): release a variable as the answer'),
  entry('answer', [], 'release', 'answer.content = value; answer.ready = true: the same in two steps'),
  entry(
    'SHOW_VARS',
    ['show_vars', 'showVars'],
    'local',
    'SHOW_VARS(): names, types and sizes of your variables',
  ),
  entry(
    'split',
    [],
    'local',
    'await split(docs or context, {docs: n} | {bytes: n} | {outline: true}) → parts that together are the whole: lists of documents, or spans',
  ),
  entry(
    'map',
    [],
    'local',
    'await map(list, async (item, index) => value, {calls?, settle?, until?}) → values in order; makes at most list.length × calls (1) sub-calls, more are refused; once until(value, index) is true the rest is not asked and undefined',
  ),
  entry(
    'filter',
    [],
    'local',
    'await filter(list, async (item) => keep, {calls?}) → the items to keep, in order',
  ),
  entry(
    'reduce',
    [],
    'local',
    'await reduce(list, async (a, b) => merged, {calls?, width?}) → one value: neighbours are merged, level by level',
  ),
  entry(
    'vote',
    [],
    'local',
    'await vote(n, async (index) => value, {calls?, enough?}) → {value, votes, of, agreed}: what most of n answers say; stops once so many say the same',
  ),
  entry(
    'verify',
    [],
    'local',
    'await verify(list of {claim, span}, {votes?, where?, claim?, spans?}) → the items with verified: true, false, or null where nothing was asked or answered',
  ),
])

/** What a model is told of the names that Python provides itself. */
export const PYTHON_GUEST_USAGE: Readonly<Record<string, string>> = Object.freeze({
  context: 'context: the corpus: a str when it is one small text, else a handle with .docs, .length, .type',
  print: 'print(...): only printed output and the value of the last expression are shown to you',
  FINAL: 'FINAL(value): release any value as the answer',
  FINAL_VAR: 'FINAL_VAR("name"): release a variable as the answer',
  answer: 'answer["content"] = value; answer["ready"] = True: the same in two steps',
  SHOW_VARS: 'SHOW_VARS(): names, types and sizes of your variables',
})
