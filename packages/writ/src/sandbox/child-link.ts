import { defined } from '@writ/contract'
import { childMessage } from './child-message.ts'
import type { FromChild, SentSetup, ToChild } from './messages.ts'
import type { SandboxChild } from './sandbox-child.ts'

const PINGS = 5

export interface LinkEvents {
  onMessage(message: Exclude<FromChild, { type: 'pong' | 'stuck' }>): void
  /** The child is gone, unasked; everything it held is lost. `displaced` when one VM was stopped with it, for all others. */
  onGone(reason: string, displaced: boolean): void
}

/** The confined child process of a sandbox: watched, killed when it does not answer, started again when it is needed. */
export class ChildLink {
  readonly #another: () => SandboxChild
  readonly #unresponsiveMs: number
  readonly #events: LinkEvents
  #child: SandboxChild | undefined
  /** How the last VM of this child was set up. */
  #last: SentSetup | undefined
  /** Pings since the child was last heard. Counted, not timed: a busy main process must not blame the child. */
  #unanswered = 0
  #watch: NodeJS.Timeout | undefined
  /** How many children there have been: what lives in one child does not live in the next. */
  generation = 0

  constructor(another: () => SandboxChild, unresponsiveMs: number, events: LinkEvents) {
    this.#another = another
    this.#unresponsiveMs = unresponsiveMs
    this.#events = events
  }

  /** Takes a child when there is none. */
  start(child?: SandboxChild): void {
    if (this.#child !== undefined) return
    const started = child ?? this.#another()
    this.generation += 1
    this.#child = started
    this.#last = undefined
    this.#unanswered = 0
    started.own({
      onMessage: (value) => this.#hear(started, value),
      onGone: (reason) => this.#gone(started, reason),
    })
  }

  send(message: ToChild): void {
    this.#child?.send(message.type === 'open' ? { ...message, setup: this.#sent(message.setup) } : message)
  }

  /** Frames of a run have most in common, and a context may be long: what the child was told with the VM before is left out. */
  #sent(setup: SentSetup): SentSetup {
    const last = this.#last
    this.#last = setup
    if (last === undefined) return setup
    const { functions, provided, contextJson, ...own } = setup
    return {
      ...own,
      ...(functions !== last.functions && defined({ functions })),
      ...(provided !== last.provided && defined({ provided })),
      ...(contextJson !== last.contextJson && defined({ contextJson })),
    }
  }

  /** Watches the child while something is asked of it. */
  watch(busy: boolean): void {
    if (!busy) {
      clearInterval(this.#watch)
      this.#watch = undefined
      return
    }
    if (this.#watch !== undefined) return
    this.#unanswered = 0
    this.#watch = setInterval(() => this.#check(), this.#unresponsiveMs / PINGS)
  }

  /** Kills the child as broken; `onGone` follows at once. */
  kill(reason: string): void {
    if (this.#child !== undefined) this.#gone(this.#child, reason)
  }

  /** Ends the child for good, and waits for its end. */
  async close(): Promise<void> {
    this.watch(false)
    const child = this.#child
    this.#child = undefined
    await child?.close()
  }

  #check(): void {
    this.#unanswered += 1
    if (this.#unanswered > PINGS) this.kill('it does not answer')
    else this.send({ type: 'ping' })
  }

  #hear(child: SandboxChild, value: unknown): void {
    if (child !== this.#child) return
    this.#unanswered = 0
    const message = childMessage(value)
    if (message.type === 'pong') return
    if (message.type === 'bad') this.kill(`it sent a malformed message: ${message.reason}`)
    else if (message.type === 'stuck') this.#gone(child, 'one of its threads cannot be stopped', true)
    else this.#events.onMessage(message)
  }

  #gone(child: SandboxChild, reason: string, displaced = false): void {
    if (child !== this.#child) return
    this.#child = undefined
    child.kill()
    this.#events.onGone(reason, displaced)
  }
}
