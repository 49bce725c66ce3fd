import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { comeAlong, packedName, packMemory } from './packed-memory.ts'
import { findPyodide } from './pyodide-package.ts'
import { memoryOf } from './sealed-memory.ts'

const ABI = `sha256:${'ab'.repeat(32)}`
const OTHER = `sha256:${'cd'.repeat(32)}`
const MEMORY = Buffer.alloc(70_000, 'memory')

it('is found for its engine alone, and is none when a byte of it was changed or it was cut off', () => {
  const engine = findPyodide()
  const room = mkdtempSync(join(tmpdir(), 'writ-room-'))
  const path = join(room, 'python', packedName(ABI))
  mkdirSync(join(room, 'python'))
  const packed = packMemory(engine, MEMORY)
  writeFileSync(path, packed)
  expect(memoryOf(comeAlong(engine, ABI, room) ?? Buffer.alloc(32)).equals(MEMORY)).toBe(true)
  expect(comeAlong(engine, OTHER, room)).toBeUndefined()

  for (let at = 0; at < packed.length; at += 1) {
    const changed = Buffer.from(readFileSync(path))
    changed[at] = (changed[at] ?? 0) ^ 1
    writeFileSync(path, changed)
    expect([undefined, true]).toContain(comeAlong(engine, ABI, room)?.subarray(0, -32).equals(MEMORY))
    writeFileSync(path, packed.subarray(0, at))
    expect(comeAlong(engine, ABI, room)).toBeUndefined()
    writeFileSync(path, packed)
  }
})
