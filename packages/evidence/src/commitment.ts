import { type Commitment, WritError } from '@writ/contract'
import { hkdfSha256, hmacSha256 } from './crypto.ts'
import { fromHex, hex, utf8 } from './encoding.ts'
import { rootOf } from './merkle.ts'

// A commitment binds a record to content without revealing it, even to someone who can guess the content: HMAC-SHA256
// under a salt of the run's own key. Disclosing a field is handing out its salt and its text.

/** Names a committed field: `<kind>/<name>`, because the command and the result of a step share lane and n. */
export type Field = `${string}/${string}`

/** The 32-byte salt of one field: HKDF-SHA256 of the run's key with info `writ/1|lane|n|field`. */
export function salt(runKey: Uint8Array, lane: string, n: number, field: Field): Uint8Array {
  // INVARIANT: no part holds the separator, so no two fields share an info.
  if (`${lane}${field}`.includes('|')) {
    throw new WritError('INTERNAL', `The field ${field} of lane ${lane} holds the separator '|'.`)
  }
  return hkdfSha256(runKey, utf8(`writ/1|${lane}|${n}|${field}`))
}

/** HMAC-SHA256 (hex) of content under a salt. Text counts as its UTF-8 bytes. */
export function commit(fieldSalt: Uint8Array, content: Uint8Array | string): Commitment {
  return hex(hmacSha256(fieldSalt, typeof content === 'string' ? utf8(content) : content))
}

export function commitField(
  runKey: Uint8Array,
  lane: string,
  n: number,
  field: Field,
  content: Uint8Array | string,
): Commitment {
  return commit(salt(runKey, lane, n, field), content)
}

/**
 * The commitment to a batch: the root over the commitments of its items, item i being the field `<field>/<i>`. Of some items
 * in a row, `from` is the first.
 */
export function commitItems(
  runKey: Uint8Array,
  lane: string,
  n: number,
  field: Field,
  items: readonly (Uint8Array | string)[],
  from = 0,
): Commitment {
  return merkleOfItems(items.map((item, i) => commitField(runKey, lane, n, `${field}/${from + i}`, item)))
}

/** RFC 6962 root (hex) with the raw bytes of each commitment as a leaf. */
export function merkleOfItems(commitments: readonly Commitment[]): Commitment {
  return hex(rootOf(commitments.map(rawBytes)))
}

function rawBytes(commitment: Commitment): Uint8Array {
  const bytes = fromHex(commitment)
  if (bytes?.length !== 32) throw new WritError('INTERNAL', `'${commitment}' is no commitment.`)
  return bytes
}

/** A 32-byte key of the run for another purpose (`payload`, `guest-seed`, `idempotency`), apart from every salt. */
export function derive(runKey: Uint8Array, purpose: string): Uint8Array {
  return hkdfSha256(runKey, utf8(`writ/1/key|${purpose}`))
}
