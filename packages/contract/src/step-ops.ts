/** What the records of steps of external memory, and of values of the host, may name as their `op`. */
export const STEP_OPS: Readonly<Record<'context.search' | 'context.read' | 'local', ReadonlySet<string>>> =
  Object.freeze({
    'context.search': new Set([
      'docs',
      'overview',
      'search',
      'grep',
      'outline',
      'dates',
      'amounts',
      'similar',
      'references',
      'tables',
      'symbols',
      'links',
      'notes',
    ]),
    'context.read': new Set(['read', 'sql']),
    // `schema` is the check of what typed sub-calls answered, `fallback` a step in which no other model had to be asked. Sub-calls and children may be answered from what a stopped
    // cell left. What is refused may be of any name.
    local: new Set([
      'cite',
      'budget',
      'llm_query',
      'rlm_query',
      'schema',
      'fallback',
      'scripts',
      'validate',
      'combinator_open',
      'combinator_stop',
      'combinator_close',
    ]),
  })
