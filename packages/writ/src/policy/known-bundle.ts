import { readFileSync } from 'node:fs'
import { cedar } from './cedar.ts'
import type { CheckedPolicies } from './cedar-engine.ts'
import { contentOf, type EngineSource } from './engine-source.ts'
import type { Evaluation } from './evaluation.ts'
import type { Rule } from './rule.ts'
import type { Vocabulary } from './vocabulary.ts'

// What the checks of the built-in bundle found, made by `npm run known-bundle`. Checking it anew takes half a second.

/** A bundle that was checked before, by this version of Cedar. */
export interface KnownBundle extends CheckedPolicies {
  /** What Cedar says to the one question that is still asked. */
  readonly canary: Evaluation
}

/** The form on disk. Policies are named by their bytes, so that their text is always that of the bundle. */
export interface KnownFile {
  /** Version of Cedar that checked the bundle. */
  readonly cedar: string
  /** Digest of schema and policies, names and texts. */
  readonly content: string
  readonly vocabulary: Vocabulary
  readonly policies: readonly {
    readonly id: string
    readonly file: string
    readonly start: number
    readonly end: number
    readonly rule: Rule
  }[]
  readonly canary: Evaluation
}

export const KNOWN_FILE: URL = new URL('./known-personal.json', import.meta.url)

/** What is known of exactly this bundle under exactly this Cedar; null means that it has to be checked. */
export function knownBundle(source: EngineSource, file: URL = KNOWN_FILE): KnownBundle | null {
  const known = readKnown(file)
  if (known?.cedar !== cedar.getCedarSDKVersion() || known.content !== contentOf(source)) return null
  const bytes = new Map(source.policies.map(({ name, text }) => [name, Buffer.from(text)]))
  const { vocabulary, policies, canary } = known
  return {
    vocabulary,
    rules: new Map(policies.map(({ id, rule }) => [id, rule])),
    texts: Object.fromEntries(
      policies.map(({ id, file: name, start, end }) => [
        id,
        bytes.get(name)?.toString('utf8', start, end) ?? '',
      ]),
    ),
    canary,
  }
}

/** Without the file, or with half of one, every bundle is checked. */
function readKnown(file: URL): KnownFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as KnownFile
  } catch {
    return undefined
  }
}
