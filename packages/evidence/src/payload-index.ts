import { parseCanonicalFile } from './canonical.ts'
import { PAYLOAD_INDEX, packName, RUN_KEY } from './evidence-layout.ts'
import type { FileDigest } from './file-content.ts'
import { runId } from './record-parts.ts'
import { count, list, literal, object, shaped, text } from './shape.ts'
import { refuse } from './verdict.ts'

/** Bytes of the key of a run. */
const KEY_BYTES = 32

/** Where the ciphertext of a payload lies: in `payloads/<pack>.pack`. */
export interface PackedPayload {
  /** `lane/n/field`. */
  readonly path: string
  readonly pack: number
  readonly offset: number
  readonly size: number
}

/** `payloads/index.json`: every payload, sorted by path (code units), filling pack after pack without a gap. */
export interface PayloadIndex {
  readonly schema: 'writ.payloads/1'
  readonly run: string
  readonly items: readonly PackedPayload[]
}

const shape = object<PayloadIndex>({
  schema: literal('writ.payloads/1'),
  run: runId,
  items: list(object<PackedPayload>({ path: text, pack: count, offset: count, size: count })),
})

/**
 * Reads the index and checks the key and the packs that go with it. Refuses with `NOT_CANONICAL`, `BAD_SHAPE` or `WRONG_RUN`
 * what is not the one way of storing these payloads.
 */
export function readPayloads(
  file: (name: string) => Uint8Array,
  digests: ReadonlyMap<string, FileDigest>,
  run: string,
): PayloadIndex {
  if (file(RUN_KEY).length !== KEY_BYTES)
    refuse('BAD_SHAPE', `${RUN_KEY} has ${file(RUN_KEY).length} bytes, not ${KEY_BYTES}.`, RUN_KEY)
  const index = shaped(shape, parseCanonicalFile(file(PAYLOAD_INDEX), PAYLOAD_INDEX), ({ at, expected }) =>
    refuse('BAD_SHAPE', `${PAYLOAD_INDEX} needs ${expected} at ${at}.`, `${PAYLOAD_INDEX}#${at}`),
  )
  if (index.run !== run)
    refuse('WRONG_RUN', `${PAYLOAD_INDEX} belongs to run ${index.run}.`, `${PAYLOAD_INDEX}#/run`)
  checkCover(index, digests)
  return index
}

/** Every byte of every pack is that of one payload. */
function checkCover({ items }: PayloadIndex, digests: ReadonlyMap<string, FileDigest>): void {
  const sizes: number[] = []
  let before = ''
  for (const [i, { path, pack, offset, size }] of items.entries()) {
    const at = `${PAYLOAD_INDEX}#/items/${i}`
    const last = Math.max(sizes.length - 1, 0)
    if (i > 0 && path <= before) refuse('BAD_SHAPE', `${path} is not in its place.`, `${at}/path`)
    if (pack !== last && pack !== last + 1) refuse('BAD_SHAPE', `${path} skips a pack.`, `${at}/pack`)
    if (offset !== (sizes[pack] ?? 0)) refuse('BAD_SHAPE', `${path} leaves a gap.`, `${at}/offset`)
    sizes[pack] = offset + size
    before = path
  }
  const packs = [...digests.keys()].filter((name) => name.endsWith('.pack'))
  if (packs.length !== sizes.length)
    refuse('BAD_SHAPE', `There are ${packs.length} packs instead of ${sizes.length}.`, PAYLOAD_INDEX)
  for (const [pack, size] of sizes.entries()) {
    const name = packName(pack)
    if (digests.get(name)?.size !== size) refuse('BAD_SHAPE', `${name} does not have ${size} bytes.`, name)
  }
}
