import { parseCanonicalFile } from './canonical.ts'
import { parseEnvelope } from './dsse.ts'
import { parseStatement, type SignedStatement, type StatementKind } from './statement.ts'
import { BUNDLE_KIND, type BundleApproval } from './statement-bundle.ts'
import { ERASURE_KIND, type Erasure } from './statement-erasure.ts'
import { EXPORT_KIND, type Export } from './statement-export.ts'
import { KEY_ROTATION_KIND, type KeyRotation } from './statement-key-rotation.ts'
import { REPLAY_KIND, type ReplayAttestation } from './statement-replay.ts'
import {
  RUN_CLOSE_KIND,
  RUN_HEAD_KIND,
  RUN_OPEN_KIND,
  type RunClose,
  type RunHead,
  type RunOpen,
} from './statement-run.ts'
import { refuse } from './verdict.ts'

/** What each kind of statement says, by name. */
export interface Predicates {
  readonly 'run-open': RunOpen
  readonly 'run-close': RunClose
  readonly 'run-head': RunHead
  readonly bundle: BundleApproval
  readonly replay: ReplayAttestation
  readonly erasure: Erasure
  readonly export: Export
  readonly 'key-rotation': KeyRotation
}

export type StatementName = keyof Predicates

/** Every kind of statement there is: what a log may hold. */
export const STATEMENT_KINDS: { readonly [K in StatementName]: StatementKind<Predicates[K]> } = {
  'run-open': RUN_OPEN_KIND,
  'run-close': RUN_CLOSE_KIND,
  'run-head': RUN_HEAD_KIND,
  bundle: BUNDLE_KIND,
  replay: REPLAY_KIND,
  erasure: ERASURE_KIND,
  export: EXPORT_KIND,
  'key-rotation': KEY_ROTATION_KIND,
}

/** A statement with the name of its kind. */
export type NamedStatement = {
  [K in StatementName]: { readonly kind: K } & SignedStatement<Predicates[K]>
}[StatementName]

/** Reads a statement of whatever kind it says it is. Refuses with `NOT_CANONICAL` or `BAD_SHAPE`, unknown kinds too. */
export function parseAnyStatement(bytes: Uint8Array, at: string): NamedStatement {
  const payload: unknown = parseCanonicalFile(parseEnvelope(bytes, at).payload, at)
  const type =
    typeof payload === 'object' && payload !== null && 'predicateType' in payload ? payload.predicateType : ''
  const names = Object.keys(STATEMENT_KINDS) as StatementName[]
  const kind = names.find((name) => STATEMENT_KINDS[name].predicateType === type)
  if (kind === undefined)
    refuse('BAD_SHAPE', `${at} is a statement of the unknown kind '${String(type)}'.`, at)
  const read = parseStatement<unknown>(bytes, at, STATEMENT_KINDS[kind] as StatementKind<unknown>)
  return { kind, ...read } as NamedStatement
}
