import { Worker } from 'node:worker_threads'

/** How long a worker waits for its next store. It keeps no process alive. */
const KEPT_MS = 10_000

let spare: Worker | undefined
let ending: NodeJS.Timeout | undefined

/** Starts the worker of the next store, so that it is up once it is needed. */
export function startSpareWorker(): void {
  if (!isUp(spare)) keepWorker(start())
}

/** A worker that is up already, or a new one. */
export function takeWorker(): Worker {
  const taken = spare
  spare = undefined
  clearTimeout(ending)
  return isUp(taken) ? taken : start()
}

/** Keeps a worker that holds nothing for the next store; ends it when another waits already, or nobody comes. */
export function keepWorker(worker: Worker): void {
  if (!isUp(worker)) return
  worker.unref()
  if (isUp(spare)) {
    void worker.terminate()
    return
  }
  clearTimeout(ending) // of one that ended by itself
  spare = worker
  ending = setTimeout(() => {
    spare = undefined
    void worker.terminate()
  }, KEPT_MS).unref()
}

function start(): Worker {
  const source = import.meta.url.endsWith('.ts')
  const worker = new Worker(new URL(source ? './worker.ts' : './worker.js', import.meta.url), {
    env: {},
    execArgv: source ? ['--conditions=@writ/source'] : [],
    name: 'writ-memory',
  })
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; a store hears it itself
  return worker
}

/** Whether a thread has not ended. */
function isUp(worker: Worker | undefined): worker is Worker {
  return worker !== undefined && worker.threadId !== -1
}
