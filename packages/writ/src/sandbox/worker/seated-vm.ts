import { isWithin } from '../../confinement/json-size.ts'
import { MOST_JSON } from '../cell-size.ts'
import { type CellEnd, isKept, type PastCell } from '../messages.ts'
import { runCell } from './cell-run.ts'
import { GuestVm } from './guest-vm.ts'
import { Inbox } from './inbox.ts'
import type { BootOrder, Engine, RunOrder, VmSetup, WorkerOrder, WorkerReport } from './orders.ts'
import type { ThreadClock } from './thread-clock.ts'
import { Turn } from './turn.ts'

/** How long the cells since the image may have computed: putting the VM back takes about as long again. */
const MOST_UNKEPT_MS = 100
/** What turning a draft into JSON may cost. */
const DRAFT_POLLS = 20_000
const DRAFT_MS = 2_000

/** What a seat needs of its thread. */
export interface SeatThread {
  readonly engine: Engine
  readonly clock: ThreadClock
  report(report: WorkerReport): void
}

/**
 * One VM of a thread. It does one thing at a time, as its owner orders; while a cell waits for an answer, the thread is
 * free for other VMs.
 */
export class SeatedVm {
  readonly #seat: number
  readonly #thread: SeatThread
  #vm: GuestVm | undefined
  #reserved: ReadonlySet<string> = new Set()
  /** How long the cells since the image computed; undefined when there were none. */
  #unkeptMs: number | undefined
  #inbox: Inbox | undefined

  constructor(seat: number, thread: SeatThread) {
    this.#seat = seat
    this.#thread = thread
  }

  async obey(order: Exclude<WorkerOrder, { type: 'forget' }>): Promise<void> {
    switch (order.type) {
      case 'boot':
        return this.#boot(order)
      case 'run':
        return this.#runReported(order)
      case 'reply':
        return this.#inbox?.put(order.answer)
      case 'cancel':
        return this.#inbox?.cancel()
      case 'draft':
        return this.#draft()
    }
  }

  async #boot(order: BootOrder): Promise<void> {
    this.#vm = await GuestVm.create(this.#thread.engine, order)
    this.#reserved = reservedNames(order.setup)
    for (const past of order.past) await this.#runAgain(past)
    this.#thread.report({ type: 'booted' })
  }

  /** A cell of the past is given what it was given then; one that wants more is not the cell it was. */
  async #runAgain({ order, fuel }: PastCell): Promise<void> {
    const turn = this.#turn(order.limits.backstopMs)
    const inbox = new Inbox(order.replies, turn)
    inbox.cancel()
    const { result, delivered } = await this.#run({ order, turn: 0 }, inbox, turn, () => undefined)
    if (!isKept(result) || result.fuel !== fuel || delivered !== order.replies.length)
      throw new Error(`cell ${order.ordinal} came out differently when it was run again: ${result.outcome}`)
  }

  /** Runs a cell for the owner; the image, which is due only now and then, is taken when the owner has the cell's end. */
  async #runReported(order: RunOrder): Promise<void> {
    const turn = this.#turn(order.order.limits.backstopMs)
    this.#inbox = new Inbox(order.order.replies, turn)
    let id = order.order.firstCallId
    const end = await this.#run(order, this.#inbox, turn, (name, argsJson) => {
      this.#thread.report({ type: 'call', id, name, argsJson })
      id += 1
    })
    this.#inbox = undefined
    const kept = isKept(end.result)
    if (!kept) this.#vm = undefined
    this.#thread.report({ type: 'ended', end })
    if (kept && (this.#unkeptMs ?? 0) > MOST_UNKEPT_MS) this.#keep(this.#held())
  }

  async #run(
    order: Pick<RunOrder, 'order' | 'turn'>,
    inbox: Inbox,
    turn: Turn,
    onCall: (name: string, argsJson: string) => void,
  ): Promise<CellEnd> {
    const vm = this.#held()
    turn.begin()
    try {
      return await runCell(vm, order, this.#reserved, inbox, onCall)
    } finally {
      turn.pause()
      this.#unkeptMs = (this.#unkeptMs ?? 0) + turn.ms
    }
  }

  #keep(vm: GuestVm): void {
    this.#unkeptMs = undefined
    this.#thread.report({ type: 'image', change: vm.keep() })
  }

  /** Serialising a draft may run guest code, so the VM is put back as it was. */
  #draft(): void {
    const vm = this.#held()
    if (this.#unkeptMs !== undefined) this.#keep(vm)
    const turn = this.#turn(DRAFT_MS)
    turn.begin()
    let json: string | null = null
    try {
      vm.state.allow(DRAFT_POLLS, 0)
      const draft = vm.text('draft')
      json = draft !== undefined && isWithin(draft, MOST_JSON) ? draft : null
    } catch {
      // The guest left a value that has no JSON.
    } finally {
      turn.pause()
    }
    const spent = !vm.undo()
    if (spent) this.#vm = undefined
    this.#thread.report({ type: 'draft', json, spent })
  }

  #held(): GuestVm {
    if (this.#vm === undefined) throw new Error('there is no VM in this seat')
    return this.#vm
  }

  #turn(mostMs: number): Turn {
    return new Turn(this.#thread.clock, this.#seat, mostMs)
  }
}

const reservedNames = ({ functions, provided }: VmSetup): ReadonlySet<string> =>
  new Set([
    ...[...functions, ...provided].flatMap(({ name, aliases }) => [name, ...aliases]),
    'console',
    'setTimeout',
    'clearTimeout',
  ])
