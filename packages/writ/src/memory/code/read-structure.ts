import type { CodeReader, IngestProgress, StructureRead } from '@writ/contract'
import { counter } from '../ingestion.ts'
import type { OpenPack } from '../pack-directory.ts'

interface Ways {
  readonly parse: CodeReader['readCode']
  readonly report: (progress: IngestProgress) => void
  readonly signal: AbortSignal
}

/** Reads the structure of source that is not read yet, of one partition after another. */
export async function readStructure(
  packs: readonly OpenPack[],
  { parse, report, signal }: Ways,
): Promise<StructureRead> {
  const total = packs.reduce((sum, { code }) => sum + code.state.left.bytes, 0)
  const tell = counter(report, total)
  const read = { files: 0, bytes: 0 }
  for (const { code } of packs)
    await code.complete(parse, signal, (files, bytes) => {
      read.files += files
      read.bytes += bytes
      tell.advance(files, bytes)
    })
  tell.end()
  return { read, without: packs.flatMap(({ code }) => code.without) }
}
