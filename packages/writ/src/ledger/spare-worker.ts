import { SpareWorker } from '../threads/spare-worker.ts'
import { startThread } from '../threads/start-thread.ts'

const inSource = import.meta.url.endsWith('.ts')

/** The worker of the next ledger: one that a closed ledger let go, or one that was started before. */
export const spareWorker: SpareWorker = new SpareWorker(() =>
  startThread({
    file: new URL(inSource ? './worker.ts' : './worker.cjs', import.meta.url),
    name: 'writ-ledger',
    resourceLimits: { maxYoungGenerationSizeMb: 6 }, // V8 takes 48, and gives little back
  }),
)
