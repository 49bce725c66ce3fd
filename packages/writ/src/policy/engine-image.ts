import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { cedarInstance } from './cedar.ts'
import type { EngineSource } from './engine-source.ts'

// Cedar's memory once it has read the built-in bundle, made by `npm run known-bundle`. Reading schema and policies takes it
// 60 ms, because the code that reads has to be compiled first; deciding needs none of that code.

/** What the image is of: a line of JSON. Before it is a line with the CRC-32 of all that follows. */
interface Head {
  /** The code whose memory it is. */
  readonly code: string
  /** What was read. */
  readonly source: EngineSource
  /** Length of all memory, in bytes. */
  readonly memory: number
  readonly slots: number
  /** Numbers of the pages that follow, in their order; all others are as the code itself makes them. */
  readonly pages: readonly number[]
}

const PAGE = 1024
const WASM_PAGE = 65_536

export const IMAGE_FILE: URL = new URL('./known-personal.image', import.meta.url)

/** Cedar's memory as it is now. */
export function copyMemory(): Uint8Array {
  return new Uint8Array(cedarInstance.memory.buffer).slice()
}

/** The image of Cedar's memory, which was `fresh` before Cedar did anything, after it has read `source`. */
export function imageOf(source: EngineSource, fresh: Uint8Array): Uint8Array {
  const now = copyMemory()
  const pages = Array.from({ length: now.length / PAGE }, (_, page) => page).filter(
    (page) => Buffer.compare(pageOf(now, page), pageOf(fresh, page)) !== 0,
  )
  const { code, slots } = cedarInstance
  const head: Head = { code, source, memory: now.length, slots: slots.length, pages }
  const image = Buffer.concat([
    Buffer.from(`${JSON.stringify(head)}\n`),
    ...pages.map((page) => pageOf(now, page)),
  ])
  return Buffer.concat([Buffer.from(`${crc32(image)}\n`), image])
}

/**
 * Makes Cedar hold what the image is of as if it had read it, and gives that. Undefined when the image is missing, damaged or
 * of another build: then nothing has changed. Cedar must not have been asked anything in this thread before.
 */
export function restoreImage(file: URL = IMAGE_FILE): EngineSource | undefined {
  const image = readImage(file)
  const { memory, slots, code } = cedarInstance
  if (image?.head.code !== code) return undefined
  const { head, body } = image
  memory.grow((head.memory - memory.buffer.byteLength) / WASM_PAGE)
  slots.grow(head.slots - slots.length)
  const bytes = new Uint8Array(memory.buffer)
  head.pages.forEach((page, index) => {
    bytes.set(pageOf(body, index), page * PAGE)
  })
  return head.source
}

function readImage(file: URL): { readonly head: Head; readonly body: Uint8Array } | undefined {
  try {
    const [sum, image] = afterLine(readFileSync(file))
    if (crc32(image) !== Number(sum)) return undefined
    const [head, body] = afterLine(image)
    return { head: JSON.parse(head) as Head, body }
  } catch {
    return undefined
  }
}

/** The first line, and what follows it. */
function afterLine(bytes: Buffer): [string, Buffer] {
  const end = bytes.indexOf('\n')
  return [bytes.toString('utf8', 0, end), bytes.subarray(end + 1)]
}

/** Beyond the end there are zeros. */
function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  const found = bytes.subarray(page * PAGE, (page + 1) * PAGE)
  return found.length === PAGE ? found : new Uint8Array(PAGE)
}
