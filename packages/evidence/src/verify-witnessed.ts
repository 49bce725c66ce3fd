import type { TrustedKey } from '@writ/contract'
import type { LogCheckpoint } from './checkpoint.ts'
import { cosignerHash } from './cosignature.ts'
import { envelopeHolds } from './dsse.ts'
import { bytesEqual, fromBase64 } from './encoding.ts'
import { RUN_CLOSE, RUN_CLOSE_PROOF, RUN_HEAD_PROOF, RUN_OPEN, RUN_OPEN_PROOF } from './evidence-layout.ts'
import { leafHash } from './merkle.ts'
import { inclusionHolds } from './merkle-proof.ts'
import { noteSignatureHolds } from './note.ts'
import { cosigners } from './quorum.ts'
import { parseStatement } from './statement.ts'
import { RUN_HEAD_KIND, type RunClose, type RunOpen } from './statement-run.ts'
import { parseTlogProof, type TlogProof } from './tlog-proof.ts'
import { isValidAt, type KeyRing, witnessThreshold } from './trust-root.ts'
import { failed, refuse, type Verdict } from './verdict.ts'
import { VERDICT_CODES, type VerdictCode } from './verdict-codes.ts'

/** What WITNESSED is judged from. */
export interface LoggedRun {
  readonly opened: RunOpen
  readonly closed: RunClose
  /** Bytes of a file; undefined when there is none. The three proofs may be missing, the two statements not. */
  file(name: string): Uint8Array | undefined
}

/** How a file is completed that lacks its quorum: by whoever keeps the log, and nothing else of the file changes. */
const MISSING_STEP =
  'The keeper of its log completes it: writ log prove <file> --witness <url>, once for each witness.'

/** A proof that holds, and the leaf it is of. */
interface Logged {
  readonly at: string
  readonly proof: TlogProof
}

/**
 * WITNESSED: whether the run's statements are in the log of a trusted key, and as many trusted witnesses cosigned its
 * checkpoint as the trust root asks of a run opened then. Fails when a proof is wrong or the threshold is not met; is not
 * evaluated when the trust root asks for no witness.
 */
export function verifyWitnessed(run: LoggedRun, ring: KeyRing | undefined): Verdict {
  if (ring === undefined) return notEvaluated('NO_TRUST_ROOT', VERDICT_CODES.NO_TRUST_ROOT)
  try {
    const logged = checkProofs(run, ring)
    const close = logged.find(({ at }) => at === RUN_CLOSE_PROOF)
    const threshold = witnessThreshold(ring.root, Date.parse(run.opened.openedAt))
    if (threshold === 0) return notEvaluated('NO_WITNESS', describe(logged))
    if (close === undefined)
      refuse('NOT_LOGGED', `The file does not prove that its run is in a log. ${MISSING_STEP}`, RUN_CLOSE)
    const seen = countWitnesses(close, ring)
    if (seen < threshold) {
      const detail = `${seen} of the ${threshold} witnesses the trust root asks for cosigned. ${MISSING_STEP}`
      refuse('QUORUM_NOT_MET', detail, close.at)
    }
    const detail = `${describe(logged)} ${seen} witnesses cosigned it; ${threshold} are asked for.`
    return { name: 'WITNESSED', result: 'pass', code: 'OK', detail, at: null }
  } catch (error) {
    return failed('WITNESSED', error)
  }
}

function notEvaluated(code: VerdictCode, detail: string): Verdict {
  return { name: 'WITNESSED', result: 'not-evaluated', code, detail, at: null }
}

function describe(logged: readonly Logged[]): string {
  const [first] = logged
  if (first === undefined)
    return 'No witness is asked for, and the file carries no proof that the run is in a log.'
  const names = logged.map(({ at }) => at.replace(/^proofs\/|\.tlog-proof$/g, ''))
  return `${names.join(', ')} in the log ${first.proof.checkpoint.origin}.`
}

/** Holds every proof there is against its statement, the log's key and the others. In the order of the log. */
function checkProofs(run: LoggedRun, ring: KeyRing): readonly Logged[] {
  const logged = [RUN_OPEN_PROOF, RUN_HEAD_PROOF, RUN_CLOSE_PROOF].flatMap((at): Logged[] => {
    const bytes = run.file(at)
    return bytes === undefined ? [] : [{ at, proof: parseTlogProof(bytes, at) }]
  })
  for (const one of logged) {
    checkLog(one, run, ring)
    const leaf = leafOf(one, run, ring)
    const { index, hashes, checkpoint } = one.proof
    if (!inclusionHolds(leafHash(leaf), index, checkpoint.size, hashes, checkpoint.root)) {
      refuse('NOT_INCLUDED', `${one.at} does not show its statement at index ${index}.`, one.at)
    }
  }
  for (const [i, { at, proof }] of logged.entries()) checkAfter(proof, at, logged.slice(0, i))
  return logged
}

