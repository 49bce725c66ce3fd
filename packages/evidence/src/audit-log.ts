import { isWritError } from '@writ/contract'
import type { LogCheckpoint } from './checkpoint.ts'
import { envelopeHolds } from './dsse.ts'
import { bytesEqual, hex } from './encoding.ts'
import { leafHash, MerkleTree } from './merkle.ts'
import { noteSignatureHolds } from './note.ts'
import { type NamedStatement, parseAnyStatement, type StatementName } from './statement-kinds.ts'
import { isValidAt, type KeyRing } from './trust-root.ts'

/** A run the log shows as opened and neither closed nor aborted. */
export interface OpenRun {
  readonly run: string
  readonly openedAt: string
  readonly index: number
  /** When it was erased while it was open: without its key nobody can close it any more. */
  readonly erasedAt?: string
}

/** What a whole log says. */
export interface LogAudit {
  readonly origin: string
  readonly size: number
  /** Hex. */
  readonly root: string
  readonly statements: Readonly<Partial<Record<StatementName, number>>>
  /** Runs that owe a close, in the order they were opened. */
  readonly open: readonly OpenRun[]
  /** What is wrong, in words with the index; a log with none is whole. */
  readonly faults: readonly string[]
}

/**
 * Reads a log from its first statement on and holds it against its checkpoint: root, size, signatures of keys of the trust
 * root that were valid at the times the statements claim, that each run closed was opened, and that none was closed under two
 * roots. `now` in milliseconds since 1970. Never throws for what the log holds.
 */
export function auditLog(
  checkpoint: LogCheckpoint,
  statements: Iterable<Uint8Array>,
  ring: KeyRing,
  now: number = Date.now(),
): LogAudit {
  const { origin, size, root } = checkpoint
  const faults: string[] = []
  let latest = Number.NEGATIVE_INFINITY
  const tree = new MerkleTree()
  const counts = new Map<StatementName, number>()
  const open = new Map<string, OpenRun>()
  const seen = new Set<string>()
  const roots = new Map<string, string>()
  for (const bytes of statements) {
    const index = tree.size
    if (index === size) break
    tree.append(leafHash(bytes))
    const statement = read(bytes, index, faults)
    if (statement === undefined) continue
    counts.set(statement.kind, (counts.get(statement.kind) ?? 0) + 1)
    faults.push(...signatureFaults(statement, index, ring))
    latest = Math.max(latest, Date.parse(claimedTime(statement)))
    if (statement.kind === 'run-open') {
      const { run, openedAt } = statement.statement.predicate
      if (!seen.has(run)) open.set(run, { run, openedAt, index })
      seen.add(run)
    } else if (statement.kind === 'run-close') {
      const { run, root: runRoot } = statement.statement.predicate
      if (!seen.has(run)) faults.push(`${index}: the run ${run} is closed and was never opened`)
      if ((roots.get(run) ?? runRoot) !== runRoot) {
        faults.push(`${index}: the run ${run} is closed under another root than before`)
      }
      roots.set(run, runRoot)
      open.delete(run)
    } else if (statement.kind === 'erasure') {
      const { run, at: erasedAt } = statement.statement.predicate
      const owing = open.get(run)
      if (owing !== undefined) open.set(run, { ...owing, erasedAt })
    }
  }
  if (tree.size !== size) faults.push(`the checkpoint is over ${size} statements; there are ${tree.size}`)
  else if (!bytesEqual(tree.root(), root))
    faults.push('the statements do not give the root of the checkpoint')
  const makers = checkpoint.note.signatures.flatMap((one) => {
    const key = ring.byNote.get(`${one.name}+${one.keyHash}`)
    return key?.role === 'log' && noteSignatureHolds(checkpoint.note, one, key) ? [key] : []
  })
  // A checkpoint has no time of its own: it is no older than what it covers.
  const valid = makers.some((key) => isValidAt(key, now) || isValidAt(key, latest))
  if (makers.length === 0) faults.push('the checkpoint is not signed by a log key of the trust root')
  else if (!valid) faults.push('the checkpoint is signed by a log key that was not valid when it was made')
  const sorted = Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { origin, size, root: hex(root), statements: sorted, open: [...open.values()], faults }
}

function read(bytes: Uint8Array, index: number, faults: string[]): NamedStatement | undefined {
  try {
    return parseAnyStatement(bytes, `${index}`)
  } catch (error) {
    if (!isWritError(error)) throw error
    faults.push(`${index}: ${error.message}`)
    return undefined
  }
}

/** What the operator says of runs has to be signed by an operator key of the trust root. */
function signatureFaults(statement: NamedStatement, index: number, ring: KeyRing): string[] {
  const { kind, envelope } = statement
  if (kind === 'bundle' || kind === 'key-rotation') return []
  const key = ring.byId.get(envelope.signatures[0].keyId)
  if (key?.role !== 'operator') return [`${index}: signed by no operator key of the trust root`]
  if (!envelopeHolds(envelope, key)) return [`${index}: not signed by the key it names`]
  const time = claimedTime(statement)
  return isValidAt(key, Date.parse(time))
    ? []
    : [`${index}: signed by the operator key ${key.name}, which was not valid at ${time}`]
}

function claimedTime({ kind, statement }: NamedStatement): string {
  if (kind === 'run-open') return statement.predicate.openedAt
  if (kind === 'run-close') return statement.predicate.closedAt
  return statement.predicate.at
}
