import { isWritError, type PublicKey, ROLES, type Role, type Signer } from '@writ/contract'
import { ed25519Verifies, sha256Hex } from './crypto.ts'
import { fromBase64, utf8 } from './encoding.ts'
import { isKeyName } from './note.ts'

/** A signer under test, and signers of the same kind that must refuse. */
export interface SignerUnderTest {
  readonly open: () => Promise<Signer>
  /** The roles it has keys of. */
  readonly roles: readonly Role[]
  /** Keys that are missing, unsafe, wrong, ended, revoked …: opening or using such a signer must be refused. */
  readonly refusing: Readonly<Record<string, { readonly role: Role; readonly open: () => Promise<Signer> }>>
  /** Texts of private keys that no error may carry. */
  readonly secrets: readonly string[]
}

const MESSAGES = [new Uint8Array(0), utf8('a'), new Uint8Array(1 << 20).fill(7)]

/**
 * What every `Signer` has to do, whatever holds its keys: signs only in roles it has, with Ed25519 signatures that hold
 * under the key shown; refuses with `KEY_UNAVAILABLE` and nothing else; never signs with another key; tells no secret.
 * Gives what is wrong, nothing when it conforms.
 */
export async function signerFaults(subject: SignerUnderTest): Promise<readonly string[]> {
  const signer = await subject.open()
  const faults: string[] = []
  const shown = subject.roles.map((role) => signer.publicKey(role))
  if (new Set(shown.map(({ keyId }) => keyId)).size < shown.length) faults.push('two roles share a key')
  for (const key of shown) faults.push(...(await keyFaults(signer, key)))
  for (const role of ROLES.filter((known) => !subject.roles.includes(known)))
    faults.push(
      ...(await refusalFaults(`a role it has not (${role})`, role, async () => signer, subject.secrets)),
    )
  for (const [name, { role, open }] of Object.entries(subject.refusing))
    faults.push(...(await refusalFaults(name, role, open, subject.secrets)))
  return faults
}

async function keyFaults(signer: Signer, key: PublicKey): Promise<string[]> {
  const { role } = key
  const raw = fromBase64(key.publicKey) ?? new Uint8Array(0)
  const faults: string[] = []
  if (key.algorithm !== 'ed25519' || raw.length !== 32) faults.push(`${role}: shows no Ed25519 key`)
  if (key.keyId !== sha256Hex(raw)) faults.push(`${role}: the identifier is not that of the key`)
  if (!isKeyName(key.name)) faults.push(`${role}: no note can carry the name`)
  if (signer.publicKey(role).keyId !== key.keyId) faults.push(`${role}: shows another key the second time`)
  const made = await Promise.all(MESSAGES.map((message) => signer.sign(role, message)))
  for (const [i, message] of MESSAGES.entries()) {
    const signature = made[i] ?? new Uint8Array(0)
    if (signature.length !== 64 || !ed25519Verifies(raw, message, signature))
      faults.push(`${role}: the signature over ${message.length} bytes does not hold under the key shown`)
  }
  return faults
}

async function refusalFaults(
  name: string,
  role: Role,
  open: () => Promise<Signer>,
  secrets: readonly string[],
): Promise<string[]> {
  const uses: Readonly<Record<string, () => Promise<unknown>>> = {
    sign: async () => (await open()).sign(role, utf8('a')),
    publicKey: async () => (await open()).publicKey(role),
  }
  const faults: string[] = []
  for (const [use, attempt] of Object.entries(uses)) {
    const error: unknown = await attempt().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!isWritError(error) || error.code !== 'KEY_UNAVAILABLE')
      faults.push(`${name}: ${use} was not refused with KEY_UNAVAILABLE`)
    const told = everythingIn(error)
    if (secrets.some((secret) => told.includes(secret)))
      faults.push(`${name}: the error of ${use} tells a secret`)
  }
  return faults
}

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const data = 'data' in error ? JSON.stringify(error.data) : ''
  return [error.message, error.stack, data, error.cause === undefined ? '' : everythingIn(error.cause)].join(
    '\n',
  )
}
