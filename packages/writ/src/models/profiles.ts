import { MAX_HINT_BYTES, type Tuning, USUAL_TUNING } from '@writ/contract'
import { z } from 'zod'

/** What is said of how models work best, by id or by a pattern of ids in which `*` is any text. */
export type ProfileTable = Readonly<Record<string, ModelProfileEntry>>

/** What a profile says; what it leaves out is as usual. */
export interface ModelProfileEntry extends Partial<Tuning> {
  /** The day it was found. */
  readonly asOf?: string
  /** Where it was found. */
  readonly source?: string
}

/** A profile that applies to a model, and the pattern it stands under. */
export interface FoundProfile {
  readonly pattern: string
  readonly tuning: Tuning
  readonly asOf: string | null
  readonly source: string | null
}

/** Profiles that Writ ships: what was published of models that recurse too much, with the day it was looked up. */
export const PROFILES: ProfileTable = Object.freeze({
  '*qwen3-coder*': {
    chunkChars: 200_000,
    fanOut: 256,
    hints: [
      'A sub-call is expensive. Put as much as fits into each: chunks of many lines, never a sub-call for every line.',
    ],
    asOf: '2026-11-26',
    source: 'arXiv 2512.24601, appendix C: without it, thousands of sub-calls for basic tasks',
  },
})

const atLeastOne = z.number().int().positive()
/** A hint is a line of a prompt: it has no line breaks and no fences of its own. */
const hint = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}`{}]*$/u, { error: 'is not one plain line' })

const written = z
  .strictObject({
    language: z.enum(['javascript', 'typescript', 'python']),
    chunkChars: atLeastOne,
    batchSize: atLeastOne,
    fanOut: atLeastOne.nullable(),
    hints: z.array(hint).refine((hints) => Buffer.byteLength(hints.join('\n')) <= MAX_HINT_BYTES, {
      error: `are longer than ${MAX_HINT_BYTES} bytes together`,
    }),
    asOf: z.iso.date({ error: 'is no day; write it as 2026-11-26' }),
    source: z.string().min(1).max(500),
  })
  .partial()

/** The profiles of a configuration file: `{"ollama/qwen3*": {"chunkChars": 20000, "hints": ["…"]}}`. */
export const profileTableSchema: z.ZodType<ProfileTable> = z.record(
  z.string().min(1),
  written,
) as unknown as z.ZodType<ProfileTable>

/**
 * The profile of a model: of the table given before the shipped one, an id before a pattern, a longer pattern before a
 * shorter one. Undefined where none applies.
 */
export function profileOf(id: string, given: ProfileTable = {}): FoundProfile | undefined {
  for (const table of [given, PROFILES]) {
    const [pattern] = Object.keys(table)
      .filter((one) => matches(one, id))
      .sort((a, b) => rank(b, id) - rank(a, id))
    const entry = pattern === undefined ? undefined : table[pattern]
    if (pattern === undefined || entry === undefined) continue
    const { asOf = null, source = null, ...said } = entry
    return { pattern, tuning: { ...USUAL_TUNING, ...said }, asOf, source }
  }
  return undefined
}

function matches(pattern: string, id: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${source.join('.*')}$`, 'iu').test(id)
}

function rank(pattern: string, id: string): number {
  return pattern === id ? Number.MAX_SAFE_INTEGER : pattern.length
}
