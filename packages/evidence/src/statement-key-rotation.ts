import { type PublicKey, ROLES, type Role } from '@writ/contract'
import { sha256Hex } from './crypto.ts'
import { fromBase64 } from './encoding.ts'
import { isKeyName } from './note.ts'
import { digest, literal, object, oneOf, type Shape, text, time, where } from './shape.ts'
import { type StatementKind, subject } from './statement.ts'

/** A key as a rotation names it: all that is needed to check its signature. */
export type RotatedKey = Omit<PublicKey, 'role'>

/** That a role goes on with another key. Signed by both keys. */
export interface KeyRotation {
  readonly role: Role
  readonly from: RotatedKey
  readonly to: RotatedKey
  readonly at: string
  readonly reason: string
}

const keyShape = object<RotatedKey>({
  keyId: digest,
  algorithm: literal('ed25519'),
  publicKey: where(
    '32 bytes in Base64',
    (value) => typeof value === 'string' && fromBase64(value)?.length === 32,
  ),
  name: where('a name without spaces or +', (value) => typeof value === 'string' && isKeyName(value)),
})

/** A key under its own identifier, which is the SHA-256 of its bytes. */
const rotatedKey: Shape<RotatedKey> = {
  accepts: (value) => rotatedKey.misfit(value, '') === null,
  misfit(value, at) {
    const misfit = keyShape.misfit(value, at)
    if (misfit !== null) return misfit
    const { keyId, publicKey } = value as RotatedKey
    const is = sha256Hex(fromBase64(publicKey) ?? new Uint8Array(0))
    return is === keyId ? null : { at: `${at}/keyId`, expected: 'the identifier of its key' }
  },
}

export const KEY_ROTATION_KIND: StatementKind<KeyRotation> = {
  predicateType: 'https://writ.dev/key-rotation/v1',
  predicate: object<KeyRotation>({
    role: oneOf(ROLES),
    from: rotatedKey,
    to: rotatedKey,
    at: time,
    reason: text,
  }),
  subject: ({ role, to }) => subject(`key:${role}`, to.keyId),
  signers: 'several',
}
