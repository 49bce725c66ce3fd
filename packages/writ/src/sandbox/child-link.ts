import { type ChildProcess, spawn } from 'node:child_process'
import { WritError } from '@writ/contract'
import { childMessage } from './child-message.ts'
import { childEntry, childFlags } from './confinement.ts'
import type { FromChild, ToChild } from './messages.ts'

const PINGS = 5
const STDERR_KEPT = 4_000

export interface LinkEvents {
  onMessage(message: Exclude<FromChild, { type: 'pong' | 'stuck' }>): void
  /** The child is gone, unasked; everything it held is lost. */
  onGone(reason: string): void
}

/** The confined child process: started when it is first needed, watched, killed when it does not answer. */
export class ChildLink {
  readonly #unresponsiveMs: number
  readonly #events: LinkEvents
  #child: ChildProcess | undefined
  /** Pings since the child was last heard. Counted, not timed: a busy main process must not blame the child. */
  #unanswered = 0
  #watch: NodeJS.Timeout | undefined
  #stderr = ''
  /** How many children there have been: what lives in one child does not live in the next. */
  generation = 0

  constructor(unresponsiveMs: number, events: LinkEvents) {
    this.#unresponsiveMs = unresponsiveMs
    this.#events = events
  }

  /** Starts the child when there is none. Environment, standard input and output are empty. */
  start(): void {
    if (this.#child !== undefined) return
    const child = spawn(process.execPath, [...childFlags(), childEntry], {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    })
    this.generation += 1
    this.#child = child
    this.#stderr = ''
    this.#unanswered = 0
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)
    })
    child.on('message', (message) => this.#hear(child, message))
    child.on('error', (error) => this.#gone(child, error.message))
    child.on('exit', (code, signal) => this.#gone(child, `it ended (${signal ?? code})`))
  }

  send(message: ToChild): void {
    this.#child?.send(message, () => undefined) // a failed send is followed by `exit`
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
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  #check(): void {
    this.#unanswered += 1
    if (this.#unanswered > PINGS) this.kill('it does not answer')
    else this.send({ type: 'ping' })
  }

  #hear(child: ChildProcess, value: unknown): void {
    if (child !== this.#child) return
    this.#unanswered = 0
    const message = childMessage(value)
    if (message.type === 'pong') return
    if (message.type === 'bad') this.kill(`it sent a malformed message: ${message.reason}`)
    else if (message.type === 'stuck') this.kill('one of its threads cannot be stopped')
    else this.#events.onMessage(message)
  }

  #gone(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return
    this.#child = undefined
    child.kill('SIGKILL')
    const said = this.#stderr.trim()
    this.#events.onGone(said === '' ? reason : `${reason}: ${said}`)
  }
}

export const sandboxFailed = (message: string): WritError => new WritError('SANDBOX_FAILED', message)
