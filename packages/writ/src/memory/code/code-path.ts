import { join } from 'node:path'

/** Where the structure of the source of a state is kept, beside its index. */
export function codePath(indexes: string, state: string): string {
  return join(indexes, `${state}.code`)
}
