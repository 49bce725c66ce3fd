import { commit, type Field, salt } from './commitment.ts'
import { fromHex, hex } from './encoding.ts'
import { laneName, runId } from './record-parts.ts'
import { count, digest, list, literal, object, type Shape, text, where } from './shape.ts'

/** One committed field laid open: its text and the salt that ties it to the record. Nothing is signed again. */
export interface Disclosure {
  /** `lane/n/field`, as in the payload store; unique. */
  readonly path: string
  readonly lane: string
  readonly n: number
  /** `<kind>/<name>`: `det.<name>` of the record of that kind at (lane, n). */
  readonly field: Field
  /** 32 bytes, hex. */
  readonly salt: string
  readonly text: string
}

export interface DisclosuresFile {
  readonly schema: 'writ.disclosures/1'
  readonly run: string
  readonly items: readonly Disclosure[]
}

const field: Shape<Field> = where(
  '<kind>/<name>',
  (value) => typeof value === 'string' && /^[a-z.]+\/[A-Za-z]+$/.test(value),
)

export const disclosuresShape: Shape<DisclosuresFile> = object<DisclosuresFile>({
  schema: literal('writ.disclosures/1'),
  run: runId,
  items: list(
    object<Disclosure>({
      path: text,
      lane: laneName,
      n: count,
      field,
      salt: digest,
      text,
    }),
  ),
})

export function disclosurePath(lane: string, n: number, field: Field): string {
  return `${lane}/${n}/${field}`
}

/** Opens one field of a run. The text has to be what was committed to; JSON values as their `canonicalJson`. */
export function disclose(
  runKey: Uint8Array,
  lane: string,
  n: number,
  field: Field,
  content: string,
): Disclosure {
  const fieldSalt = hex(salt(runKey, lane, n, field))
  return { path: disclosurePath(lane, n, field), lane, n, field, salt: fieldSalt, text: content }
}

/** The commitment a disclosure claims the record holds. */
export function disclosedCommitment(disclosure: Disclosure): string {
  return commit(fromHex(disclosure.salt) ?? new Uint8Array(0), disclosure.text)
}
