import { spareWorker as spareLedger } from '../ledger/index.ts'
import { spareWorker as spareMemory } from '../memory/index.ts'
import { spareThread as sparePolicy } from '../policy/index.ts'

/**
 * Starts the threads that a question needs before anything of it is known, so that they come up beside what is done
 * meanwhile. They hold nothing and keep no process alive. A question starts by itself what is not there.
 */
export function warmUp(): void {
  sparePolicy.start() // nothing can begin before it
  setImmediate(() => {
    // Earlier they would take the processor from the code that is being loaded.
    spareLedger.start()
    spareMemory.start()
  })
}
