import type { Role, TrustedKey } from '@writ/contract'
import type { ByteSource } from './byte-source.ts'
import { envelopeHolds } from './dsse.ts'
import { type Contents, readEvidence } from './evidence-contents.ts'
import { CHECKPOINT, RUN_CLOSE, RUN_OPEN } from './evidence-layout.ts'
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

/** The three signatures of a file. Keys come from the trust root only; what the file says of keys is not looked at. */
export function judgeSignatures(contents: Contents, ring: KeyRing): readonly JudgedSignature[] {
  const { checkpoint, runOpen, runClose } = contents
  const { openedAt } = runOpen.statement.predicate
  const { closedAt } = runClose.statement.predicate
  const note = `${checkpoint.signature.name}+${checkpoint.signature.keyHash}`
  const logKey = ring.byNote.get(note)
  const openKey = ring.byId.get(runOpen.envelope.signatures[0].keyId)
  const closeKey = ring.byId.get(runClose.envelope.signatures[0].keyId)
  return [
    {
      file: RUN_OPEN,
      role: 'operator',
      claimedAt: openedAt,
      names: runOpen.envelope.signatures[0].keyId,
      key: openKey,
      holds: openKey !== undefined && envelopeHolds(runOpen.envelope, openKey),
    },
    {
      file: CHECKPOINT,
      role: 'log',
      claimedAt: closedAt,
      names: note,
      key: logKey,
      holds: logKey !== undefined && noteSignatureHolds(checkpoint.note, checkpoint.signature, logKey),
    },
    {
      file: RUN_CLOSE,
      role: 'operator',
      claimedAt: closedAt,
      names: runClose.envelope.signatures[0].keyId,
      key: closeKey,
      holds: closeKey !== undefined && envelopeHolds(runClose.envelope, closeKey),
    },
  ]
}

/** Keys of the trust root that a file names as its signers. Says nothing of whether they signed it. */
export async function namedKeys(source: ByteSource, ring: KeyRing): Promise<readonly TrustedKey[]> {
  const signatures = judgeSignatures(await readEvidence(source), ring)
  return [...new Set(signatures.map(({ key }) => key))].filter((key) => key !== undefined)
}
