import type { CellCode, CellLimits, CellResult, HostCall, HostReply, Vm, WritError } from '@writ/contract'
import { callKey } from './call-key.ts'
import { MOST_ARGUMENT_CHARS } from './cell-size.ts'
import {
  type Answer,
  type CellEnd,
  type CellOrder,
  type FromChild,
  isKept,
  type PastCell,
  type ToChild,
} from './messages.ts'
import { sandboxFailed } from './sandbox-failed.ts'
import type { VmSetup } from './worker/orders.ts'

type Heard = Exclude<FromChild, { type: 'pong' | 'stuck' }>
type ToVm = Exclude<ToChild, { type: 'ping' | 'snapshot' | 'packages' }>

interface Running {
  readonly onCall: (call: HostCall) => void
  /** Calls it may still make, and characters that their arguments may still have. */
  callsLeft: number
  charsLeft: number
  /** Replies the child has been sent for this cell. */
  sent: number
  /** What the calls that were passed on are known by. */
  readonly calls: string[]
  /** Calls it has made in this child: fewer than were passed on while it is run again. */
  made: number
  /** The caller's handler threw. */
  broken: WritError | undefined
}

/** The child ended for the sake of another VM. */
class Displaced extends Error {}

type Ending = Pick<CellEnd, 'result' | 'drafted'>

/** The way to the child that holds the VM. */
export interface VmLink {
  /** How many children there have been: what lives in one child does not live in the next. */
  readonly generation: number
  /** Takes a child when there is none. */
  start(): void
  send(message: ToChild): void
  /** Kills the child as broken. */
  kill(reason: string): void
}

/** Whoever opened the VM. */
export interface VmOwner {
  /** Something is asked of the child for this VM, or no longer. */
  readonly busy: (busy: boolean) => void
  readonly closed: () => void
}

const START_ATTEMPTS = 3
const CANCEL_MS = 2_000
/** A cell that lost its child to others so often has a part in it. */
const MOST_MOVES = 3
/** Room for the line that says how much was omitted. */
const OMISSION_CHARS = 100
const UNDONE = 'your variables are as they were before the cell'

/** A VM as the main process sees it: what the child holds of it, and all that is needed to make it again in another child. */
export class FrameVm implements Vm {
  readonly #id: number
  readonly #name: string
  readonly #setup: VmSetup
  readonly #functions: ReadonlySet<string>
  readonly #link: VmLink
  readonly #owner: VmOwner
  /** Cells that ended by themselves, oldest first. */
  readonly #past: PastCell[] = []
  /** Calls without a reply. */
  readonly #open: Set<number> = new Set()
  /** Replies that no cell of the past has been given, in the order they came. */
  #undelivered: Answer[] = []
  #nextCallId = 0
  #generation = 0
  #draft: string | undefined
  #running: Running | undefined
  #waiting: ((heard: Heard | Error) => void) | undefined
  #busy = false
  #closed = false

  constructor(id: number, name: string, setup: VmSetup, link: VmLink, owner: VmOwner) {
    this.#id = id
    this.#name = name
    this.#setup = setup
    this.#functions = new Set(setup.functions.map((provided) => provided.name))
    this.#link = link
    this.#owner = owner
  }

