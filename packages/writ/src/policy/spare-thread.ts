import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { SpareWorker } from '../threads/spare-worker.ts'
import type { FromThread } from './thread-messages.ts'

/** JavaScript heap of the thread; it needs a few, and Cedar's own memory is not in it. */
const MAX_HEAP_MB = 128

// Optimising Cedar's 4 MB takes longer than everything a run asks it. V8 reads the budget when the code is made; once
// the thread is up it is Node's default again, for whatever else the process compiles.
const NO_OPTIMISING = '--wasm-tiering-budget=1000000000'
export const V8_DEFAULT = '--wasm-tiering-budget=13000000'

const inSource = import.meta.url.endsWith('.ts')

/** Where the engine's thread starts. */
export const CEDAR_THREAD: URL = new URL(
  inSource ? './cedar-thread.ts' : './cedar-thread.js',
  import.meta.url,
)

/** The thread of the next engine, which compiles Cedar while its bundle is not known yet. */
export const spareThread: SpareWorker = new SpareWorker(() => start(CEDAR_THREAD))

/** A thread of this entry that waits for its bundle. */
export function takeThread(entry: URL): Worker {
  return entry === CEDAR_THREAD ? spareThread.take() : start(entry)
}

function start(entry: URL): Worker {
  setFlagsFromString(NO_OPTIMISING)
  const optimise = (): void => setFlagsFromString(V8_DEFAULT)
  const worker = new Worker(entry, {
    env: {},
    execArgv: inSource ? ['--conditions=@writ/source'] : [],
    name: 'writ-policy',
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 6 }, // V8 takes 48, and gives little back
  })
  worker.once('message', (_up: FromThread) => optimise())
  worker.once('exit', optimise)
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; its engine hears it itself
  worker.unref()
  return worker
}
