import type { Snapshot } from 'quickjs-wasi'
import type { Answer, CellEnd, CellOrder } from '../messages.ts'

/** What a worker thread gets from the child's main thread at its start. */
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

/** The whole state of a VM between two cells. */
export interface VmImage {
  readonly snapshot: Snapshot
  /** Where in that memory the prelude's object is. */
  readonly prelude: number
}

export type WorkerOrder =
  | { readonly type: 'boot'; readonly setup: VmSetup; readonly image: VmImage | null }
  | { readonly type: 'run'; readonly order: CellOrder }
  | { readonly type: 'reply'; readonly ordinal: number; readonly answer: Answer }
  | { readonly type: 'draft' }
  | { readonly type: 'forget' }

export type WorkerReport =
  | { readonly type: 'booted'; readonly image: VmImage | null }
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly argsJson: string }
  | { readonly type: 'awaiting'; readonly received: number }
  /** The image is null when the VM must go back to the image before the cell. */
  | { readonly type: 'ended'; readonly end: CellEnd; readonly image: VmImage | null }
  | { readonly type: 'draft'; readonly json: string | null }
  | { readonly type: 'failed'; readonly message: string }
