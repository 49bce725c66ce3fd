import type { ErrorCode, Payload, RunHead, Status } from '@writ/contract'

/** What the client asks of the worker, and what comes back. Requests and replies keep one order, so they need no ids. */
export interface Operations {
  /** Gives the run's key. */
  open: {
    takes: { readonly run: string; readonly question: string; readonly startedAt: number }
    gives: Uint8Array
  }
  /** Takes a run over; gives its key. */
  resume: { takes: { readonly run: string }; gives: Uint8Array }
  /** Lets a run go, and its shard when no other run is open in it. */
  leave: { takes: { readonly run: string }; gives: undefined }
  append: {
    takes: {
      readonly run: string
      readonly record: Uint8Array
      readonly payloads: readonly Payload[]
      readonly flush: boolean
    }
    gives: undefined
  }
  seal: {
    takes: { readonly run: string; readonly size: number; readonly root: Uint8Array }
    gives: undefined
  }
  finish: { takes: { readonly run: string; readonly status: Status | 'aborted' }; gives: undefined }
  runs: { takes: unknown; gives: readonly RunHead[] }
  /** Gives the paths of the shards whose runs nobody can list. */
  damaged: { takes: unknown; gives: readonly string[] }
  /** Gives a batch beginning at `from`, and whether more may follow. */
  records: { takes: { readonly run: string; readonly from: number }; gives: Batch }
  payload: { takes: { readonly run: string; readonly path: string }; gives: Uint8Array | undefined }
  /** Gives a payload as it is stored, encrypted. */
  sealedPayload: { takes: { readonly run: string; readonly path: string }; gives: Uint8Array | undefined }
  payloadPaths: {
    takes: { readonly run: string; readonly prefix: string }
    gives: readonly string[]
  }
  /** Gives the key of a run; undefined when it is gone. */
  key: { takes: { readonly run: string }; gives: Uint8Array | undefined }
  /** Closes the databases; the worker ends by itself. */
  close: { takes: unknown; gives: undefined }
}

export type Operation = keyof Operations

export type Request<O extends Operation = Operation> = {
  [K in O]: { readonly op: K } & Operations[K]['takes']
}[O]

/** Requests that change a run; those that stand together in the queue share one transaction. */
export type Write = Request<'append' | 'seal' | 'finish'>

export interface Batch {
  readonly records: readonly Uint8Array[]
  readonly more: boolean
}

export type Reply =
  | { readonly ok: true; readonly value: Operations[Operation]['gives'] }
  | {
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
      readonly run: string | undefined
    }

export const DONE: Reply = Object.freeze({ ok: true, value: undefined })
