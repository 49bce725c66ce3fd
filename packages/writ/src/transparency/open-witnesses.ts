import { isWritError, type TransparencyLog, type TrustRoot, type Witnesses, WritError } from '@writ/contract'
import {
  formatNote,
  fromBase64,
  isValidAt,
  type LogCheckpoint,
  type NoteSignature,
  parseLogCheckpoint,
} from '@writ/evidence'
import { askWitness } from './ask-witness.ts'

/** Witnesses and how many of their keys have to cosign. */
export interface WitnessPolicy {
  readonly urls: readonly string[]
  readonly quorum: number
  /** Their keys are those of role `witness` here that are valid: what no verifier would count releases no answer. */
  readonly trust: TrustRoot
  /** Time for one round of asking. */
  readonly timeoutMs: number
}

/** Rounds of asking, when other processes append while witnesses are asked. */
const MOST_ROUNDS = 3

/** Throws `USAGE` for a quorum that these witnesses can never make. */
export function openWitnesses({ urls, quorum, trust, timeoutMs }: WitnessPolicy): Witnesses {
  const keys = trust.keys
    .filter((key) => key.role === 'witness' && isValidAt(key, Date.now()))
    .map((trusted) => ({
      name: trusted.name,
      publicKey: fromBase64(trusted.publicKey) ?? new Uint8Array(0),
      countsAt: (seconds: number) => isValidAt(trusted, seconds * 1000),
    }))
  if (!Number.isSafeInteger(quorum) || quorum < 1 || quorum > urls.length || quorum > keys.length) {
    throw new WritError(
      'USAGE',
      `A quorum of ${quorum} cannot be made by ${urls.length} witnesses and ${keys.length} pinned witness keys that are valid; pin one with: writ keys trust <trust.json of the witness>`,
    )
  }
  const known = new Map<string, number>()
  return {
    cosign: async (log) => {
      const problems: string[] = []
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const checkpoint = parseLogCheckpoint(log.checkpoint() ?? new Uint8Array(0), 'checkpoint of the log')
        const { made, failed } = await askAll(log, checkpoint)
        problems.splice(0, problems.length, ...failed)
        const lines = distinct(made)
        if (new Set(lines.map(({ name, keyHash }) => `${name}+${keyHash}`)).size >= quorum) {
          return formatNote({ ...checkpoint.note, signatures: [...checkpoint.note.signatures, ...lines] })
        }
        if (failed.length > urls.length - quorum) break
      }
      const why = problems.length === 0 ? '' : ` ${problems.join('; ')}.`
      throw new WritError('WITNESS_QUORUM', `Fewer than ${quorum} witnesses cosigned the log.${why}`)
    },
  }

  async function askAll(
    log: TransparencyLog,
    checkpoint: LogCheckpoint,
  ): Promise<{ readonly made: readonly NoteSignature[]; readonly failed: readonly string[] }> {
    const signal = AbortSignal.timeout(timeoutMs)
    const answers = await Promise.allSettled(
      urls.map(async (url) => {
        const answer = await askWitness(url, keys, log, checkpoint, known.get(url) ?? 0, signal)
        known.set(url, answer.known)
        return answer.made
      }),
    )
    const reasons = answers.map((one): unknown => (one.status === 'rejected' ? one.reason : undefined))
    const other = reasons.find((reason) => isWritError(reason) && reason.code.startsWith('LOG_'))
    if (other !== undefined) throw other
    return {
      made: answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
      failed: reasons.flatMap((reason, i) =>
        reason === undefined ? [] : [`${urls[i]}: ${reason instanceof Error ? reason.message : 'no answer'}`],
      ),
    }
  }
}

/** One line of each key, sorted as evidence files have them. */
function distinct(made: readonly NoteSignature[]): readonly NoteSignature[] {
  const byKey = new Map(made.map((one) => [`${one.name}+${one.keyHash}`, one]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}
