import { WorkerLink } from './worker-link.ts'

let spare: WorkerLink | undefined

/** Starts the worker of the next store, so that it is up once it is needed. One that nobody takes stays idle. */
export function startSpareWorker(start: () => WorkerLink = () => new WorkerLink()): void {
  spare ??= start()
}

/** The worker that was started before, if it still lives, or a new one. */
export function takeWorker(): WorkerLink {
  const taken = spare
  spare = undefined
  return taken?.usable === true ? taken : new WorkerLink()
}

/** Ends the worker that nobody took. */
export async function endSpareWorker(): Promise<void> {
  const left = spare
  spare = undefined
  await left?.terminate()
}
