import type { CellResult } from '@writ/contract'
import { callKey } from '../call-key.ts'
import { cutError } from '../cell-size.ts'
import { MemoryImage } from '../memory-image.ts'
import {
  type Answer,
  type CellEnd,
  type CellOrder,
  type FromChild,
  isKept,
  type PastCell,
} from '../messages.ts'
import type { VmSetup, WorkerReport } from '../worker/orders.ts'
import type { ThreadPool } from './thread-pool.ts'
import type { Seat, Tenant } from './vm-thread.ts'

type Report<T extends WorkerReport['type']> = Extract<WorkerReport, { type: T }>
type Call = Report<'call'>

interface Running {
  readonly order: CellOrder
  readonly resolve: (end: CellEnd) => void
  /** Replies it was given since it began, in order. */
  readonly answers: Answer[]
  /** What the calls that were passed on are known by. */
  readonly calls: string[]
  /** Calls it has made in its seat: fewer than were passed on while it is run again. */
  made: number
  /** Its number among the VM's turns; 0 before it has been ordered in its seat. */
  turn: number
  /** What is said of the cell when it ends: it is being stopped from outside. */
  stopping: CellResult | undefined
  /** Times it lost its thread to another VM. */
  moves: number
}

/** How long a cell that computes has to meet the engine's next poll when it is stopped. */
const GRACE_MS = 250
/** A VM that loses its thread to others so often has a part in it. */
const MOST_MOVES = 3
const UNDONE = 'your variables are as they were before the cell'

/** The VM's thread was ended for another VM. */
class Displaced extends Error {}

/**
 * One VM in the child: its image, the cells that ended by themselves since, and its seat in a thread.
 * INVARIANT: what is in the seat between two cells is what the image and those cells make.
 */
export class HostedVm implements Tenant {
  readonly #id: number
  readonly #setup: VmSetup
  readonly #pool: Pick<ThreadPool, 'seat'>
  readonly #tell: (message: FromChild) => void
  readonly #stop = new SharedArrayBuffer(4)
  #seat: Seat | undefined
  #ready: Promise<void> | undefined
  #image: MemoryImage | undefined
  #past: PastCell[] = []
  #turns = 0
  #running: Running | undefined
  /** Takes the next answer to `boot` or `draft`; an Error when there will be none. */
  #awaited: ((report: WorkerReport | Error) => void) | undefined
  #closed = false

  constructor(
    id: number,
    setup: VmSetup,
    pool: Pick<ThreadPool, 'seat'>,
    tell: (message: FromChild) => void,
  ) {
    this.#id = id
    this.#setup = setup
    this.#pool = pool
    this.#tell = tell
  }

  /** Boots the VM and runs its past again; throws when it does not come out as it did. */
  async open(past: readonly PastCell[]): Promise<void> {
    this.#past = [...past]
    await this.#hosted()
  }

