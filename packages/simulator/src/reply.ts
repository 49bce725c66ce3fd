import type { SimRequest } from './request.ts'

/** What the simulated provider does with a request. Every kind may be held back first, for a time or until something happens. */
export type Reply = (
  | TextReply
  | StatusReply
  | HangReply
  | TrickleReply
  | ResetReply
  | HalfCloseReply
  | MalformedReply
) & {
  readonly delayMs?: number
  readonly until?: Promise<unknown>
}

export interface TextReply {
  readonly kind: 'text'
  readonly text: string
  /** `honest` (the default) counts, `missing` sends none; numbers, and `raw` as a whole, are sent as they are, however wrong. */
  readonly usage?:
    | 'honest'
    | 'missing'
    | { readonly input: number; readonly output: number }
    | { readonly raw: unknown }
  /** Default `stop`, or `length` where the text is cut to the tokens asked for. */
  readonly finishReason?: 'stop' | 'length' | 'content_filter'
}

export interface StatusReply {
  readonly kind: 'status'
  readonly status: number
  /** Value of `Retry-After`: seconds or an HTTP date. */
  readonly retryAfter?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly message?: string
  /** Machine-readable kind of the error. */
  readonly code?: string
}

/** Never answers, or stops after the headers and the first bytes. */
export interface HangReply {
  readonly kind: 'hang'
  readonly afterHeaders?: boolean
}

/** Begins a reply and goes on a byte at a time, for as long as the client stays. */
export interface TrickleReply {
  readonly kind: 'trickle'
}

/** Cuts the connection, before anything or after the headers and the first bytes. */
export interface ResetReply {
  readonly kind: 'reset'
  readonly afterHeaders?: boolean
}

/** Ends its half of the connection in the middle of a reply, and leaves the other half to the client. */
export interface HalfCloseReply {
  readonly kind: 'halfClose'
  /** Whether the length of the whole reply was said before, so that the client can tell; else its end is that of the connection. */
  readonly sized: boolean
}

/** Status 200 with a body that is no chat completion. */
export interface MalformedReply {
  readonly kind: 'malformed'
  readonly body?: string
}

/** Decides what to do with a request; a string is a text reply. Equal requests should give equal replies. */
export type Script = (request: SimRequest) => Reply | string

/** A text reply from a string, anything else as it is. */
export function toReply(reply: Reply | string): Reply {
  return typeof reply === 'string' ? { kind: 'text', text: reply } : reply
}
