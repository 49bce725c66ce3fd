import { Worker } from 'node:worker_threads'

let spare: Worker | undefined

/** Starts the worker of the next ledger, before its home is known. */
export function startSpareLedger(): void {
  spare ??= start()
}

/** A worker that waits for its home: the one that was started before, or a new one. */
export function takeWorker(): Worker {
  const taken = spare
  spare = undefined
  return taken === undefined || taken.threadId === -1 ? start() : taken
}

function start(): Worker {
  const source = import.meta.url.endsWith('.ts')
  const worker = new Worker(new URL(source ? './worker.ts' : './worker.js', import.meta.url), {
    env: {},
    execArgv: source ? ['--conditions=@writ/source'] : [],
    name: 'writ-ledger',
  })
  worker.on('error', () => undefined) // one that breaks while it waits harms nobody; its ledger hears it itself
  worker.unref()
  return worker
}