  async run(order: CellOrder): Promise<void> {
    const end = await new Promise<CellEnd>((resolve) => {
      this.#running = {
        order,
        resolve,
        answers: [],
        calls: [],
        made: 0,
        turn: 0,
        stopping: undefined,
        moves: 0,
      }
      void this.#begin(this.#running)
    })
    this.#tell({ type: 'ended', vm: this.#id, end: { ...end, result: told(end.result) } })
  }

  reply(answer: Answer): void {
    const running = this.#running
    if (running === undefined) return // the cell has ended: its successor is given the reply at its start
    running.answers.push(answer)
    if (running.turn > 0) this.#seat?.post({ type: 'reply', answer })
  }

  cancel(): void {
    this.#stopCell('cancelled', 'Cancelled', 'the cell was cancelled')
  }

  async draft(): Promise<void> {
    let json: string | null = null
    for (let asked = 0; asked < MOST_MOVES; asked += 1) {
      await this.#hosted()
      const answer = this.#next()
      this.#seat?.post({ type: 'draft' })
      const report = await answer
      if (report instanceof Displaced) continue
      if (!(report instanceof Error) && report.type === 'draft') {
        json = report.json
        if (report.spent) this.#unseat()
      }
      break
    }
    this.#tell({ type: 'draft', vm: this.#id, json })
  }

  close(): void {
    this.#closed = true
    const running = this.#running
    this.#running = undefined
    if (running !== undefined) this.#flag(running)
    this.#unseat(GRACE_MS)
  }

  onReport(report: WorkerReport): void {
    switch (report.type) {
      case 'call':
        this.#called(report)
        return
      case 'ended':
        this.#ended(report)
        return
      case 'image':
        this.#image ??= new MemoryImage()
        this.#image.apply(report.change)
        this.#past = []
        return
      case 'failed':
        this.#unseat()
        this.onGone(report.message, true)
        return
      default:
        this.#awaited?.(report)
    }
  }

  onOverdue(): void {
    const running = this.#running
    if (this.#awaited === undefined && running !== undefined) {
      const { backstopMs } = running.order.limits
      this.#stopCell('imposed', 'CellStopped', `the cell was stopped after ${backstopMs} ms of computing`)
      return
    }
    this.#unseat()
    this.onGone('it computes for too long', true)
  }

  onGone(reason: string, blamed: boolean): void {
    this.#seat = undefined
    this.#ready = undefined
    const running = this.#running
    if (this.#awaited !== undefined) this.#awaited(blamed ? new Error(reason) : new Displaced(reason))
    else if (running !== undefined) this.#displaced(running, reason, blamed)
  }

  #displaced(running: Running, reason: string, blamed: boolean): void {
    running.moves += 1
    if (running.stopping !== undefined) this.#end(running, { result: running.stopping, delivered: 0 })
    else if (blamed || running.moves > MOST_MOVES)
      this.#end(running, stopped('imposed', 'CellStopped', `the cell broke its thread (${reason})`))
    else void this.#begin(running)
  }

  /** Orders the cell when the VM is there. One that has begun elsewhere begins anew, with the replies it was given. */
  async #begin(running: Running): Promise<void> {
    running.turn = 0
    running.made = 0
    try {
      await this.#hosted()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#end(running, stopped('imposed', 'CellStopped', `the VM could not be put back (${reason})`))
      return
    }
    if (this.#running !== running) return
    this.#turns += 1
    running.turn = this.#turns
    const replies = [...running.order.replies, ...running.answers]
    this.#seat?.post({ type: 'run', turn: running.turn, order: { ...running.order, replies } })
  }

  #called(call: Call): void {
    const running = this.#running
    if (running === undefined) return
    const key = callKey(call.name, call.argsJson)
    const passed = running.calls[running.made]
    running.made += 1
    if (passed === undefined) {
      running.calls.push(key)
      const { id, name, argsJson } = call
      this.#tell({ type: 'call', vm: this.#id, id, name, argsJson })
    } else if (passed !== key) this.#differs(running)
  }

  #ended({ end }: Report<'ended'>): void {
    const running = this.#running
    if (running === undefined) return
    if (!isKept(end.result)) {
      this.#undo(running, end)
      return
    }
    const { order, answers, calls, made } = running
    if (made < calls.length) {
      this.#differs(running)
      return
    }
    const replies = [...order.replies, ...answers].slice(0, end.delivered)
    this.#past.push({ order: { ...order, replies }, fuel: end.result.fuel })
    this.#end(running, end)
  }

  /** Ends a cell whose calls are not those that were passed on: nothing it does is believed from here on. */
  #differs(running: Running): void {
    this.#flag(running)
    const end = stopped('imposed', 'CellStopped', 'the cell came out differently when it was run again')
    this.#undo(running, end, GRACE_MS)
  }

  /** Ends a cell that is not kept, and puts the VM into another seat as it was before. */
  #undo(running: Running, end: CellEnd, graceMs = 0): void {
    const { stopping } = running
    this.#end(running, stopping === undefined ? end : { result: stopping, delivered: 0 })
    this.#unseat(graceMs)
    this.#hosted().catch(() => undefined) // whoever needs the VM next is told
  }

  /** Stops the running cell from outside. One that does not stop in time loses its seat, and its thread when it keeps it. */
  #stopCell(outcome: CellResult['outcome'], name: string, reason: string): void {
    const running = this.#running
    if (running === undefined || running.stopping !== undefined) return
    const end = stopped(outcome, name, reason)
    if (running.turn === 0) {
      this.#end(running, end)
      return
    }
    running.stopping = end.result
    this.#flag(running)
    this.#seat?.post({ type: 'cancel' })
    setTimeout(() => {
      if (this.#running === running) this.#undo(running, end)
    }, GRACE_MS)
  }

  #flag(running: Running): void {
    Atomics.store(new Int32Array(this.#stop), 0, running.turn)
  }

  #end(running: Running, end: CellEnd): void {
    if (this.#running !== running) return
    this.#running = undefined
    running.resolve(end)
  }

  /** Waits until the VM is there. Whoever waits shares one boot, and one that lost its thread is made anew for all. */
  async #hosted(): Promise<void> {
    for (let moves = 0; ; moves += 1) {
      this.#ready ??= this.#boot()
      try {
        return await this.#ready
      } catch (error) {
        if (!(error instanceof Displaced) || moves >= MOST_MOVES) throw error
      }
    }
  }

  /** Puts the VM into a thread as its image says, or fresh when it has none yet, and runs the cells since again. */
  async #boot(): Promise<void> {
    if (this.#closed) throw new Error('the VM is closed')
    const answer = this.#next()
    this.#seat = this.#pool.seat(this)
    this.#seat.post({
      type: 'boot',
      setup: this.#setup,
      stop: this.#stop,
      image: this.#image?.whole() ?? null,
      past: this.#past,
    })
    const report = await answer
    if (report instanceof Error) throw report
  }

  #unseat(graceMs = 0): void {
    const seat = this.#seat
    this.#seat = undefined
    this.#ready = undefined
    seat?.leave(graceMs)
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

function told(result: CellResult): CellResult {
  return result.error === undefined ? result : { ...result, error: cutError(result.error) }
}

function stopped(outcome: CellResult['outcome'], name: string, reason: string): CellEnd {
  const error = { name, message: `${reason}; ${UNDONE}` }
  return { result: { outcome, output: '', fuel: 0, error }, delivered: 0 }
}
