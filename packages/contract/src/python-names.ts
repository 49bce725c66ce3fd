import type { HostName } from './repl-names.ts'

/**
 * How Python says a function of the host: what the model is told of it, its first parameters, and those that come after
 * them by place or by name, which the host is given as one object. Part of the guest ABI, as what it is in JavaScript.
 */
export interface PythonForm {
  readonly usage: string
  readonly args: readonly string[]
  readonly options: readonly string[]
}

const form = (usage: string, args: readonly string[], options: readonly string[] = []): PythonForm =>
  Object.freeze({ usage, args: Object.freeze([...args]), options: Object.freeze([...options]) })

/** Every function of the host as Python says it. Each gives its result at once. */
export const PYTHON_FORMS: Readonly<Record<HostName, PythonForm>> = Object.freeze({
  docs: form(
    'docs(match=None, limit=None) → [{"id", "title", "mediaType", "bytes", "label", "outlineSize"}]',
    [],
    ['match', 'limit'],
  ),
  search: form(
    'search(query, k=None, docs=None) → ranked [{"doc", "title", "start", "end", "sha256", "text", "rank"}]',
    ['query'],
    ['k', 'docs'],
  ),
  grep: form(
    'grep(pattern, docs=None, before=0, after=0, limit=None, ignore_case=False) → {"matches": [{"doc", "line", "start", "end", "sha256", "text", "match"}], "truncated"}',
    ['pattern'],
    ['docs', 'before', 'after', 'limit', 'ignoreCase'],
  ),
  outline: form('outline(doc) → [{"kind", "title", "depth", "start", "end"}]', ['doc']),
  read: form('read(doc, start=None, end=None) or read(span) → text of a byte range', ['doc', 'start', 'end']),
  tables: form(
    'tables(name=None) → [{"name", "doc", "rows", "columns": [{"name", "type"}]}] of the tables in documents, for sql',
    [],
    ['match'],
  ),
  sql: form(
    'sql(query, limit=None) → {"columns", "rows", "truncated", "docs"} of a DuckDB SELECT over the tables; name the column _span to get each row\'s span',
    ['query'],
    ['limit'],
  ),
  llm_query: form(
    'llm_query(prompt, model=None, spans=None, schema=None, fresh=False) → text of one sub-call; with a JSON Schema, a value that fits it. The same prompt gives the same answer again at no cost; fresh=True asks anew',
    ['prompt'],
    ['model', 'spans', 'schema', 'fresh'],
  ),
  llm_query_batched: form(
    'llm_query_batched(prompts, model=None, settle=False, schema=None, fresh=False) → texts or values in order, run in parallel',
    ['prompts'],
    ['model', 'settle', 'schema', 'fresh'],
  ),
  rlm_query: form(
    'rlm_query(prompt, context=None, scope=None, model=None, schema=None) → value a child frame with its own REPL released; {"sealed": id} where it may read what you may not: release it, or give it on as context',
    ['prompt'],
    ['context', 'scope', 'model', 'schema'],
  ),
  rlm_query_batched: form(
    'rlm_query_batched([{"prompt", "context", "scope", "model", "schema"}, …], settle=False, schema=None) → values in order, run in parallel',
    ['prompts'],
    ['settle', 'schema'],
  ),
  scripts: form(
    'scripts() → [{"name", "description", "planHash", "input", "output"}] of the scripts below',
    [],
  ),
  run_script: form(
    'run_script(name, input=None) → value that a script released, which a person wrote: it runs as a child frame over your corpus',
    ['name', 'input'],
  ),
  cite: form('cite(span, quote=None) → citation {"doc", "start", "end", "sha256", "quote"}', [
    'span',
    'quote',
  ]),
  note: form(
    'note(key, value, citations=None): keeps a fact; with citations of cite, for later runs over this corpus too',
    ['key', 'value', 'citations'],
  ),
  notes: form(
    'notes(words=None) → [{"key", "value", "citations", "quoted", "run"}] kept so far; check what an earlier run said',
    ['words'],
  ),
  budget: form('budget() → {"calls", "tokens", "costMicroUsd", "depth", "turns", "steps"} left', []),
})

/** What a model is told of the names that Python provides itself. */
export const PYTHON_GUEST_USAGE: Readonly<Record<string, string>> = Object.freeze({
  context: 'context: the corpus: a str when it is one small text, else a handle with .docs, .length, .type',
  print: 'print(...): only printed output and the value of the last expression are shown to you',
  FINAL: 'FINAL(value): release any value as the answer',
  FINAL_VAR: 'FINAL_VAR("name"): release a variable as the answer',
  answer: 'answer["content"] = value; answer["ready"] = True: the same in two steps',
  SHOW_VARS: 'SHOW_VARS(): names, types and sizes of your variables',
})