/** The statement a proof is of. That of the head comes inside its proof. */
function leafOf({ at, proof }: Logged, run: LoggedRun, ring: KeyRing): Uint8Array {
  if (at !== RUN_HEAD_PROOF) {
    if (proof.extra !== undefined) refuse('NOT_CANONICAL', `${at} has an extra line.`, at)
    return run.file(at === RUN_OPEN_PROOF ? RUN_OPEN : RUN_CLOSE) ?? new Uint8Array(0)
  }
  if (proof.extra === undefined) refuse('BAD_SHAPE', `${at} does not carry its statement.`, at)
  const { envelope, statement } = parseStatement(proof.extra, at, RUN_HEAD_KIND)
  const { predicate } = statement
  const { closed } = run
  if (predicate.run !== closed.run) refuse('WRONG_RUN', `${at} is about run ${predicate.run}.`, at)
  if (predicate.root !== closed.root || predicate.size !== closed.size) {
    refuse('ROOT_MISMATCH', `${at} has another root or size than the closing statement.`, at)
  }
  const key = ring.byId.get(envelope.signatures[0].keyId)
  if (key === undefined) refuse('UNKNOWN_KEY', `${at} is signed by a key the trust root does not have.`, at)
  if (key.role !== 'operator') refuse('WRONG_ROLE', `${at} is signed by a key of role ${key.role}.`, at)
  if (!isValidAt(key, Date.parse(predicate.at))) refuse('KEY_NOT_VALID', `${at} claims ${predicate.at}.`, at)
  if (!envelopeHolds(envelope, key)) refuse('BAD_SIGNATURE', `${at} is not signed by the key it names.`, at)
  return proof.extra
}

/**
 * The checkpoint has to be by a log key that is valid now or was when the run ended, and its origin that of a log key. Every
 * other line is by a witness key of the trust root, whether it counts or not: nothing else vouches for the bytes of a line.
 */
function checkLog({ at, proof }: Logged, { closed }: LoggedRun, ring: KeyRing): void {
  const { note, origin } = proof.checkpoint
  const logKeys = ring.root.keys.filter(({ role }) => role === 'log')
  const began = /^writ\.dev\/log\/([0-9a-f]{16})$/.exec(origin)?.[1]
  if (began === undefined || !logKeys.some(({ keyId }) => keyId.startsWith(began))) {
    refuse('WRONG_LOG', `${at} is from the log '${origin}', which no trusted log key began.`, at)
  }
  const [made, ...others] = note.signatures
  const key = made && ring.byNote.get(`${made.name}+${made.keyHash}`)
  if (made === undefined || key === undefined || key.role !== 'log' || !noteSignatureHolds(note, made, key)) {
    refuse('LOG_NOT_SIGNED', `The first signature of ${at} is not by a trusted log key.`, at)
  }
  for (const { name, keyHash } of others) {
    if (witnessesOf(ring).some((key) => key.name === name && cosignerHash(key) === keyHash)) continue
    const detail = `${at} has a line by ${name}+${keyHash}, which is no witness key of the trust root.`
    refuse('UNKNOWN_KEY', detail, at)
  }
  const times = [Date.parse(closed.closedAt), ...trustedTimes(proof.checkpoint, ring, at)]
  if (!times.some((time) => isValidAt(key, time))) {
    refuse('KEY_NOT_VALID', `${at} is signed by ${key.name}, which was not valid when the run ended.`, at)
  }
  const names = others.map(({ name, keyHash }) => `${name}+${keyHash}`)
  if (names.some((name, i) => i > 0 && name <= (names[i - 1] ?? ''))) {
    refuse('NOT_CANONICAL', `The cosignatures of ${at} are not sorted, each once.`, at)
  }
}

/** No statement is logged before the one it follows, and a size has one root. */
function checkAfter(proof: TlogProof, at: string, before: readonly Logged[]): void {
  for (const { at: earlier, proof: other } of before) {
    if (other.index >= proof.index) refuse('WRONG_PLACE', `${at} is not after ${earlier}.`, at)
    if (other.checkpoint.origin !== proof.checkpoint.origin) {
      refuse('WRONG_LOG', `${at} and ${earlier} are from two logs.`, at)
    }
    if (other.checkpoint.size !== proof.checkpoint.size) continue
    if (!bytesEqual(other.checkpoint.root, proof.checkpoint.root)) {
      refuse('WRONG_LOG', `${at} and ${earlier} give two roots for ${proof.checkpoint.size} statements.`, at)
    }
  }
}

interface Witness {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly key: TrustedKey
}

function cosignedBy(
  checkpoint: LogCheckpoint,
  ring: KeyRing,
  at: string,
): ReturnType<typeof cosigners<Witness>> {
  return cosigners(checkpoint.note, witnessesOf(ring), at).filter(({ witness, time }) =>
    isValidAt(witness.key, time * 1000),
  )
}

function witnessesOf(ring: KeyRing): readonly Witness[] {
  return ring.root.keys
    .filter(({ role }) => role === 'witness')
    .map((key) => ({ name: key.name, publicKey: fromBase64(key.publicKey) ?? new Uint8Array(0), key }))
}

function countWitnesses({ at, proof }: Logged, ring: KeyRing): number {
  return cosignedBy(proof.checkpoint, ring, at).length
}

/** Times of trusted witnesses, in milliseconds. */
function trustedTimes(checkpoint: LogCheckpoint, ring: KeyRing, at: string): readonly number[] {
  return cosignedBy(checkpoint, ring, at).map(({ time }) => time * 1000)
}
