import type { Outcome } from './outcome.ts'
import type { TableQueries } from './table.ts'

/**
 * How guest code is confined, the weakest first. `full` has an operating-system boundary; `filtered` has a filter of
 * system calls and Deno's permissions; `reduced` relies on the VM and Node's permission model.
 */
export const CONFINEMENT_LEVELS = ['reduced', 'filtered', 'full'] as const
export type ConfinementLevel = (typeof CONFINEMENT_LEVELS)[number]

/** Whether a level as it is recorded is one of these, and no weaker than the least that will do. */
export function confinesAs(level: string, least: ConfinementLevel): boolean {
  const rank = (CONFINEMENT_LEVELS as readonly string[]).indexOf(level)
  return rank >= CONFINEMENT_LEVELS.indexOf(least)
}

/** What keeps guest code in: a fact of the run, recorded in `run.open`. */
export interface Confinement {
  readonly level: ConfinementLevel
  readonly layers: readonly string[]
  /** Why it is not full, for people; absent when it is. */
  readonly lack?: string
  /** Digest of everything that shapes what a cell does: engine, prelude, declaration rewriting, packages. */
  readonly guestAbi: string
  /** Packages that the user installed for cells of Python; absent when there are none. */
  readonly packages?: readonly PythonPackage[]
}

/** A package of Python that cells can import: a wheel, by the digest of its bytes. */
export interface PythonPackage {
  readonly name: string
  readonly version: string
  /** Its modules, sorted. */
  readonly imports: readonly string[]
  /** Name of the wheel. */
  readonly file: string
  readonly sha256: string
}

export interface VmOptions {
  /** Shown in errors and traces; the frame's lane. */
  readonly name: string
  readonly memoryBytes: number
  readonly stackBytes: number
  /** 32 bytes, hex: seeds the guest's randomness. */
  readonly seed: string
  /** What the guest's clock says, always: milliseconds since the epoch. */
  readonly epochMs: number
  /** Host functions by guest name; every one returns a promise in the guest. */
  readonly functions: readonly string[]
  /** Text for a string-like `context`, else null for a handle. */
  readonly context: GuestContext
  /** What its cells are written in; JavaScript by default. */
  readonly language?: ReplLanguage
}

/** What a REPL runs. */
export type ReplLanguage = 'javascript' | 'python'

/** What `context` is in the guest. */
export type GuestContext =
  | { readonly type: 'text'; readonly text: string; readonly docs: number }
  | { readonly type: 'handle'; readonly docs: number; readonly bytes: number }
  | { readonly type: 'none' }

/** What a cell is written in. TypeScript runs in a REPL of JavaScript. */
export type CellLanguage = 'javascript' | 'typescript' | 'python'

/** A block of code as the model wrote it. Whatever it holds, it is parsed only where it runs. */
export interface CellCode {
  readonly language: CellLanguage
  readonly code: string
}

export interface CellLimits {
  readonly fuelPolls: number
  /** Most calls out of the guest; the next one ends the cell, and no guest code catches it. */
  readonly calls: number
  readonly backstopMs: number
  /** Most characters of printed output kept. */
  readonly outputChars: number
}

/** What a host function gives back: a JSON text, or an error the guest sees as a rejection. */
export type HostReply =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly error: GuestError }

/** An error as guest code and the model see it. */
export interface GuestError {
  readonly name: string
  readonly message: string
  /** Own properties of the error object, JSON text. */
  readonly dataJson?: string
}

/** A call out of the guest. Replies are delivered in the order in which `reply` is called, one at a time. */
export interface HostCall {
  /** Ordinal of the call in this VM, from 0, over all cells. */
  readonly id: number
  readonly name: string
  /** The arguments as a JSON array. */
  readonly argsJson: string
}

export interface CellResult {
  readonly outcome: Outcome
  /** Printed output, possibly cut to `outputChars` with head and tail kept. */
  readonly output: string
  /** The value of the last expression, as shown to the model; absent when there is none. */
  readonly shown?: string
  readonly error?: GuestError
  /** JSON of the value released by FINAL and its like; absent when the cell released nothing. */
  readonly finalJson?: string
  /** Interrupt polls spent; exactly repeatable. */
  readonly fuel: number
}

/** A cell that ran in a frame. */
export interface CellRun extends CellResult {
  /** Digest of the calls it made, in their order; null when it made none. */
  readonly asked: string | null
}

/** One REPL: its variables live from cell to cell. A cell that was stopped leaves the VM as it was before the cell. */
export interface Vm {
  /**
   * Runs one cell: types are removed, then it is evaluated. `onCall` is called for each host call in order; answer it with `reply`, now or later.
   * Never rejects for what guest code does; rejects with `SANDBOX_FAILED` only when the host side is broken.
   */
  run(
    cell: CellCode,
    limits: CellLimits,
    onCall: (call: HostCall) => void,
    signal: AbortSignal,
  ): Promise<CellResult>
  /** Answers a host call. A reply to a call of an earlier cell waits for the next cell's first await. */
  reply(callId: number, reply: HostReply): void
  /** JSON of `answer.content` as the last kept cell left it, for a release at a limit; undefined when never set. */
  draft(): string | undefined
  close(): Promise<void>
}

export interface Sandbox {
  readonly confinement: Confinement
  open(options: VmOptions): Promise<Vm>
  /** Queries over tables. What answers them is started with the first. */
  readonly sql: TableQueries
  /** Ends everything at once and for good: cells under way end as cancelled, drafts can still be asked for. */
  abandon(): void
  close(): Promise<void>
}
