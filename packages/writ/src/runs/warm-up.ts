import { startSpareLedger } from '../ledger/index.ts'
import { startSpareWorker } from '../memory/index.ts'
import { startSpareThread } from '../policy/index.ts'

/**
 * Starts the threads that a question needs before anything of it is known, so that they come up beside what is done
 * meanwhile. They hold nothing and keep no process alive. A question starts by itself what is not there.
 */
export function warmUp(): void {
  startSpareThread()
  startSpareLedger()
  startSpareWorker()
}
