import { type TransparencyLog, WritError } from '@writ/contract'
import {
  cosignedAt,
  formatAddCheckpoint,
  type LogCheckpoint,
  type NoteSignature,
  parseSignatures,
  parseSize,
  type WitnessKey,
} from '@writ/evidence'

/** Most bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 256 * 1024
/** Requests to one witness: its size is asked for, and other processes may append meanwhile. */
const MOST_TRIES = 4

/** A pinned key of a witness. */
export interface PinnedWitness extends WitnessKey {
  /** Whether a verifier counts its cosignature of this time, in seconds since the epoch. */
  readonly countsAt: (seconds: number) => boolean
}

/** A witness that answered. `known` is where the next request to it begins. */
export interface Cosignatures {
  readonly made: readonly NoteSignature[]
  readonly known: number
}

/**
 * Asks one witness to cosign a checkpoint, from the size it is thought to know. Gives the cosignatures of these keys.
 * Rejects with `LOG_ROLLED_BACK` when it has cosigned a larger tree than the log holds, with `LOG_FORKED` when it refuses an
 * honest proof, and with whatever else keeps it from answering.
 */
export async function askWitness(
  url: string,
  keys: readonly PinnedWitness[],
  log: TransparencyLog,
  checkpoint: LogCheckpoint,
  from: number,
  signal: AbortSignal,
): Promise<Cosignatures> {
  let known = Math.min(from, checkpoint.size)
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const proof = log.consistency(known, checkpoint.size)
    const body = formatAddCheckpoint({ oldSize: known, proof, checkpoint })
    const response = await fetch(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: new Uint8Array(body),
      signal,
      redirect: 'error',
    })
    const text = await bounded(response)
    if (response.status === 200) return { made: ours(text, keys, checkpoint), known: checkpoint.size }
    if (response.status === 422) {
      throw new WritError(
        'LOG_FORKED',
        `The witness ${url} has seen another history of ${log.origin}: ${text.trim()}`,
      )
    }
    const size = response.status === 409 ? parseSize(text.trimEnd()) : undefined
    if (size === undefined) throw new Error(`it answered ${response.status}: ${text.trim().slice(0, 200)}`)
    if (size > log.state().size) {
      throw new WritError(
        'LOG_ROLLED_BACK',
        `The witness ${url} has cosigned ${size} statements of ${log.origin}; the store has ${log.state().size}.`,
      )
    }
    // Another process of this home had a larger tree cosigned meanwhile: the caller takes the newer checkpoint.
    if (size > checkpoint.size) return { made: [], known: size }
    known = size
  }
  throw new Error('it kept answering with other sizes')
}

function ours(
  text: string,
  keys: readonly PinnedWitness[],
  checkpoint: LogCheckpoint,
): readonly NoteSignature[] {
  return parseSignatures(text, 'the answer').filter((one) =>
    keys.some((key) => {
      const time = cosignedAt(checkpoint.note, one, key)
      return time !== undefined && key.countsAt(time)
    }),
  )
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('its answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
