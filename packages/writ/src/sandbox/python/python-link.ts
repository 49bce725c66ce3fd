import { childMessage } from '../child-message.ts'
import type { VmLink } from '../frame-vm.ts'
import { type FromChild, isKept, type ToChild } from '../messages.ts'
import type { SandboxChild } from '../sandbox-child.ts'

/** How long an interpreter may take to come up, beside the cells that are run again in it. */
const BOOT_MS = 60_000
/** Parts of a time that are counted, not measured: a busy main process must not blame the interpreter. */
const PARTS = 10

type Told = Exclude<FromChild, { type: 'pong' | 'stuck' }>

export interface PythonLinkEvents {
  onMessage(message: Told): void
  /** The interpreter is gone with all it held. */
  onGone(reason: string): void
}

/**
 * The way to the one interpreter of a VM. It answers nothing while it computes, so the time it takes is counted here, and one
 * that takes too long, or is told to stop, is killed. What it held is made again in another.
 */
export class PythonLink implements VmLink {
  readonly #another: () => SandboxChild
  readonly #events: PythonLinkEvents
  #child: SandboxChild | undefined
  /** Runs while something is asked of the interpreter that it has not answered. */
  #clock: NodeJS.Timeout | undefined
  #backstopMs = BOOT_MS
  /** Whether what was asked of it last is a cell. */
  #runs = false
  #ended: Promise<void> | undefined
  generation = 0

  constructor(another: () => SandboxChild, events: PythonLinkEvents) {
    this.#another = another
    this.#events = events
  }

  start(): void {
    if (this.#child !== undefined) return
    const child = this.#another()
    this.generation += 1
    this.#child = child
    child.own({
      onMessage: (value) => this.#hear(child, value),
      onGone: (reason) => this.#gone(child, reason),
    })
  }

  send(message: ToChild): void {
    if (message.type === 'cancel') {
      this.kill('it was cancelled')
      return
    }
    this.#runs = message.type === 'run' || message.type === 'reply'
    if (message.type === 'run') this.#backstopMs = message.order.limits.backstopMs
    if (message.type === 'open')
      this.#computes(BOOT_MS + sumOf(message.past.map(({ order }) => order.limits.backstopMs)))
    else if (message.type !== 'close') this.#computes(this.#backstopMs)
    this.#child?.send(message)
  }

  kill(reason: string): void {
    if (this.#child !== undefined) this.#gone(this.#child, reason)
  }

  /** Ends the interpreter for good, and waits for its end. */
  async close(): Promise<void> {
    this.#rest()
    this.#ended ??= this.#child?.close()
    this.#child = undefined
    await this.#ended
  }

  #rest(): void {
    clearInterval(this.#clock)
    this.#clock = undefined
  }

  /** From now on until it says something, the interpreter computes. */
  #computes(mostMs: number): void {
    this.#rest()
    let parts = 0
    this.#clock = setInterval(() => {
      parts += 1
      if (parts >= PARTS) this.#overdue(mostMs)
    }, mostMs / PARTS)
  }

  /** A cell that takes too long ends here, as if its interpreter had said so; one that does not come up is lost. */
  #overdue(mostMs: number): void {
    const child = this.#child
    if (child === undefined) return
    if (!this.#runs) {
      this.kill(`it did not come up in ${mostMs} ms`)
      return
    }
    this.#drop(child)
    const message = `the cell was stopped after ${mostMs} ms of computing; your variables are as they were before the cell`
    const error = { name: 'CellStopped', message }
    const result = { outcome: 'imposed', output: '', error, fuel: 0 } as const
    this.#events.onMessage({ type: 'ended', vm: 0, end: { result, delivered: 0 } })
  }

  #hear(child: SandboxChild, value: unknown): void {
    if (child !== this.#child) return
    // It says one thing for each that is asked of it. Whatever else came would be read for as long as it likes.
    if (this.#clock === undefined) {
      this.kill('it spoke before it was asked')
      return
    }
    this.#rest()
    const message = childMessage(value)
    // A cell that did not end by itself ends its process, as does a VM that cannot be made.
    if (message.type === 'failed' || (message.type === 'ended' && !isKept(message.end.result)))
      this.#drop(child)
    if (message.type === 'bad') this.kill(`it sent a malformed message: ${message.reason}`)
    else if (message.type === 'pong' || message.type === 'stuck') this.kill('it said what it was not asked')
    else this.#events.onMessage(message)
  }

  #gone(child: SandboxChild, reason: string): void {
    if (child !== this.#child) return
    this.#drop(child)
    this.#events.onGone(reason)
  }

  #drop(child: SandboxChild): void {
    this.#rest()
    this.#child = undefined
    child.kill()
  }
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)
