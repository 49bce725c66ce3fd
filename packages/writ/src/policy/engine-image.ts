import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { cedarInstance } from './cedar.ts'
import type { EngineSource } from './engine-source.ts'

// Cedar's memory once it has read the built-in bundle, made by `npm run known-bundle`. Reading schema and policies takes it
// 60 ms, because the code that reads has to be compiled first; deciding needs none of that code.

/** What the image is of. A line of JSON at the beginning of the file. */
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
  /** Of those pages. */
  readonly crc32: number
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
  const body = Buffer.concat(pages.map((page) => pageOf(now, page)))
  const head: Head = {
    code: cedarInstance.code,
    source,
    memory: now.length,
    slots: cedarInstance.slots.length,
    pages,
    crc32: crc32(body),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
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
    const bytes = readFileSync(file)
    const end = bytes.indexOf('\n')
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as Head
    const body = bytes.subarray(end + 1)
    return crc32(body) === head.crc32 && body.length === head.pages.length * PAGE ? { head, body } : undefined
  } catch {
    return undefined
  }
}

/** Beyond the end there are zeros. */
function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  const found = bytes.subarray(page * PAGE, (page + 1) * PAGE)
  return found.length === PAGE ? found : new Uint8Array(PAGE)
}
