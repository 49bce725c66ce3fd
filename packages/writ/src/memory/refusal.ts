import type { Omitted } from '@writ/contract'

/** Why a document is left out. */
export interface Refusal extends Omit<Omitted, 'doc'> {
  readonly code: 'secret' | 'pdf' | 'binary' | 'undecodable' | 'unreadable' | 'too-large'
}
