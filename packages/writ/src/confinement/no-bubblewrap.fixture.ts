import type { findBubblewrap as find } from './find-bubblewrap.ts'

// Takes the place of `find-bubblewrap.ts` where tests are run once more over Deno. For tests only.

export function findBubblewrap(): ReturnType<typeof find> {
  return { lack: 'these tests are of Deno' }
}
