import { HOST_NAMES } from './repl-names.ts'

/** What the records of steps of external memory, and of values of the host, may name as their `op`. */
export const STEP_OPS: Readonly<Record<'context.search' | 'context.read' | 'local', ReadonlySet<string>>> =
  Object.freeze({
    'context.search': new Set(['docs', 'overview', 'search', 'grep', 'outline']),
    'context.read': new Set(['read']),
    // A call of any name may be answered from what a stopped cell left, or not come to a step of its own.
    local: new Set(HOST_NAMES.map(({ name }) => name)),
  })
