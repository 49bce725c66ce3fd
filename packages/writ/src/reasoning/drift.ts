import { createHash } from 'node:crypto'
import { WritError } from '@writ/contract'

/** How a frame wanders: the same cells again, the same error again and again, or turns that bring nothing new. */
export type DriftKind = 'same-cell' | 'same-error' | 'nothing-new'

/** What a turn did, as far as it tells whether the frame gets anywhere. */
export interface TurnTrace {
  /** The code of its cells, one after another; empty when it ran none. */
  readonly code: string
  /** What it printed, and the values it showed; errors are not among them. */
  readonly printed: string
  /** Digests of the calls its cells made; empty when they made none. */
  readonly asked: string
  /** What went wrong, the first line of it. */
  readonly error: string | undefined
}

/** Turns in a row that may end with one error, or bring nothing new, before the model is told. */
const SAME_ERRORS = 3
const NOTHING_NEW = 6

/**
 * Follows the turns of a frame and tells when it wanders. It knows nothing but what the turns did, so a replay comes to the
 * same. A turn brings something new when it prints or asks what no turn before it did.
 */
export class Drift {
  readonly #turns = new Set<string>()
  readonly #news = new Set<string>()
  #error: string | undefined
  #errors = 0
  #barren = 0

  /** Takes a turn in, and gives how the frame wanders now. */
  accept({ code, printed, asked, error }: TurnTrace): DriftKind | undefined {
    const kind = error === undefined ? undefined : kindOf(error)
    const again = code !== '' && !this.#first(this.#turns, [code, printed, asked, kind ?? ''])
    const saidNew = printed !== '' && this.#first(this.#news, ['printed', printed])
    const askedNew = asked !== '' && this.#first(this.#news, ['asked', asked])
    this.#barren = saidNew || askedNew ? 0 : this.#barren + 1
    this.#errors = kind === undefined ? 0 : kind === this.#error ? this.#errors + 1 : 1
    this.#error = kind
    if (again) return 'same-cell'
    if (this.#errors >= SAME_ERRORS) return 'same-error'
    return this.#barren >= NOTHING_NEW ? 'nothing-new' : undefined
  }

  /** Whether these texts are met for the first time; a digest of them is kept. */
  #first(known: Set<string>, texts: readonly string[]): boolean {
    const digest = createHash('sha256').update(JSON.stringify(texts)).digest('base64')
    if (known.has(digest)) return false
    known.add(digest)
    return true
  }
}

/** What makes two errors the same: children have numbers, and what ends a loop depends on how busy the machine is. */
function kindOf(error: string): string {
  if (/^(FuelExhausted|CellStopped): /.test(error)) return 'stopped'
  return error.replaceAll(/\bframe 0(?:\.\d+)+/g, 'frame')
}

const WORDS: Readonly<Record<DriftKind, string>> = {
  'same-cell': 'the same code ran again and gave the same output',
  'same-error': `the last ${SAME_ERRORS} turns ended with the same error`,
  'nothing-new': `the last ${NOTHING_NEW} turns printed and asked nothing new`,
}

/** What the model is told once, above its next turn. */
export function driftWarning(kind: DriftKind): string {
  return `You are going in circles: ${WORDS[kind]}. Try something else, or release what you have with FINAL(value): another such turn ends this frame.`
}

/** Why a frame ends that was told and wandered on; `error` is what its last turn ended with. */
export function noProgress(kind: DriftKind, error: string | undefined): WritError {
  const message = `The frame went in circles, and on after it was told: ${WORDS[kind]}${lastError(error)}.`
  return new WritError('NO_PROGRESS', message, { data: { drift: kind } })
}

/** Characters of an error that a reason tells. */
const ERROR_CHARS = 250

/** What a turn ended with, for the reason of its frame; nothing for a turn without an error. */
export function lastError(error: string | undefined): string {
  if (error === undefined) return ''
  const text = error.trim().replace(/\.$/, '')
  const shown = text.length > ERROR_CHARS ? `${text.slice(0, ERROR_CHARS).toWellFormed()}…` : text
  return ` (${shown})`
}
