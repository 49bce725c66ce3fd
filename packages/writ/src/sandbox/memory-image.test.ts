import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryImage } from './memory-image.ts'

const PAGE = 16 * 1024
const WASM_PAGE = 64 * 1024

/** A memory as WebAssembly has it, of which the tests need no more than this. */
class FakeMemory implements WebAssembly.Memory {
  buffer: ArrayBuffer

  constructor(pages: number) {
    this.buffer = new ArrayBuffer(pages * WASM_PAGE)
  }

  grow(pages: number): number {
    const before = this.buffer.byteLength
    const grown = new Uint8Array(before + pages * WASM_PAGE)
    grown.set(new Uint8Array(this.buffer))
    this.buffer = grown.buffer
    return before / WASM_PAGE
  }
}

const write = (memory: WebAssembly.Memory, at: number, value: number): void => {
  new Uint8Array(memory.buffer)[at] = value
}

const writes = fc.array(fc.tuple(fc.nat(3 * WASM_PAGE - 1), fc.nat(255)), { maxLength: 20 })

describe('the image of a memory', () => {
  it('puts back what it was, whatever was written since', () => {
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 4 }), writes, (kept, undone) => {
        const memory = new FakeMemory(3)
        const image = new MemoryImage()
        const other = new MemoryImage()
        for (const round of kept) {
          for (const [at, value] of round) write(memory, at, value)
          other.apply(image.update(memory))
        }
        const was = Buffer.from(memory.buffer.slice(0))
        for (const [at, value] of undone) write(memory, at, value)
        if (kept.length === 0) return
        expect(image.restore(memory)).toBe(true)
        expect(Buffer.from(memory.buffer).equals(was)).toBe(true)
        // Whoever was only told of the changes has the same image, and makes a smaller memory the same.
        const fresh = new FakeMemory(1)
        const told = new MemoryImage()
        told.apply(other.whole())
        expect(told.restore(fresh)).toBe(true)
        expect(Buffer.from(fresh.buffer).equals(was)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('costs the pages that changed', () => {
    const memory = new FakeMemory(8)
    const image = new MemoryImage()
    expect(image.update(memory).pages.size).toBe(0)
    write(memory, 5 * PAGE, 1)
    write(memory, 9 * PAGE - 1, 1)
    expect([...image.update(memory).pages.keys()]).toEqual([5, 8])
    expect(image.update(memory).pages.size).toBe(0)
    write(memory, 5 * PAGE, 0)
    expect([...image.update(memory).pages.keys()]).toEqual([5])
  })

  it('does not fit a memory that has grown past it', () => {
    const memory = new FakeMemory(1)
    const image = new MemoryImage()
    image.update(memory)
    memory.grow(1)
    expect(image.restore(memory)).toBe(false)
  })
})
