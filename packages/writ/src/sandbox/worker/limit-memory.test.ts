import { describe, expect, it } from 'vitest'
import { limitMemory } from './limit-memory.ts'

/** Header; a type section; memory of `pages`; exports "m" as memory 0; a custom section. */
function moduleOf(memory: readonly number[]): Uint8Array {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const types = [1, 4, 1, 0x60, 0, 0]
  const exported = [7, 5, 1, 1, 0x6d, 2, 0]
  const custom = [0, 3, 1, 0x78, 0xff]
  return Uint8Array.from([...header, ...types, 5, memory.length, ...memory, ...exported, ...custom])
}

function memoryOf(module: Uint8Array): { buffer: ArrayBuffer; grow(pages: number): number } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module))
  return Reflect.get(exports, 'm')
}

describe('limitMemory', () => {
  it('lets the memory grow to the limit and no further', () => {
    const plain = memoryOf(moduleOf([1, 0, 1]))
    expect(plain.grow(300)).toBe(1)
    const limited = memoryOf(limitMemory(moduleOf([1, 0, 1]), 300))
    expect(limited.grow(299)).toBe(1)
    expect(limited.buffer.byteLength).toBe(300 * 65_536)
    expect(() => limited.grow(1)).toThrow()
  })

  it('keeps the rest of the module, whatever the length of the section becomes', () => {
    const module = moduleOf([1, 0, 0x81, 0x01]) // 129 pages, two bytes long
    const limited = limitMemory(module, 70_000 >> 1)
    expect([...limited.subarray(0, 14)]).toEqual([...module.subarray(0, 14)])
    expect([...limited.subarray(-12)]).toEqual([...module.subarray(-12)])
    expect(memoryOf(limited).buffer.byteLength).toBe(129 * 65_536)
  })

  it.each([
    ['none', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])],
    ['a maximum already', moduleOf([1, 1, 1, 2])],
    ['two', moduleOf([2, 0, 1, 0, 1])],
  ])('refuses a module with %s', (_, module) => {
    expect(() => limitMemory(module, 2)).toThrow('no memory to limit')
  })
})
