import type { findBubblewrap as find } from './find-bubblewrap.ts'
import { findDeno } from './find-deno.ts'

// Takes the place of `find-bubblewrap.ts` where tests are run once more over Deno. For tests only.

export function findBubblewrap(): ReturnType<typeof find> {
  const deno = findDeno()
  if ('lack' in deno) throw new Error(`These tests are of Deno, and ${deno.lack}: npm i --no-save deno@2.9.5`)
  return { lack: 'these tests are of Deno' }
}
