import { defined, type TransparencyLog, toWritError, type WritError } from '@writ/contract'
import {
  decodeRecord,
  formatTlogProof,
  hex,
  parseLogCheckpoint,
  RUN_CLOSE_PROOF,
  RUN_HEAD_KIND,
  RUN_HEAD_PROOF,
  RUN_OPEN_PROOF,
  signByOperator,
  signRunOpen,
} from '@writ/evidence'
import type { RunState } from './run-state.ts'
import type { Sealing } from './seal.ts'

/**
 * Puts the opening statement of a run into the log, before anything is spent: from then on the log shows that a close or an
 * abort is owed. Done again for a run that goes on, it changes nothing.
 */
export async function logOpening({ ports, journal }: RunState): Promise<void> {
  await ports.transparency?.append(await signRunOpen(ports.signer, journal.firstRecord))
}

/** The proofs of a run's statements, by file name. */
export interface LoggedClose {
  readonly proofs: ReadonlyMap<string, Uint8Array>
  /** Why the answer has to wait; null when nothing keeps it. */
  readonly pending: WritError | null
}

/**
 * Puts the closing statement into the log, before it the head where witnesses are asked for, and proves all of them under
 * one checkpoint. INVARIANT: without the quorum's cosignatures on a checkpoint over the head, `pending` says so.
 */
export async function logClosing(
  { ports, run, journal }: Sealing,
  statements: {
    readonly runOpen: Uint8Array
    readonly runClose: Uint8Array
    readonly lastRecord: Uint8Array
  },
): Promise<LoggedClose> {
  const { transparency: log, witnesses, signer } = ports
  if (log === undefined) return { proofs: new Map(), pending: null }
  const { runOpen, runClose, lastRecord } = statements
  const logged = new Map([[RUN_OPEN_PROOF, runOpen]])
  if (witnesses !== undefined) {
    const at = new Date(decodeRecord(lastRecord).obs.at).toISOString()
    const { size, root } = journal
    logged.set(
      RUN_HEAD_PROOF,
      await signByOperator(signer, RUN_HEAD_KIND, { run, size, root: hex(root), at }),
    )
  }
  logged.set(RUN_CLOSE_PROOF, runClose)
  const indexes: number[] = []
  for (const statement of logged.values()) indexes.push(await log.append(statement))
  let note = log.checkpoint() ?? new Uint8Array(0)
  let pending: WritError | null = null
  try {
    note = (await witnesses?.cosign(log)) ?? note
  } catch (error) {
    pending = toWritError(error)
  }
  const proofs = [...logged].map(([name, statement], i) => {
    return [name, prove(log, indexes[i] ?? 0, note, name === RUN_HEAD_PROOF ? statement : undefined)] as const
  })
  return { proofs: new Map(proofs), pending }
}

/** The proof of a statement under a checkpoint that covers it. */
export function prove(log: TransparencyLog, index: number, note: Uint8Array, extra?: Uint8Array): Uint8Array {
  const checkpoint = parseLogCheckpoint(note, 'checkpoint of the log')
  const hashes = log.inclusion(index, checkpoint.size)
  return formatTlogProof({ index, hashes, checkpoint, ...defined({ extra }) })
}
