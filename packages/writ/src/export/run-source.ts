import type { Erasure } from '@writ/evidence'

/** Where a run is read back from: its home, or an evidence file. Whatever it gives is data, never to be trusted. */
export interface RunSource {
  readonly run: string
  /** Bytes of every record, in order. A stream: no more than a batch of it is held. */
  records(): AsyncIterable<Uint8Array>
  /** Paths (`lane/n/kind/name`), sorted, of what is kept beside the records or laid open, and begins with `prefix`. */
  paths(prefix: string): Promise<readonly string[]>
  /** The text at a path; undefined when there is none, when it is closed, or when the run's key is gone. */
  text(path: string): Promise<string | undefined>
  /** Whether what is kept encrypted can be opened: in a home while the run's key is there, in an evidence file never. */
  readonly keyed: boolean
  readonly origin: 'home' | 'evidence'
  /** What was erased of the run, as its statement says; undefined when nothing was. */
  readonly erasure?: Erasure | undefined
}
