import { type Citation, type Json, joinLabels, type Label } from '@writ/contract'
import { SpanSet } from '../basis/span-set.ts'
import type { FrameState, SealedValue } from '../state/frame-state.ts'

/** What a guest holds of a blind child's value: its lane, and nothing that depends on what the child did. */
export function sealedJson(lane: string): string {
  return JSON.stringify({ sealed: lane })
}

/** A value with the sealed values in it put in their places. */
export interface Unsealed {
  readonly valueJson: string
  /** Lanes of the sealed values in it, sorted. */
  readonly lanes: readonly string[]
  /** The code of the child whose sealed value is all there is, when it released nothing. */
  readonly failed: string | null
  readonly label: Label
  readonly citations: readonly Citation[]
  readonly slices: SpanSet
}

/**
 * Puts the sealed values that a frame holds in their places. Within a larger value, the error of a child that released
 * nothing stands as `{error: code}`.
 */
export function unseal(lane: FrameState, valueJson: string): Unsealed {
  const lanes = new Set<string>()
  const citations: Citation[] = []
  const slices = new SpanSet()
  let { label } = lane
  const open = (node: object): Json | undefined => {
    const found = heldIn(lane, node)
    if (found === undefined) return undefined
    const [id, held] = found
    lanes.add(id)
    label = joinLabels(label, held.label)
    slices.merge(held.slices)
    citations.push(...(held.value?.citations ?? []))
    return held.value === undefined ? { error: held.code } : (JSON.parse(held.value.valueJson) as Json)
  }
  const rest = { label, citations, slices, lanes: [] }
  if (lane.sealed.size === 0 || !valueJson.includes('"sealed"')) return { valueJson, failed: null, ...rest }
  const value = JSON.parse(valueJson) as Json
  const only = value !== null && typeof value === 'object' ? heldIn(lane, value)?.[1] : undefined
  const text = JSON.stringify(replaced(value, open))
  const failed = only !== undefined && only.value === undefined ? (only.code ?? 'NO_ANSWER') : null
  return { valueJson: text, failed, label, citations, slices, lanes: [...lanes].sort() }
}

function heldIn(lane: FrameState, node: object): readonly [string, SealedValue] | undefined {
  if (!('sealed' in node) || typeof node.sealed !== 'string' || Object.keys(node).length !== 1)
    return undefined
  const held = lane.sealed.get(node.sealed)
  return held === undefined ? undefined : [node.sealed, held]
}

/** The value with each object that `open` knows replaced by what it gives. */
function replaced(value: Json | undefined, open: (node: object) => Json | undefined): Json {
  if (value === null || typeof value !== 'object') return value ?? null
  const known = open(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) return value.map((part) => replaced(part, open))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, open)]))
}
