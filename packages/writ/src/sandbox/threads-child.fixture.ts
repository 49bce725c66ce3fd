import { ConfinedChild } from '../confinement/confined-child.ts'
import { loadEngine } from './child/load-engine.ts'
import { ThreadPool } from './child/thread-pool.ts'
import { VmHost } from './child/vm-host.ts'
import type { FromChild, ToChild } from './messages.ts'
import type { ChildOwner, SandboxChild } from './sandbox-child.ts'
import type { StartedChild } from './start-child.ts'

// Takes the place of `start-child.ts` in the tests of what is above the sandbox: the same VMs in the same threads, but
// in the tests' own process, and the threads stay from one run to the next. For tests only.

let shared: Promise<ThreadPool> | undefined

function threads(): Promise<ThreadPool> {
  shared ??= loadEngine().then(
    (engine) =>
      new ThreadPool(engine, () => {
        throw new Error('a thread cannot be ended')
      }),
  )
  return shared
}

/** VMs in threads of this process, behind the messages of a child. */
class ThreadsChild implements SandboxChild {
  readonly #host = new VmHost(threads(), (message) => this.#tell(message))
  #owner: ChildOwner | undefined
  #gone: string | undefined

  get gone(): string | undefined {
    return this.#gone
  }

  own(owner: ChildOwner): void {
    this.#owner = owner
  }

  unref(): void {
    // The threads hold the process in any case.
  }

  send(message: ToChild): void {
    const line = JSON.stringify(message)
    setImmediate(() => {
      if (this.#gone === undefined) this.#host.hear(JSON.parse(line) as ToChild)
    })
  }

  kill(): void {
    this.#gone ??= 'it was killed'
    this.#owner = undefined
    this.#host.close()
  }

  async close(): Promise<void> {
    this.kill()
  }

  #tell(message: FromChild): void {
    const line = JSON.stringify(message)
    setImmediate(() => this.#owner?.onMessage(JSON.parse(line)))
  }
}

export async function startChild(): Promise<StartedChild> {
  return {
    child: new ThreadsChild(),
    another: () => new ThreadsChild(),
    beside: (program) => new ConfinedChild({ level: 'reduced' }, program),
    level: 'reduced',
    layers: ['quickjs-wasi', 'worker-thread'],
    lack: 'cells run in threads of the tests',
  }
}
