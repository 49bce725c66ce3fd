import type { Json } from '@writ/contract'
import { fingerprint } from './fingerprint.ts'
import { type AnySchema, referred, type SchemaObject } from './json-schema.ts'
import type { Checking, Keyword } from './keyword.ts'
import { KEYWORDS } from './keywords.ts'
import { type Misfit, type Place, pointer } from './misfit.ts'
import type { Patterns } from './patterns.ts'
import { badSchema } from './read-schema.ts'

/** Steps that checking one value may take, some seconds of work: the same on every machine, unlike a time limit. */
const MOST_STEPS = 10_000_000
/** How deep a check may go: a value nests at most 500 deep, and a schema refers on in between. */
const MOST_DEPTH = 1_500
/** Misfits that are told. */
const MOST_MISFITS = 8
/** Characters of a text that are read in one step, and instructions of a pattern that count as one. */
const CHARS_A_STEP = 8
const INSTRUCTIONS_A_STEP = 16

/** One value on its way through one schema. INVARIANT: what it costs is counted, and it ends when the count is reached. */
export class Evaluation implements Checking {
  readonly misfits: Misfit[] = []
  readonly #root: SchemaObject
  readonly #patterns: Patterns
  readonly #enums = new Map<readonly Json[], ReadonlySet<string>>()
  readonly #references = new Map<string, AnySchema>()
  readonly #checks = new Map<SchemaObject, readonly (readonly [Keyword, Json])[]>()
  #steps = 0
  #depth = 0
  /** Above zero while alternatives are tried: then a misfit is no fault yet. */
  #trying = 0

  constructor(root: SchemaObject, patterns: Patterns) {
    this.#root = root
    this.#patterns = patterns
  }

  fits(schema: AnySchema, value: Json, at: Place | null): boolean {
    this.spend(1)
    if (typeof schema === 'boolean') return schema || this.misfit(at, 'may not be there')
    this.#depth += 1
    if (this.#depth > MOST_DEPTH) throw badSchema('', 'checking a value by it goes too deep')
    let fits = true
    for (const [check, operand] of this.#checksOf(schema)) {
      if (check(this, operand, value, at, schema)) continue
      fits = false
      if (this.#enough) break
    }
    this.#depth -= 1
    return fits
  }

  /** What is checked for a schema, found once. */
  #checksOf(schema: SchemaObject): readonly (readonly [Keyword, Json])[] {
    const known = this.#checks.get(schema)
    if (known !== undefined) return known
    const checks = Object.entries(schema).flatMap(([keyword, operand]): (readonly [Keyword, Json])[] => {
      const check = KEYWORDS.get(keyword)
      return check === undefined ? [] : [[check, operand ?? null]]
    })
    this.#checks.set(schema, checks)
    return checks
  }

  tries(schema: AnySchema, value: Json, at: Place | null): boolean {
    this.#trying += 1
    const fits = this.fits(schema, value, at)
    this.#trying -= 1
    return fits
  }

  refers(ref: string, value: Json, at: Place | null): boolean {
    const schema = this.#references.get(ref) ?? referred(this.#root, ref) ?? false
    this.#references.set(ref, schema)
    return this.fits(schema, value, at)
  }

  misfit(at: Place | null, why: string): false {
    if (!this.#enough) this.misfits.push({ at: pointer(at), why })
    return false
  }

  all<T>(parts: Iterable<T>, passes: (part: T) => boolean): boolean {
    let all = true
    for (const part of parts) {
      if (passes(part)) continue
      all = false
      if (this.#enough) break
    }
    return all
  }

  matches(pattern: string, text: string): boolean {
    const compiled = this.#patterns.get(pattern)
    if (compiled === undefined) return false
    const program = Math.ceil(compiled.programSize() / INSTRUCTIONS_A_STEP)
    this.spend(Math.ceil(text.length / CHARS_A_STEP) * program)
    return compiled.test(text)
  }

  fingerprint(value: Json): string {
    const text = fingerprint(value)
    this.spend(Math.ceil(text.length / CHARS_A_STEP))
    return text
  }

  fingerprints(values: readonly Json[]): ReadonlySet<string> {
    const known = this.#enums.get(values) ?? new Set(values.map((value) => this.fingerprint(value)))
    this.#enums.set(values, known)
    return known
  }

  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > MOST_STEPS)
      throw badSchema('', `checking a value by it takes more than ${MOST_STEPS} steps`)
  }

  get #enough(): boolean {
    return this.#trying > 0 || this.misfits.length >= MOST_MISFITS
  }
}
