import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { FILTER_FD, INFO_FD } from './bubblewrap.ts'
import { callFilter } from './call-filter.ts'
import type { Child, ChildOwner } from './child.ts'
import type { ChildProgram } from './child-program.ts'
import { inspectChild } from './inspect-child.ts'
import { inspectFiltered } from './inspect-filtered.ts'
import type { Program } from './program-limits.ts'
import { programBehind, startBehind, type Wall } from './wall.ts'
import { WIRE_FD, Wire } from './wire.ts'

const STDERR_KEPT = 4_000
/** How long a child may take until the system shows it confined. */
const CONFINED_MS = 15_000
/** How long bubblewrap may take to end after its child, and its output to end after it. */
const GRACE_MS = 1_000

/** Children that bubblewrap is setting up. Until that is done, nothing ends all of it with this process. */
const unfinished = new Set<{ kill(): void }>()
process.on('exit', () => {
  for (const child of unfinished) child.kill()
})

/** A child process that is up or coming up. It is sent nothing before the system has shown that it is confined. */
export class ConfinedChild<Message> implements Child<Message> {
  /** Rejects when the wall does not stand; the child is killed then. */
  readonly confined: Promise<void>
  readonly #wall: Wall
  readonly #process: ChildProcess
  readonly #wire: Wire
  readonly #ended: Promise<unknown>
  /** What is to be sent once the wall is seen to stand. */
  #waiting: Message[] | undefined = []
  #owner: ChildOwner | undefined
  /** The child's own process within bubblewrap, once the system has shown that it is that. */
  #inner: number | undefined
  #stderr = ''
  #gone: string | undefined

  constructor(wall: Wall, { mostMessage, ...ours }: ChildProgram) {
    const program = programBehind(wall, ours)
    const child = startBehind(wall, program)
    this.#wall = wall
    this.#process = child
    this.#ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)
    })
    const events = {
      onMessage: (value: unknown) => this.#hear(value),
      onBroken: (reason: string) => this.#end(`it wrote ${reason}`),
    }
    this.#wire = new Wire(socketAt(child, WIRE_FD), events, mostMessage)
    child.on('error', (error) => this.#end(error.message))
    child.on('exit', (code, signal) => {
      this.#end(`it ended (${signal ?? code})`)
      // Whoever else has its output open keeps nobody waiting.
      setTimeout(() => {
        for (const stream of this.#streams) stream.destroy()
      }, GRACE_MS).unref()
    })
    unfinished.add(this)
    this.confined = this.#confine(program)
      .finally(() => unfinished.delete(this))
      .then(() => this.#release())
    this.confined.catch((error: unknown) => this.#end(messageOf(error)))
  }

  /** Why it is gone, and what it wrote to its standard error; undefined while it is not. */
  get gone(): string | undefined {
    const said = this.#stderr.trim()
    return this.#gone === undefined || said === '' ? this.#gone : `${this.#gone}: ${said}`
  }

  own(owner: ChildOwner): void {
    this.#owner = owner
    this.#hold(true)
    if (this.gone !== undefined) owner.onGone(this.gone)
  }

  unref(): void {
    this.#hold(false)
  }

  send(message: Message): void {
    if (this.#waiting === undefined) this.#wire.send(message)
    else this.#waiting.push(message)
  }

  kill(): void {
    this.#owner = undefined
    this.#end('it was killed')
  }

  async close(): Promise<void> {
    this.kill()
    this.#hold(true)
    await this.#ended
  }

  async #confine(program: Program): Promise<void> {
    const late = AbortSignal.timeout(CONFINED_MS)
    const own = this.#process.pid ?? 0
    switch (this.#wall.level) {
      case 'reduced':
        return
      case 'filtered':
        return await inspectFiltered(own, program, late)
      case 'full': {
        const inner = await this.#withinBubblewrap(late)
        await inspectChild(inner, own, program, late)
        this.#inner = inner
      }
    }
  }

  /** Gives bubblewrap the filter of system calls, and tells which process it made. */
  async #withinBubblewrap(late: AbortSignal): Promise<number> {
    const filter = callFilter()
    if (filter === undefined) throw new Error(`there is no filter of system calls for ${process.arch}`)
    socketAt(this.#process, FILTER_FD)
      .on('error', () => undefined) // without the filter the child does not start
      .end(filter)
    return await innerPid(socketAt(this.#process, INFO_FD), late)
  }

  #hear(value: unknown): void {
    // INVARIANT: nothing is heard of a child that is not known to be confined.
    if (this.#waiting !== undefined) this.#end('it spoke before it was asked')
    else if (this.#gone === undefined) this.#owner?.onMessage(value)
  }

  /** Sends what waited. Rejects where the child has ended meanwhile: one that is killed can still look confined. */
  #release(): void {
    if (this.#gone !== undefined) throw new Error(this.#gone)
    for (const message of this.#waiting ?? []) this.#wire.send(message)
    this.#waiting = undefined
  }

  #end(reason: string): void {
    if (this.#gone !== undefined) return
    this.#gone = reason
    this.#wire.close()
    this.#kill()
    this.#owner?.onGone(this.gone ?? reason)
  }

  /**
   * Kills the child's own process, and bubblewrap when it does not end with it as it should. What bubblewrap is still
   * setting up is of its group, or is told to end with it, or ends because the wire does.
   */
  #kill(): void {
    if (!this.#running) return
    if (this.#inner === undefined) {
      this.#killStarted()
      return
    }
    killProcess(this.#inner) // while bubblewrap is there, the number is that of its child and of no other process
    setTimeout(() => this.#killStarted(), GRACE_MS).unref()
  }

  /** Kills the process that was started, and its group where it has one of its own. */
  #killStarted(): void {
    const { pid } = this.#process
    if (pid !== undefined && this.#running) killProcess(this.#wall.level === 'reduced' ? pid : -pid)
  }

  get #running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  #hold(held: boolean): void {
    const change = held ? 'ref' : 'unref'
    this.#process[change]()
    // One that has ended keeps nothing alive, and would wait for a connection that never comes.
    for (const stream of this.#streams) if (!stream.destroyed) stream[change]()
  }

  get #streams(): readonly Socket[] {
    return (this.#process.stdio as readonly (Socket | null | undefined)[]).filter((stream) => stream != null)
  }
}

/** What bubblewrap says is the process it made. Rejects when it does not say it. */
async function innerPid(info: Socket, late: AbortSignal): Promise<number> {
  return await new Promise((resolve, reject) => {
    let said = ''
    const failed = (): void => reject(new Error('it did not start'))
    late.addEventListener('abort', failed, { once: true })
    info.setEncoding('utf8')
    info.on('data', (text: string) => {
      said = (said + text).slice(0, STDERR_KEPT)
      const pid = /"child-pid": (\d+)\D/.exec(said)?.[1]
      if (pid !== undefined) resolve(Number(pid))
    })
    info.on('close', failed).on('error', failed)
  })
}

function socketAt(child: ChildProcess, fd: number): Socket {
  return child.stdio[fd] as Socket
}

/** Kills a process, or a group of them by its negative number. */
function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
