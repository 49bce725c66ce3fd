import { Worker } from 'node:worker_threads'
import { SpareWorker } from '../threads/spare-worker.ts'

/** The worker of the next store: one that a closed store let go, or one that was started before. */
export const spareWorker: SpareWorker = new SpareWorker(() => {
  const source = import.meta.url.endsWith('.ts')
  const worker = new Worker(new URL(source ? './worker.ts' : './worker.js', import.meta.url), {
    env: {},
    execArgv: source ? ['--conditions=@writ/source'] : [],
    name: 'writ-memory',
    resourceLimits: { maxYoungGenerationSizeMb: 6 }, // V8 takes 48, and gives little back
  })
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; a store hears it itself
  worker.unref()
  return worker
})
