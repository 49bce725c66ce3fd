/**
 * Every name guest code may say, its aliases, and what it is. One table drives the sandbox's globals, the reasoning
 * room's handlers and the prompts. `step` names the record kind a call makes; `local` needs no decision.
 */
export interface ReplName {
  readonly name: string
  readonly aliases: readonly string[]
  readonly step: 'context.search' | 'context.read' | 'model.call' | 'frame.spawn' | 'local' | 'release'
  /** For prompts: the call form and what it gives back. */
  readonly usage: string
}

const entry = (name: string, aliases: readonly string[], step: ReplName['step'], usage: string): ReplName =>
  Object.freeze({ name, aliases: Object.freeze([...aliases]), step, usage })

/** Names answered by the host. All return promises. */
export const HOST_NAMES: readonly ReplName[] = Object.freeze([
  entry(
    'docs',
    [],
    'context.search',
    'await docs({match?, limit?}) → [{id, title, mediaType, bytes, label, outlineSize}]',
  ),
  entry(
    'search',
    [],
    'context.search',
    'await search(query, {k?, docs?}) → ranked [{doc, title, start, end, sha256, text, rank}]',
  ),
  entry(
    'grep',
    [],
    'context.search',
    'await grep(pattern, {docs?, before?, after?, limit?, ignoreCase?}) → {matches: [{doc, line, start, end, sha256, text, match}], truncated}',
  ),
  entry('outline', [], 'context.search', 'await outline(doc) → [{kind, title, depth, start, end}]'),
  entry('read', [], 'context.read', 'await read(doc, start?, end?) or read(span) → text of a byte range'),
  entry(
    'llm_query',
    ['llmQuery'],
    'model.call',
    'await llm_query(prompt, {model?, spans?}) → text of one sub-call',
  ),
  entry(
    'llm_query_batched',
    ['llmQueryBatched'],
    'model.call',
    'await llm_query_batched(prompts, {model?, settle?}) → texts in order, run in parallel',
  ),
  entry(
    'rlm_query',
    ['rlmQuery'],
    'frame.spawn',
    'await rlm_query(prompt, {context?, scope?, model?}) → value a child frame with its own REPL released; {sealed: id} where it may read what you may not: release it, or give it on as context',
  ),
  entry(
    'rlm_query_batched',
    ['rlmQueryBatched'],
    'frame.spawn',
    'await rlm_query_batched([{prompt, context?, scope?, model?}], {settle?}) → values in order',
  ),
  entry('cite', [], 'local', 'await cite(span, quote?) → citation {doc, start, end, sha256, quote}'),
  entry('budget', [], 'local', 'await budget() → {calls, tokens, costMicroUsd, depth, turns, steps} left'),
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
])
