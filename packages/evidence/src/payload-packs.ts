import { canonicalBytes } from './canonical.ts'
import { PAYLOAD_INDEX, packName, RUN_KEY } from './evidence-layout.ts'
import { type FileContent, streamDigest } from './file-content.ts'
import type { PackedPayload, PayloadIndex } from './payload-index.ts'

/** Most bytes of a pack. */
const PACK_BYTES: number = 1024 ** 3

/** What the payloads of a run are packed from. */
export interface PayloadSource {
  readonly run: string
  /** The 32 bytes of the run's key. */
  readonly key: Uint8Array
  readonly paths: readonly string[]
  /** The ciphertext of a payload as the ledger has it, the same at every call. */
  readonly sealed: (path: string) => Promise<Uint8Array>
}

/** The files that make a `replay` file of a `proof` file. Reads each payload twice now, and once when it is written. */
export async function payloadFiles(
  source: PayloadSource,
  packBytes: number = PACK_BYTES,
): Promise<ReadonlyMap<string, FileContent>> {
  const items = await place(source, packBytes)
  const index: PayloadIndex = { schema: 'writ.payloads/1', run: source.run, items }
  const files = new Map<string, FileContent>([
    [PAYLOAD_INDEX, canonicalBytes(index)],
    [RUN_KEY, source.key],
  ])
  const packs = Map.groupBy(items, ({ pack }) => pack)
  for (const [pack, own] of packs) {
    const chunks = (): AsyncIterable<Uint8Array> => sealedOf(source, own)
    files.set(packName(pack), { ...(await streamDigest(chunks())), chunks })
  }
  return files
}

async function place({ paths, sealed }: PayloadSource, packBytes: number): Promise<readonly PackedPayload[]> {
  const items: PackedPayload[] = []
  let [pack, offset] = [0, 0]
  for (const path of [...paths].sort()) {
    const size = (await sealed(path)).length
    if (offset > 0 && offset + size > packBytes) {
      pack += 1
      offset = 0
    }
    items.push({ path, pack, offset, size })
    offset += size
  }
  return items
}

async function* sealedOf(
  { sealed }: PayloadSource,
  items: readonly PackedPayload[],
): AsyncGenerator<Uint8Array> {
  for (const { path } of items) yield await sealed(path)
}
