import { envelopeHolds } from './dsse.ts'
import type { Contents } from './evidence-contents.ts'
import { APPROVAL, RUN_OPEN } from './evidence-layout.ts'
import { isValidAt, type KeyRing } from './trust-root.ts'
import { refuse } from './verdict.ts'

/**
 * Whether governance stands behind the bundle of the run as the trust root asks; gives what to add to a pass. Signatures
 * of other keys count for nothing and harm nothing. What is there and for another bundle is refused in any case.
 */
export function checkApproval({ approval, runOpen }: Contents, ring: KeyRing): string {
  const threshold = ring.root.thresholds?.governance
  if (approval === undefined) {
    if (threshold === undefined) return ''
    refuse(
      'NOT_APPROVED',
      `The trust root asks for ${threshold} governance keys; there is no ${APPROVAL}.`,
      RUN_OPEN,
    )
  }
  const { bundle, at } = approval.statement.predicate
  const pinned = runOpen.statement.predicate.bundle
  if (bundle !== pinned) {
    refuse(
      'APPROVAL_MISMATCH',
      `${APPROVAL} is for bundle ${bundle}; the run was pinned to ${pinned}.`,
      APPROVAL,
    )
  }
  const counted = approval.envelope.signatures.filter(({ keyId }) => {
    const key = ring.byId.get(keyId)
    return (
      key?.role === 'governance' && isValidAt(key, Date.parse(at)) && envelopeHolds(approval.envelope, key)
    )
  }).length
  if (counted < (threshold ?? 0)) {
    refuse(
      'APPROVAL_SHORT',
      `${counted} of the ${threshold} governance keys asked for signed for the bundle.`,
      APPROVAL,
    )
  }
  return ` ${counted} governance keys stand behind the bundle.`
}
