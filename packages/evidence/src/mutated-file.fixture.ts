import type { PublicKey, Role, Signer } from '@writ/contract'
import { archiveOf, joinRecords } from './archive.fixture.ts'
import { checkpointText, parseLogCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { fromBase64 } from './encoding.ts'
import { digestsOf, inOrder, MANIFEST, manifest, RECORDS, RUN_CLOSE } from './evidence-layout.ts'
import { leafHash, rootOfHashes } from './merkle.ts'
import { inclusionProof } from './merkle-proof.ts'
import type { Records } from './mutation-classes.fixture.ts'
import { formatNote, type NoteSignature, parseNote, signNote } from './note.ts'
import { encodeRecord } from './record.ts'
import {
  OPENED_AT,
  OWNER,
  RUN,
  type Sample,
  sampleEvidence,
  sampleOfLeaves,
  WordSigner,
} from './sample-run.fixture.ts'
import { formatTlogProof } from './tlog-proof.ts'
import { nodesOf } from './tree-nodes.ts'

// How far whoever altered a run got in making the file fit again. For tests only.

export const ATTACKER: WordSigner = new WordSigner('attacker')
/** The honest run, what its files are, and the file itself. */
export const sample: Sample = await sampleEvidence()

export type Files = ReadonlyMap<string, Uint8Array>

/** Every file of a sample but the manifest. */
export const filesOf = ({ files, runClose }: Sample): Files => new Map([...files, [RUN_CLOSE, runClose]])

/** The archive of these files, with the manifest that fits them. */
export function manifested(files: Files): Promise<Uint8Array> {
  const listed = inOrder(files)
  return archiveOf(inOrder(new Map([...listed, [MANIFEST, manifest(RUN, digestsOf(listed))]])))
}

/** The archive of these files with the manifest of the sample. */
export function unlisted(files: Files): Promise<Uint8Array> {
  return archiveOf(
    inOrder(new Map([...files, [MANIFEST, manifest(RUN, digestsOf(inOrder(filesOf(sample))))]])),
  )
}

export const withRecords = (records: Records): Files =>
  new Map([...filesOf(sample), [RECORDS, joinRecords(records.map((record) => encodeRecord(record)))]])

/** Root, digests and statements made to fit and signed, nothing disclosed. */
export async function signedAgain(records: Records, signer: Signer): Promise<Uint8Array> {
  const leaves = records.map((record) => encodeRecord(record))
  return await manifested(filesOf(await sampleOfLeaves(leaves, signer, [])))
}

/** Says what one signer's keys are, and signs with another's. */
export class Impostor implements Signer {
  readonly #claimed: Signer
  readonly #real: Signer

  constructor(claimed: Signer, real: Signer) {
    this.#claimed = claimed
    this.#real = real
  }

  publicKey(role: Role): PublicKey {
    return this.#claimed.publicKey(role)
  }

  sign(role: Role, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#real.sign(role, bytes)
  }
}

/** Signs what is the log's with the operator's key, and the other way about. */
export const EXCHANGED: Signer = {
  publicKey: (role) => OWNER.publicKey(exchanged(role)),
  sign: (role, bytes) => OWNER.sign(exchanged(role), bytes),
}

const exchanged = (role: Role): Role => (role === 'log' ? 'operator' : 'log')

/** Proof that a statement is the last of these in the owner's log, cosigned by nobody or by one witness. */
export async function logProof(leaves: readonly Uint8Array[], witness?: WordSigner): Promise<Uint8Array> {
  const hashes = leaves.map(leafHash)
  const index = leaves.length - 1
  const origin = `writ.dev/log/${OWNER.publicKey('log').keyId.slice(0, 16)}`
  const text = checkpointText(origin, leaves.length, rootOfHashes(hashes))
  const { signatures } = parseNote(await signNote(OWNER, 'log', text), 'note')
  const cosigned = witness === undefined ? [] : [await cosignedBy(witness, text)]
  const checkpoint = parseLogCheckpoint(
    formatNote({ text, signatures: [...signatures, ...cosigned] }),
    'note',
  )
  return formatTlogProof({ index, hashes: inclusionProof(nodesOf(hashes), leaves.length, index), checkpoint })
}

function cosignedBy(witness: WordSigner, text: string): Promise<NoteSignature> {
  const { name, publicKey } = witness.publicKey('witness')
  const key = { name, publicKey: fromBase64(publicKey) ?? new Uint8Array(0) }
  return cosign(key, (bytes) => witness.sign('witness', bytes), Math.ceil(OPENED_AT / 1000) + 5, text)
}
