import { join } from 'node:path'

/** Counts up whenever what is found in source changes; what an older Writ found is found anew. */
export const CODE_VERSION = 6

/** Where the structure of the source of a state is kept, beside its index. */
export function codePath(indexes: string, state: string): string {
  return join(indexes, `${state}.code`)
}