  /** Opens the VM in the child. One that cannot be opened is closed. */
  async open(): Promise<void> {
    try {
      await this.#exclusive(async () => this.#hosted())
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async run(
    code: CellCode,
    limits: CellLimits,
    onCall: (call: HostCall) => void,
    signal: AbortSignal,
  ): Promise<CellResult> {
    return this.#exclusive(async () => {
      await this.#hosted()
      if (signal.aborted) return cancelled()
      const { result, drafted } = await this.#cell(code, limits, onCall, signal)
      if (!isKept(result) || (await this.#fetchDraft(drafted)) || !signal.aborted) return result
      // Ended just when the child was: a cell whose draft is unknown counts as stopped.
      return cancelled()
    })
  }

  /** Kept here after every cell, so that it outlives the child. */
  async #fetchDraft(drafted: boolean | undefined): Promise<boolean> {
    if (this.#closed) return false
    if (drafted === undefined) return true
    if (!drafted) {
      this.#draft = undefined
      return true
    }
    const heard = await this.#ask({ type: 'draft', vm: this.#id })
    if (heard instanceof Error || heard.type !== 'draft') return false
    this.#draft = heard.json ?? undefined
    return true
  }

  reply(callId: number, reply: HostReply): void {
    if (!this.#open.delete(callId)) return // of a cell that was stopped, or answered before
    const answer = { callId, reply }
    this.#undelivered.push(answer)
    if (this.#running === undefined) return
    this.#running.sent += 1
    this.#send({ type: 'reply', vm: this.#id, answer })
  }

  draft(): string | undefined {
    return this.#draft
  }

  /** The VM will not be made again: its child is about to be lost. */
  abandon(): void {
    this.#closed = true
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#waiting?.(sandboxFailed(`${this.#name} was closed`))
    if (this.#generation === this.#link.generation) this.#send({ type: 'close', vm: this.#id })
    this.#owner.closed()
  }

  /** What the child says of this VM. */
  hear(heard: Heard): void {
    if (heard.type === 'call') this.#called(heard)
    else this.#waiting?.(heard)
  }

  /** The child is lost: what ran in it is over, what it held will be made again when it is needed. */
  childGone(reason: string, displaced = false): void {
    this.#waiting?.(displaced ? new Displaced(reason) : new Error(reason))
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw sandboxFailed(`the VM ${this.#name} is closed`)
    if (this.#busy) throw sandboxFailed(`the VM ${this.#name} does one thing at a time`)
    this.#busy = true
    this.#owner.busy(true)
    try {
      return await work()
    } finally {
      this.#busy = false
      this.#owner.busy(false)
    }
  }

  /** Makes the VM in the child, where it is not there: at first, and when the child was lost. */
  async #hosted(): Promise<void> {
    let reason = ''
    for (let attempt = 0; attempt < START_ATTEMPTS && !this.#closed; attempt += 1) {
      this.#link.start()
      if (this.#generation === this.#link.generation) return
      this.#generation = this.#link.generation
      const heard = await this.#ask({ type: 'open', vm: this.#id, setup: this.#setup, past: this.#past })
      if (!(heard instanceof Error) && heard.type === 'opened') return
      reason = reasonOf(heard)
      if (heard instanceof Error) continue // the child was lost; the next may do better
      this.#abandon()
      break
    }
    throw sandboxFailed(`the VM ${this.#name} could not be started: ${reason}`)
  }

  /** What the child holds of this VM is worth nothing; it is made again when it is needed. */
  #abandon(): void {
    this.#send({ type: 'close', vm: this.#id })
    this.#generation = 0
  }

  async #cell(
    code: CellCode,
    limits: CellLimits,
    onCall: (call: HostCall) => void,
    signal: AbortSignal,
  ): Promise<Ending> {
    const firstCallId = this.#nextCallId
    const running: Running = {
      onCall,
      callsLeft: limits.calls,
      charsLeft: MOST_ARGUMENT_CHARS,
      sent: 0,
      calls: [],
      made: 0,
      broken: undefined,
    }
    this.#running = running
    let late: NodeJS.Timeout | undefined
    const cancel = (): void => {
      this.#send({ type: 'cancel', vm: this.#id })
      late = setTimeout(() => this.#link.kill('it does not stop a cell'), CANCEL_MS)
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      for (let moves = 0; ; moves += 1) {
        const replies = this.#undelivered.slice()
        const order = { ordinal: this.#past.length + 1, cell: code, limits, firstCallId, replies }
        running.sent = replies.length
        running.made = 0
        const heard = await this.#ask({ type: 'run', vm: this.#id, order })
        if (heard instanceof Displaced && moves < MOST_MOVES && !signal.aborted && !this.#closed) {
          await this.#hosted()
          continue
        }
        const ending = this.#ended(order, running, heard, signal)
        if (running.broken !== undefined) throw running.broken
        return ending
      }
    } finally {
      signal.removeEventListener('abort', cancel)
      clearTimeout(late)
      this.#running = undefined
    }
  }

  #ended(
    order: CellOrder,
    { sent, calls, made }: Running,
    heard: Heard | Error,
    signal: AbortSignal,
  ): Ending {
    const ended = !(heard instanceof Error) && heard.type === 'ended' && isPlausible(heard.end, order, sent)
    // One that was run again and made fewer calls is not the cell it was.
    if (ended && (made === calls.length || !isKept(heard.end.result))) {
      if (isKept(heard.end.result)) this.#keep(order, heard.end)
      else this.#undo(order)
      return heard.end
    }
    this.#undo(order)
    if (heard instanceof Error && signal.aborted) return { result: cancelled() }
    const reason = reasonOf(heard)
    if (!(heard instanceof Error)) {
      if (heard.type === 'failed') this.#abandon()
      else this.#link.kill(reason)
    }
    const message = `what the cell ran in was lost (${reason}); ${UNDONE}`
    return { result: { outcome: 'imposed', output: '', error: { name: 'CellStopped', message }, fuel: 0 } }
  }

  /** The cell is part of the VM's past now, with the replies it was given. */
  #keep(order: CellOrder, { result, delivered }: CellEnd): void {
    const replies = this.#undelivered.slice(0, delivered)
    this.#undelivered = this.#undelivered.slice(delivered)
    this.#past.push({ order: { ...order, replies }, fuel: result.fuel })
  }

  /** The cell never was: its calls are forgotten, replies to earlier calls wait for the next cell. */
  #undo({ firstCallId }: CellOrder): void {
    for (const callId of this.#open) if (callId >= firstCallId) this.#open.delete(callId)
    this.#undelivered = this.#undelivered.filter(({ callId }) => callId < firstCallId)
  }

  #called({ id, name, argsJson }: Extract<Heard, { type: 'call' }>): void {
    const running = this.#running
    const again = running === undefined ? 0 : running.calls.length - running.made
    if (running === undefined || id !== this.#nextCallId - again || !this.#functions.has(name)) {
      this.#link.kill(`it made a call out of turn: ${name}`)
      return
    }
    const key = callKey(name, argsJson)
    const passed = running.calls[running.made]
    running.made += 1
    if (passed !== undefined) {
      if (passed !== key) this.#link.kill('a cell came out differently when it was run again')
      return
    }
    running.calls.push(key)
    running.callsLeft -= 1
    running.charsLeft -= argsJson.length
    if (running.callsLeft < 0 || running.charsLeft < 0) {
      this.#link.kill('a cell called more than it may')
      return
    }
    this.#nextCallId += 1
    this.#open.add(id)
    try {
      running.onCall({ id, name, argsJson })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      running.broken ??= sandboxFailed(`the handler of ${name} threw: ${message}`)
      this.#send({ type: 'cancel', vm: this.#id })
    }
  }

  async #ask(message: ToVm): Promise<Heard | Error> {
    return new Promise((resolve) => {
      this.#waiting = (heard) => {
        this.#waiting = undefined
        resolve(heard)
      }
      this.#send(message)
    })
  }

  #send(message: ToVm): void {
    this.#link.send(message)
  }
}

/** A cell cannot have been given more than it was sent, nor say more than it may. */
function isPlausible({ result, delivered }: CellEnd, { limits }: CellOrder, sent: number): boolean {
  const most = limits.outputChars + OMISSION_CHARS
  return delivered <= sent && result.output.length <= most && (result.shown ?? '').length <= most
}

function reasonOf(heard: Heard | Error): string {
  if (heard instanceof Error || heard.type === 'failed') return heard.message
  return `it gave an answer that cannot be: ${heard.type}`
}

function cancelled(): CellResult {
  const error = { name: 'Cancelled', message: `the cell was cancelled; ${UNDONE}` }
  return { outcome: 'cancelled', output: '', error, fuel: 0 }
}
