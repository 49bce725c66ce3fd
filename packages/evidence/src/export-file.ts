import type { RecordedDecision, Signer } from '@writ/contract'
import { chunksOf } from './byte-source.ts'
import type { Contents } from './evidence-contents.ts'
import {
  digestsOf,
  EXPORT,
  inOrder,
  isNamedByCopy,
  isOfReplay,
  MANIFEST,
  manifest,
  profileOf,
} from './evidence-layout.ts'
import type { FileContent } from './file-content.ts'
import { signByOperator } from './statement.ts'
import { EXPORT_KIND } from './statement-export.ts'
import { fileDigests } from './statement-run.ts'
import { writeTar } from './tar.ts'

/** The files of an evidence file that every copy has: what the run itself made. */
export function originalFiles({ digests, file, source }: Contents): Map<string, FileContent> {
  const files = new Map<string, FileContent>()
  for (const [name, digest] of digests) {
    if (name === MANIFEST || name === EXPORT || isOfReplay(name)) continue
    const from = source(name)
    const held = file(name)
    if (held !== undefined) files.set(name, held)
    else if (from !== undefined) files.set(name, { ...digest, chunks: () => chunksOf(from) })
  }
  return files
}

/** What a copy of an evidence file is made from. */
export interface Copy {
  readonly run: string
  /** Root of the run's tree, hex. */
  readonly root: string
  readonly at: string
  /** What let the payloads leave; null for a copy that has none. */
  readonly decision: RecordedDecision | null
  /** All but the manifest and the statement of the copy. */
  readonly files: ReadonlyMap<string, FileContent>
}

/** Signs the statement of a copy (`export.dsse`) with the `operator` key. */
export function signExport(signer: Signer, { files, ...facts }: Copy): Promise<Uint8Array> {
  const profile = profileOf(files.keys())
  const named = new Map([...files].filter(([name]) => isNamedByCopy(name)))
  return signByOperator(signer, EXPORT_KIND, { ...facts, profile, files: fileDigests(named) })
}

/** The copy, piece by piece. */
export function packExport({ run, files }: Copy, statement: Uint8Array): AsyncIterable<Uint8Array> {
  const listed = inOrder(new Map([...files, [EXPORT, statement]]))
  return writeTar(inOrder(new Map([...listed, [MANIFEST, manifest(run, digestsOf(listed))]])))
}
