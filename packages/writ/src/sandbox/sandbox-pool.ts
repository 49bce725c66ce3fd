import { existsSync } from 'node:fs'
import type { PythonPackage, ReplLanguage, RunEvent, Sandbox } from '@writ/contract'
import { sandboxOf } from './open-sandbox.ts'
import type { StartedPython } from './python/examine-wheels.ts'
import type { WheelPlaces } from './python/wheels.ts'
import { sandboxFailed } from './sandbox-failed.ts'
import { sayPreparing } from './say-preparing.ts'
import { type StartedChild, startChild } from './start-child.ts'

/** What a sandbox is asked for. */
export interface AskedSandbox {
  /** What its cells are written in; JavaScript by default. */
  readonly language?: ReplLanguage
  /** Packages of Python that a recorded run names; those that the user installed by default. */
  readonly packages?: readonly PythonPackage[]
  /** Told where it takes a while to be prepared. */
  readonly onEvent?: (event: RunEvent) => void
}

/** Gives each run a sandbox of its own, and has the next child up before it is asked for. */
export class SandboxPool {
  /** Undefined within when it could not be started; whoever opens the next sandbox is told why. */
  #spare: Promise<StartedChild | undefined> | undefined
  /** The same of Python. */
  #interpreter: Promise<StartedPython | undefined> | undefined
  readonly #wheels: WheelPlaces
  #opened = 0
  #closed = false

  constructor(wheels: WheelPlaces = {}) {
    this.#wheels = wheels
  }

  /** Starts a spare child when there is none. It serves whoever opens the next sandbox, and lets this process end. */
  warm(language: ReplLanguage = 'javascript'): void {
    if (this.#closed) return
    if (language === 'python') {
      this.#interpreter ??= startInterpreter(this.#wheels).catch(() => undefined)
      return
    }
    this.#spare ??= startChild().then(
      (started) => {
        started.child.unref()
        return started
      },
      () => undefined,
    )
  }

  /**
   * Opens a sandbox over the spare, or over a new child. A child serves one sandbox and ends with it. When it has, from the
   * third on, a spare is started: many a process opens two, for a run and for doing it again, and a run has the cores to itself.
   */
  async open({ language = 'javascript', packages, onEvent }: AskedSandbox = {}): Promise<Sandbox> {
    if (this.#closed) throw sandboxFailed('no more sandboxes are opened')
    if (language === 'python') return await sayPreparing(onEvent, () => this.#openPython(packages))
    const spare = this.#spare
    this.#spare = undefined
    const kept = await spare
    const started = kept === undefined || kept.child.gone !== undefined ? await startChild() : kept
    this.#opened += 1
    return sandboxOf(started, {
      onClosed: () => {
        if (this.#opened > 2) this.warm()
      },
    })
  }

  /** Gives work a sandbox of its own, so that ending the work can end every cell at once. */
  async use<T>(work: (sandbox: Sandbox) => Promise<T>, asked?: AskedSandbox): Promise<T> {
    const sandbox = await this.open(asked)
    try {
      return await work(sandbox)
    } finally {
      await sandbox.close()
    }
  }

  /** Removes wheels that were kept for runs and that none of these digests names. */
  async dropWheels(named: ReadonlySet<string>): Promise<void> {
    const { kept } = this.#wheels
    if (kept === undefined || !existsSync(kept)) return
    const { dropWheels } = await import('./python/drop-wheels.ts')
    dropWheels(kept, named)
  }

  /** Ends the spare. Sandboxes that are open stay. */
  async close(): Promise<void> {
    this.#closed = true
    const spare = await this.#spare
    this.#spare = undefined
    const interpreter = await this.#interpreter
    this.#interpreter = undefined
    await Promise.all([spare?.child.close(), interpreter?.child.close()])
  }

  async #openPython(packages: readonly PythonPackage[] | undefined): Promise<Sandbox> {
    const spare = packages === undefined ? this.#interpreter : undefined
    if (packages === undefined) this.#interpreter = undefined // before anything is awaited, or a second run would find it too
    const { isReady, openPython, withInstalled, withRecorded } = await import('./python/open-python.ts')
    const ready = await spare
    if (ready !== undefined && isReady(ready)) return await openPython(ready, () => this.open())
    ready?.child.kill()
    const started =
      packages === undefined ? await withInstalled(this.#wheels) : await withRecorded(packages, this.#wheels)
    return await openPython(started, () => this.open())
  }
}

/** Loaded when the first frame is to write Python: a run of JavaScript pays nothing for it. */
async function startInterpreter(wheels: WheelPlaces): Promise<StartedPython> {
  const { withInstalled } = await import('./python/open-python.ts')
  const started = await withInstalled(wheels)
  started.child.unref()
  return started
}
