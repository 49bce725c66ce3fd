import { type Signer, WritError } from '@writ/contract'
import { canonicalBytes, canonicalJson, parseCanonicalFile } from './canonical.ts'
import { type Envelope, parseEnvelope, type Signatory, signatoryOf, signEnvelopeBy } from './dsse.ts'
import { digest, list, literal, object, type Shape, shaped, text } from './shape.ts'
import { refuse } from './verdict.ts'

// Signed statements: in-toto Statement v1 in DSSE, both canonical JSON. What each kind says is in the statement-*
// files; this one writes and reads them all.

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

export interface Subject {
  readonly name: string
  readonly digest: { readonly sha256: string }
}

export interface Statement<T> {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly Subject[]
  readonly predicateType: string
  readonly predicate: T
}

/** A kind of statement. */
export interface StatementKind<T> {
  /** `https://writ.dev/<name>/v1`. */
  readonly predicateType: string
  readonly predicate: Shape<T>
  /** The one subject a statement with this predicate has; absent where the predicate does not settle it. */
  subject?(predicate: T): Subject
  /** Whether exactly one key signs, as an operator does, or any number may. */
  readonly signers: 'one' | 'several'
}

export interface SignedStatement<T> {
  readonly envelope: Envelope
  readonly statement: Statement<T>
}

/** A subject by name and SHA-256 (hex). */
export function subject(name: string, sha256: string): Subject {
  return { name, digest: { sha256 } }
}

/** The subject of what is said of a run as a whole: the root (hex) of its tree. */
export function runSubject({ run, root }: { readonly run: string; readonly root: string }): Subject {
  return subject(`run:${run}`, root)
}

export function statementOf<T>(kind: StatementKind<T>, about: Subject, predicate: T): Statement<T> {
  return { _type: STATEMENT_TYPE, subject: [about], predicateType: kind.predicateType, predicate }
}

/** Signs a statement whose subject follows from its predicate. Gives the bytes of its DSSE envelope. */
export function signStatement<T>(
  kind: StatementKind<T>,
  predicate: T,
  signatories: readonly Signatory[],
): Promise<Uint8Array> {
  if (kind.subject === undefined) throw new WritError('INTERNAL', `${kind.predicateType} needs a subject.`)
  return signWhole(kind, statementOf(kind, kind.subject(predicate), predicate), signatories)
}

/** The same by the `operator` key alone. */
export function signByOperator<T>(signer: Signer, kind: StatementKind<T>, predicate: T): Promise<Uint8Array> {
  return signStatement(kind, predicate, [signatoryOf(signer, 'operator')])
}

/** Signs a statement that was put together. Rejects with `INTERNAL` what `parseStatement` would refuse. */
export async function signWhole<T>(
  kind: StatementKind<T>,
  statement: Statement<T>,
  signatories: readonly Signatory[],
): Promise<Uint8Array> {
  const bytes = await signEnvelopeBy(signatories, PAYLOAD_TYPE, canonicalBytes(statement))
  try {
    parseStatement(bytes, kind.predicateType, kind)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('INTERNAL', `No statement can say this: ${why}`, { cause })
  }
  return bytes
}

/** Reads a statement of one kind. Refuses with `NOT_CANONICAL` or `BAD_SHAPE`; judges no signature. */
export function parseStatement<T>(bytes: Uint8Array, at: string, kind: StatementKind<T>): SignedStatement<T> {
  const envelope = parseEnvelope(bytes, at)
  if (envelope.payloadType !== PAYLOAD_TYPE) {
    refuse('BAD_SHAPE', `${at} has the payload type '${envelope.payloadType}'.`, `${at}#/payloadType`)
  }
  if (kind.signers === 'one' && envelope.signatures.length !== 1) {
    const count = envelope.signatures.length
    refuse('BAD_SHAPE', `${at} has ${count} signatures instead of one.`, `${at}#/signatures`)
  }
  const shape = object<Statement<T>>({
    _type: literal(STATEMENT_TYPE),
    subject: list(object<Subject>({ name: text, digest: object<Subject['digest']>({ sha256: digest }) })),
    predicateType: literal(kind.predicateType),
    predicate: kind.predicate,
  })
  const statement = shaped(shape, parseCanonicalFile(envelope.payload, at), (misfit) =>
    refuse('BAD_SHAPE', `${at} needs ${misfit.expected} at ${misfit.at} of its statement.`, at),
  )
  const due = kind.subject?.(statement.predicate)
  if (due !== undefined && canonicalJson(statement.subject) !== canonicalJson([due])) {
    refuse('BAD_SHAPE', `The subject of ${at} is not what its predicate is about.`, at)
  }
  return { envelope, statement }
}
