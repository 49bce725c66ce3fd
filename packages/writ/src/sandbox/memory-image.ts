/** Pages are compared and kept by this size: small enough to keep little, large enough to compare fast. */
const PAGE_BYTES = 16 * 1024
const WASM_PAGE_BYTES = 64 * 1024
const ZEROS = new Uint8Array(PAGE_BYTES)

/** The pages in which a memory differs from its image before; a page of an image never written holds zeros. */
export interface ImageChange {
  /** Size of the whole memory. */
  readonly bytes: number
  /** Shared, so that no thread copies them; nobody writes to a page once it is here. */
  readonly pages: ReadonlyMap<number, SharedArrayBuffer>
}

/** A copy of a VM's memory that costs what changed since it was last brought up to date. */
export class MemoryImage {
  #bytes = 0
  readonly #pages: Map<number, SharedArrayBuffer> = new Map()

  apply({ bytes, pages }: ImageChange): void {
    this.#bytes = bytes
    for (const [at, page] of pages) this.#pages.set(at, page)
  }

  /** All of the image, as a change of an empty one. */
  whole(): ImageChange {
    return { bytes: this.#bytes, pages: this.#pages }
  }

  /** Brings the image up to the memory, and gives what changed. */
  update(memory: WebAssembly.Memory): ImageChange {
    const now = Buffer.from(memory.buffer)
    const pages = new Map<number, SharedArrayBuffer>()
    for (const at of this.#changed(now)) {
      const page = new SharedArrayBuffer(PAGE_BYTES)
      new Uint8Array(page).set(now.subarray(at * PAGE_BYTES, (at + 1) * PAGE_BYTES))
      pages.set(at, page)
    }
    const change = { bytes: now.length, pages }
    this.apply(change)
    return change
  }

  /** Makes the memory what the image says. False when it cannot: a memory that grew past the image never shrinks. */
  restore(memory: WebAssembly.Memory): boolean {
    const missing = this.#bytes - memory.buffer.byteLength
    if (missing < 0) return false
    if (missing > 0) memory.grow(missing / WASM_PAGE_BYTES)
    const now = Buffer.from(memory.buffer)
    for (const at of this.#changed(now)) now.set(this.#page(at), at * PAGE_BYTES)
    return true
  }

  /** Numbers of the pages in which a memory differs from the image. */
  *#changed(now: Buffer): Iterable<number> {
    const count = now.length / PAGE_BYTES
    for (let at = 0; at < count; at += 1)
      if (now.compare(this.#page(at), 0, PAGE_BYTES, at * PAGE_BYTES, (at + 1) * PAGE_BYTES) !== 0) yield at
  }

  #page(at: number): Uint8Array {
    const page = this.#pages.get(at)
    return page === undefined ? ZEROS : new Uint8Array(page)
  }
}
