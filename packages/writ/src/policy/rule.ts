import type { Effect } from '@cedar-policy/cedar-wasm/nodejs'
import type { Vocabulary } from './vocabulary.ts'

/** What the annotations of one policy say. Cedar does not return them with a decision, so they are mapped at load. */
export interface Rule {
  readonly effect: Effect
  readonly reason: string | null
  /** What the runtime can do to lift the forbid. */
  readonly obligations: readonly string[]
  /** Roles whose approval lifts the forbid. */
  readonly approvals: readonly string[]
  /** Fewest distinct people behind the approvals. */
  readonly distinctApprovers: number
  readonly halt: boolean
}

/** Rules by policy id. */
export type Rules = ReadonlyMap<string, Rule>

/** A rule that something lifts. */
export function isRemediable(rule: Rule): boolean {
  return rule.obligations.length > 0 || rule.approvals.length > 0
}

type Annotations = Readonly<Record<string, string | null>>

/** Reads a policy's annotations. Throws with what is wrong when they name something the schema does not know. */
export function ruleOf(effect: Effect, annotations: Annotations, vocabulary: Vocabulary): Rule {
  const rule: Rule = {
    effect,
    reason: reasonOf(annotations),
    obligations: names(annotations, 'obligation', vocabulary.obligations),
    approvals: names(annotations, 'approval', vocabulary.approverRoles),
    distinctApprovers: approversOf(annotations),
    halt: haltOf(annotations),
  }
  if (effect === 'permit' && (isRemediable(rule) || rule.halt)) {
    throw new Error('@obligation, @approval and @halt belong on a forbid: a permit carries no advice')
  }
  return rule
}

function reasonOf(annotations: Annotations): string | null {
  const reason = annotations.reason
  if (reason === undefined) return null
  if (reason === null || reason === '') throw new Error('@reason needs a text')
  return reason
}

function names(annotations: Annotations, key: string, known: readonly string[]): readonly string[] {
  const value = annotations[key]
  if (value === undefined) return []
  const list = (value ?? '').split(',').map((name) => name.trim())
  const unknown = list.find((name) => !known.includes(name))
  if (unknown === undefined) return [...new Set(list)].sort()
  throw new Error(`@${key} names ${JSON.stringify(unknown)}; the schema knows ${known.join(', ')}`)
}

function approversOf(annotations: Annotations): number {
  if (annotations.approval === undefined) return 0
  const mode = annotations.approval_mode ?? 'single'
  if (mode === 'single') return 1
  if (mode === 'dual') return 2
  throw new Error(`@approval_mode is ${JSON.stringify(mode)}; it is single or dual`)
}

function haltOf(annotations: Annotations): boolean {
  const value = annotations.halt
  if (value === undefined) return false
  if (value === null || value === '' || value === 'true') return true
  throw new Error(`@halt is ${JSON.stringify(value)}; leave it out when the run is not to end`)
}
