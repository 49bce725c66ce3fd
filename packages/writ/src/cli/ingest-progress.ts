import { counted, type IngestProgress, size } from '@writ/contract'

/** Least time over which a rate says something. */
const SETTLED_MS = 1000

/** Says how far a work on documents is: how much is done, how fast, and how long the rest takes at that rate. */
export class ProgressLine {
  readonly #started: number

  readonly #what: string

  constructor(now: number, what = 'document') {
    this.#started = now
    this.#what = what
  }

  at({ documents, bytes, totalBytes }: IngestProgress, now: number): string {
    const ms = now - this.#started
    const of = totalBytes === undefined ? '' : ` of ${size(totalBytes)}`
    const so = `${counted(documents, this.#what)}, ${size(bytes)}${of}`
    if (ms < SETTLED_MS || bytes === 0) return so
    const rate = bytes / (ms / 1000)
    const left = totalBytes === undefined ? '' : `, ${inWords((totalBytes - bytes) / rate)} left`
    return `${so}, ${size(rate)}/s${left}`
  }
}

/** `40 s`, `3 min`, `2 h 5 min`. */
function inWords(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  if (whole < 120) return `${whole} s`
  const minutes = Math.ceil(whole / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
