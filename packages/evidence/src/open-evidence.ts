import type { ByteSource } from './byte-source.ts'
import type { Contents } from './evidence-contents.ts'
import type { RecordBatch } from './record-batches.ts'
import type { Verdict } from './verdict.ts'

/** An evidence file as a judge from outside this package sees it. Nothing in it is trusted. */
export interface OpenEvidence {
  readonly run: string
  readonly profile: Contents['profile']
  /** Names of its files, in the archive's order. */
  readonly names: readonly string[]
  /** All bytes of a file but the records; undefined when there is none of that name. */
  readonly file: (name: string) => Promise<Uint8Array | undefined>
  /** Any file, to read in parts; undefined when there is none of that name. */
  readonly source: (name: string) => ByteSource | undefined
  /** The records in order, in batches, read anew each time. */
  readonly records: () => AsyncIterable<RecordBatch>
}

/** Gives one verdict of an evidence file. What it throws fails the verdict. */
export type Judge = (evidence: OpenEvidence) => Promise<Verdict>

export function openEvidence({ run, profile, digests, file, source, records }: Contents): OpenEvidence {
  return {
    run,
    profile,
    names: [...digests.keys()],
    file: (name) => Promise.resolve(file(name)),
    source,
    records,
  }
}
