import { spareWorker as spareMemory } from '../memory/index.ts'
import { spareThread as sparePolicy } from '../policy/index.ts'
import { optimiseLate, ownProcess as sayOwn } from '../threads/optimise-late.ts'

/** What this process compiles is optimised after so much of it ran. Node would optimise what reads answers of servers in the first: for 40 ms. */
const OPTIMISED_AFTER = 300_000_000

/** Says that this process runs nothing but Writ, so that what it compiles may be checked and optimised late. */
export function ownProcess(): void {
  sayOwn()
  optimiseLate(OPTIMISED_AFTER)
}

/**
 * Starts the threads that a question waits for before anything of it is known, so that they come up beside what is done
 * meanwhile. They hold nothing and keep no process alive. A question starts by itself what is not there: the ledger's comes
 * up while the context is read.
 */
export function warmUp(): void {
  sparePolicy.start() // nothing can begin before it
  setImmediate(() => spareMemory.start()) // earlier it would take the processor from the code that is being loaded
}
