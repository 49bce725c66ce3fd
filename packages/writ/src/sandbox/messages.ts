import type { CellCode, CellLimits, CellResult, HostReply } from '@writ/contract'
import type { VmSetup } from './worker/orders.ts'

// Between the main process and the confined child, as JSON. The child is less trusted: what it says is checked by
// `childMessage` before anything is believed.

export interface Answer {
  readonly callId: number
  readonly reply: HostReply
}

export interface CellOrder {
  /** The cell's number, from 1, over the cells the VM keeps. */
  readonly ordinal: number
  readonly cell: CellCode
  readonly limits: CellLimits
  readonly firstCallId: number
  /** Replies to calls of earlier cells that no cell has been given yet, in order. */
  readonly replies: readonly Answer[]
}

/** A finished cell: run again with the same replies it ends the same and costs the same. */
export interface PastCell {
  readonly order: CellOrder
  readonly fuel: number
}

type Common = 'functions' | 'provided' | 'contextJson'

/** How a VM is set up. What most VMs of a child have in common is left out where it is as in the `open` before. */
export type SentSetup = Omit<VmSetup, Common> & Partial<Pick<VmSetup, Common>>

export type ToChild =
  | {
      readonly type: 'open'
      readonly vm: number
      readonly setup: SentSetup
      readonly past: readonly PastCell[]
    }
  | { readonly type: 'run'; readonly vm: number; readonly order: CellOrder }
  | { readonly type: 'reply'; readonly vm: number; readonly answer: Answer }
  | { readonly type: 'cancel'; readonly vm: number }
  | { readonly type: 'draft'; readonly vm: number }
  | { readonly type: 'close'; readonly vm: number }
  | { readonly type: 'ping' }
  /** Asks an interpreter that has run nothing for its memory. */
  | { readonly type: 'snapshot' }
  | { readonly type: 'packages' }

export type FromChild =
  | { readonly type: 'opened'; readonly vm: number }
  | {
      readonly type: 'call'
      readonly vm: number
      readonly id: number
      readonly name: string
      readonly argsJson: string
    }
  | { readonly type: 'ended'; readonly vm: number; readonly end: CellEnd }
  | { readonly type: 'draft'; readonly vm: number; readonly json: string | null }
  | { readonly type: 'failed'; readonly vm: number; readonly message: string }
  /** A thread cannot be stopped: the child must be killed. */
  | { readonly type: 'stuck' }
  | { readonly type: 'pong' }

/** How a cell ended. */
export interface CellEnd {
  readonly result: CellResult
  /** Replies delivered: a prefix of those sent, in the order sent. */
  readonly delivered: number
  /** Whether the guest has a draft of its answer now; absent when the cell was no code or the child stopped it. */
  readonly drafted?: boolean
}

/** Whether a cell ended by itself; one that was stopped is undone. */
export function isKept({ outcome }: CellResult): boolean {
  return outcome === 'ok' || outcome === 'error'
}
