import type { Omitted, ParseRefusal } from '@writ/contract'

/** Why a document is left out. */
export interface Refusal extends Omit<Omitted, 'doc'> {
  readonly code:
    | 'secret'
    | 'changing'
    | 'binary'
    | 'undecodable'
    | 'unreadable'
    | 'too-large'
    | ParseRefusal['code']
}
