import type { Role, TrustedKey } from '@writ/contract'
import type { ByteSource } from './byte-source.ts'
import { type Envelope, envelopeHolds } from './dsse.ts'
import { type Contents, readEvidence } from './evidence-contents.ts'
import { CHECKPOINT, ERASURE, EXPORT, RUN_CLOSE, RUN_OPEN } from './evidence-layout.ts'
import { noteSignatureHolds } from './note.ts'
import type { KeyRing } from './trust-root.ts'

/** A signature of the file, held against the trust root. */
export interface JudgedSignature {
  readonly file: string
  /** What the key has to be for. */
  readonly role: Role
  /** When it was made, as the statements claim. */
  readonly claimedAt: string
  /** How the signature names its key. */
  readonly names: string
  /** The trusted key it names, in whatever role; undefined when the trust root has none. */
  readonly key: TrustedKey | undefined
  /** Whether that key made it. */
  readonly holds: boolean
}

/** The three signatures of a file, and those of its erasure and of whoever made a copy. Keys come from the trust root only; what the file says of keys is not looked at. */
export function judgeSignatures(contents: Contents, ring: KeyRing): readonly JudgedSignature[] {
  const { checkpoint, runOpen, runClose, erasure, exported } = contents
  const { openedAt } = runOpen.statement.predicate
  const { closedAt } = runClose.statement.predicate
  const note = `${checkpoint.signature.name}+${checkpoint.signature.keyHash}`
  const logKey = ring.byNote.get(note)
  return [
    byOperator(RUN_OPEN, runOpen.envelope, openedAt, ring),
    {
      file: CHECKPOINT,
      role: 'log',
      claimedAt: closedAt,
      names: note,
      key: logKey,
      holds: logKey !== undefined && noteSignatureHolds(checkpoint.note, checkpoint.signature, logKey),
    },
    byOperator(RUN_CLOSE, runClose.envelope, closedAt, ring),
    ...(erasure === undefined
      ? []
      : [byOperator(ERASURE, erasure.envelope, erasure.statement.predicate.at, ring)]),
    ...(exported === undefined
      ? []
      : [byOperator(EXPORT, exported.envelope, exported.statement.predicate.at, ring)]),
  ]
}

function byOperator(file: string, envelope: Envelope, claimedAt: string, ring: KeyRing): JudgedSignature {
  const names = envelope.signatures[0].keyId
  const key = ring.byId.get(names)
  return {
    file,
    role: 'operator',
    claimedAt,
    names,
    key,
    holds: key !== undefined && envelopeHolds(envelope, key),
  }
}

/** Keys of the trust root that a file names as its signers. Says nothing of whether they signed it. */
export async function namedKeys(source: ByteSource, ring: KeyRing): Promise<readonly TrustedKey[]> {
  const signatures = judgeSignatures(await readEvidence(source), ring)
  return [...new Set(signatures.map(({ key }) => key))].filter((key) => key !== undefined)
}
