import { checkApproval } from './bundle-approval.ts'
import type { Contents } from './evidence-contents.ts'
import type { JudgedSignature } from './signatures.ts'
import { isValidAt, type KeyRing } from './trust-root.ts'
import { refuse } from './verdict.ts'

/**
 * AUTHORITY: whether keys of the trust root made every signature, each in its role and valid at the time claimed, and as
 * many of governance stand behind the bundle as the trust root asks for.
 * A claimed time is no evidence of time; only a witness or a time stamp would be.
 */
export function verifyAuthority(
  contents: Contents,
  signatures: readonly JudgedSignature[],
  ring: KeyRing,
): string {
  for (const signature of signatures) checkSigner(signature)
  const keys = new Set(signatures.map(({ key }) => key?.keyId))
  const approved = checkApproval(contents, ring)
  return `${signatures.length} signatures by ${keys.size} keys of the trust root.${approved}`
}

function checkSigner({ file, role, claimedAt, names, key, holds }: JudgedSignature): void {
  if (key === undefined) {
    refuse('UNKNOWN_KEY', `${file} is signed by ${names}, which the trust root does not have.`, file)
  }
  if (key.role !== role) {
    refuse('WRONG_ROLE', `${file} needs a key of role ${role}; ${key.keyId} has role ${key.role}.`, file)
  }
  if (!isValidAt(key, Date.parse(claimedAt))) {
    const until = key.validUntil ?? 'open'
    const revoked = key.revokedAt === undefined ? '' : `, revoked ${key.revokedAt}`
    refuse(
      'KEY_NOT_VALID',
      `${file} claims ${claimedAt}; ${key.keyId} is valid ${key.validFrom} to ${until}${revoked}.`,
      file,
    )
  }
  if (!holds) refuse('NOT_SIGNED', `${file} names ${key.keyId}, but that key did not sign it.`, file)
}
