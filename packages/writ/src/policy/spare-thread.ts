import type { Worker } from 'node:worker_threads'
import { SpareWorker } from '../threads/spare-worker.ts'
import { startThread } from '../threads/start-thread.ts'

/**
 * JavaScript heap of the thread; it needs a few, and Cedar's own memory is not in it. V8 collects early where it may take
 * little, and with 512 MB it does so before the first answer.
 */
const MAX_HEAP_MB = 1024

const inSource = import.meta.url.endsWith('.ts')

/** Where the engine's thread starts. */
export const CEDAR_THREAD: URL = new URL(
  inSource ? './cedar-thread.ts' : './cedar-thread.cjs',
  import.meta.url,
)

/** The thread of the next engine, which compiles Cedar while its bundle is not known yet. */
export const spareThread: SpareWorker = new SpareWorker(() => start(CEDAR_THREAD))

/** A thread of this entry that waits for its bundle. */
export function takeThread(entry: URL): Worker {
  return entry === CEDAR_THREAD ? spareThread.take() : start(entry)
}

function start(file: URL): Worker {
  return startThread({
    file,
    name: 'writ-policy',
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 6 }, // V8 takes 48, and gives little back
  })
}
