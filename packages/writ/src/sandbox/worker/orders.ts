import type { ImageChange } from '../memory-image.ts'
import type { Answer, CellEnd, CellOrder, PastCell } from '../messages.ts'

/** What every VM is made of; compiled once and shared by all threads. */
export interface Engine {
  readonly wasm: WebAssembly.Module
  /** The prelude's modules by file name. */
  readonly prelude: Readonly<Record<string, string>>
}

/** Everything that makes a VM what it is before its first cell. */
export interface VmSetup {
  readonly memoryBytes: number
  readonly stackBytes: number
  readonly seed: string
  readonly epochMs: number
  readonly functions: readonly ProvidedName[]
  readonly provided: readonly ProvidedName[]
  readonly contextJson: string
}

export interface ProvidedName {
  readonly name: string
  readonly aliases: readonly string[]
}

/** What a thread shares with its owner beside messages: memory of a `ThreadClock`. */
export interface ThreadData extends Engine {
  readonly clock: SharedArrayBuffer
}

/** An order to the VM in one seat of a thread. Seats are numbered in the whole child and never used again. */
export interface SeatOrder {
  readonly seat: number
  readonly order: WorkerOrder
}

export interface SeatReport {
  readonly seat: number
  readonly report: WorkerReport
}

export interface BootOrder {
  readonly type: 'boot'
  readonly setup: VmSetup
  /** Memory that says which turn must stop; the engine looks at it whenever it polls. */
  readonly stop: SharedArrayBuffer
  /** What the VM's memory is, or null for a fresh one; then the cells of `past` are run again in it. */
  readonly image: ImageChange | null
  readonly past: readonly PastCell[]
}

export interface RunOrder {
  readonly type: 'run'
  readonly turn: number
  readonly order: CellOrder
}

export type WorkerOrder =
  | BootOrder
  | RunOrder
  | { readonly type: 'reply'; readonly answer: Answer }
  /** The cell that waits must end; one that computes is told through `stop`. */
  | { readonly type: 'cancel' }
  | { readonly type: 'draft' }
  | { readonly type: 'forget' }

export type WorkerReport =
  | { readonly type: 'booted' }
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly argsJson: string }
  /** After an outcome but ok and error the VM is gone. */
  | { readonly type: 'ended'; readonly end: CellEnd }
  /** What changed in memory since the image before; this one is of the VM as it is after the last cell that ended. */
  | { readonly type: 'image'; readonly change: ImageChange }
  /** A VM that is spent is gone. */
  | { readonly type: 'draft'; readonly json: string | null; readonly spent: boolean }
  | { readonly type: 'failed'; readonly message: string }
