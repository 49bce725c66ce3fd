import type { CellResult } from '@writ/contract'
import type { Answer, CellEnd, CellOrder, FromChild, PastCell } from '../messages.ts'
import type { VmImage, VmSetup, WorkerReport } from '../worker/orders.ts'
import { Backstop } from './backstop.ts'
import type { VmThread, WorkerPool } from './worker-pool.ts'

type Report<T extends WorkerReport['type']> = Extract<WorkerReport, { type: T }>

interface Running {
  readonly order: CellOrder
  readonly backstop: Backstop
  readonly onCall: (call: Report<'call'>) => void
  readonly resolve: (end: CellEnd) => void
  sent: number
}

/** How long turning a draft into JSON may take. */
const DRAFT_MS = 2_000
const UNDONE = 'your variables are as they were before the cell'

/**
 * One VM in the child: the thread that holds it, and its image after the last cell that ended by itself.
 * INVARIANT: once `#ready` has settled and while no cell runs, the thread's VM equals the image.
 */
export class HostedVm {
  readonly #id: number
  readonly #setup: VmSetup
  readonly #pool: WorkerPool
  readonly #tell: (message: FromChild) => void
  #thread: VmThread | undefined
  #image: VmImage | null = null
  #running: Running | undefined
  /** Replies to a cell that has been ordered and waits for its VM; undefined while none does. */
  #early: Answer[] | undefined
  #ready: Promise<void> = Promise.resolve()
  /** Takes the thread's next answer to `boot` or `draft`; an Error when the thread cannot give one. */
  #awaited: ((report: WorkerReport | Error) => void) | undefined

  constructor(id: number, setup: VmSetup, pool: WorkerPool, tell: (message: FromChild) => void) {
    this.#id = id
    this.#setup = setup
    this.#pool = pool
    this.#tell = tell
  }

  /** Boots the VM and runs its past again; throws when it does not come out as it did. */
  async open(past: readonly PastCell[]): Promise<void> {
    this.#hold(this.#pool.take())
    await this.#ready
    for (const { order, fuel } of past) {
      const { result, delivered } = await this.#cell(order, () => undefined)
      const ended = result.outcome === 'ok' || result.outcome === 'error'
      if (!ended || result.fuel !== fuel || delivered !== order.replies.length)
        throw new Error(`cell ${order.ordinal} came out differently when it was run again: ${result.outcome}`)
    }
  }

  async run(order: CellOrder): Promise<void> {
    const end = await this.#cell(order, ({ id, name, argsJson }) =>
      this.#tell({ type: 'call', vm: this.#id, id, name, argsJson }),
    )
    this.#tell({ type: 'ended', vm: this.#id, end })
  }

  reply(answer: Answer): void {
    const running = this.#running
    if (running === undefined) {
      // Without a cell that waits to begin, one has ended: its successor is given the reply at its start.
      this.#early?.push(answer)
      return
    }
    running.sent += 1
    running.backstop.start()
    this.#thread?.post({ type: 'reply', ordinal: running.order.ordinal, answer })
  }

  cancel(): void {
    this.#stop('cancelled', 'Cancelled', 'the cell was cancelled')
  }

  /** Serialising a draft may run guest code, so the VM is put back as it was. */
  async draft(): Promise<void> {
    await this.#ready
    const thread = this.#thread
    const given = this.#next()
    const backstop = new Backstop(DRAFT_MS, () => this.#awaited?.(new Error('the draft takes too long')))
    backstop.start()
    thread?.post({ type: 'draft' })
    const report = await given
    backstop.stop()
    const inTime = !(report instanceof Error)
    if (inTime && thread !== undefined) this.#hold(thread)
    else this.#replaceThread()
    this.#tell({ type: 'draft', vm: this.#id, json: inTime && report.type === 'draft' ? report.json : null })
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    if (thread === undefined) return
    if (this.#running === undefined) return this.#pool.give(thread)
    this.#running.backstop.stop()
    this.#running = undefined
    await this.#end(thread)
  }

  async #cell(order: CellOrder, onCall: Running['onCall']): Promise<CellEnd> {
    const early: Answer[] = []
    this.#early = early
    try {
      await this.#ready
    } finally {
      this.#early = undefined
    }
    return new Promise((resolve) => {
      const backstop = new Backstop(order.limits.backstopMs, () =>
        this.#stop(
          'imposed',
          'CellStopped',
          `the cell was stopped after ${order.limits.backstopMs} ms of computing`,
        ),
      )
      this.#running = { order, backstop, onCall, resolve, sent: 0 }
      backstop.start()
      this.#thread?.post({ type: 'run', order })
      for (const answer of early) this.reply(answer)
    })
  }

  #hear(report: WorkerReport): void {
    switch (report.type) {
      case 'call':
        this.#running?.onCall(report)
        return
      case 'awaiting':
        if (report.received === this.#running?.sent) this.#running.backstop.stop()
        return
      case 'ended':
        this.#ended(report)
        return
      case 'failed':
        this.#lost(report.message)
        return
      default:
        this.#awaited?.(report)
    }
  }

  #ended({ end, image }: Report<'ended'>): void {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.backstop.stop()
    if (image !== null) this.#image = image
    else if (this.#thread !== undefined) this.#hold(this.#thread)
    running.resolve(end)
  }

  /** Ends the running cell from outside: its thread goes, the VM comes back from its image in another. */
  #stop(outcome: CellResult['outcome'], name: string, reason: string): void {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.backstop.stop()
    this.#replaceThread()
    const error = { name, message: `${reason}; ${UNDONE}` }
    running.resolve({ result: { outcome, output: '', fuel: 0, error }, delivered: 0 })
  }

  /** The thread broke, for instance because the process's memory for it was spent. */
  #lost(reason: string): void {
    if (this.#running !== undefined)
      this.#stop('imposed', 'CellStopped', `the cell broke its thread (${reason})`)
    else if (this.#awaited !== undefined) this.#awaited(new Error(reason))
    else this.#replaceThread()
  }

  #replaceThread(): void {
    const old = this.#thread
    this.#hold(this.#pool.take())
    if (old !== undefined) void this.#end(old)
  }

  async #end(thread: VmThread): Promise<void> {
    if (!(await thread.terminate())) this.#tell({ type: 'stuck', vm: this.#id })
  }

  #hold(thread: VmThread): void {
    this.#ready = this.#boot(thread)
    this.#ready.catch(() => undefined) // whoever needs the VM next is told
  }

  /** Puts the VM into a thread: from its image, or fresh when it has none yet. */
  async #boot(thread: VmThread): Promise<void> {
    this.#thread = thread
    thread.onReport = (report) => this.#hear(report)
    thread.onDeath = (reason) => this.#lost(reason)
    const answer = this.#next()
    thread.post({ type: 'boot', setup: this.#setup, image: this.#image })
    const report = await answer
    if (report instanceof Error) throw report
    if (report.type === 'booted' && report.image !== null) this.#image = report.image
  }

  async #next(): Promise<WorkerReport | Error> {
    return new Promise((resolve) => {
      this.#awaited = (report) => {
        this.#awaited = undefined
        resolve(report)
      }
    })
  }
}
