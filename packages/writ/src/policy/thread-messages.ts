import type { Fault } from './bundle-fault.ts'
import type { CedarRequest } from './cedar-request.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rules } from './rule.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A question to the engine's thread. Answers come in the order of the questions. */
export interface ToThread {
  readonly id: number
  readonly request: CedarRequest
}

/** `up` comes first, before there is a bundle; then, once, `ready` or `refused`; then one `evaluation` per question. */
export type FromThread =
  | { readonly type: 'up' }
  | { readonly type: 'ready'; readonly vocabulary: Vocabulary; readonly rules: Rules }
  | { readonly type: 'refused'; readonly fault: Fault }
  | { readonly type: 'evaluation'; readonly id: number; readonly evaluation: Evaluation }
