import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { roomPath } from '../engine-files.ts'
import type { PyodidePackage } from './pyodide-package.ts'
import { isSealed, sealed } from './sealed-memory.ts'

// The memory of an interpreter that has run nothing, as it comes with Writ's code: made when the package is, packed against
// the engine's own file, named after the digest of the engine. Whoever can change it can change the code beside it as well.

/** Where it lies, from this room: beside the code of a package, and in a checkout beside its bundles. */
const PLACES = ['python', '../../python', '../../bundled/python']
/** More than the memory of an interpreter that has run nothing. */
const MOST_BYTES = 128 * 1024 * 1024
/** As small as it gets within a second. */
const LEVEL = 12
/** How far back equal bytes are looked for: over all of it. */
const WINDOW_LOG = 26

/** The file of an engine's memory in the directory where it is put. */
export const packedName = (abi: string): string => `${abi.replace(/^sha256:/, '').slice(0, 32)}.zst`

/** A memory as it is packed. */
export function packMemory(engine: PyodidePackage, memory: Uint8Array): Buffer {
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = constants
  return zstdCompressSync(sealed(memory), {
    dictionary: readFileSync(engine.file('pyodide.asm.wasm')),
    params: { [ZSTD_c_compressionLevel]: LEVEL, [ZSTD_c_windowLog]: WINDOW_LOG },
  })
}

/** The memory that came with Writ for this engine, sealed; undefined where none did, or it is not whole. */
export function comeAlong(engine: PyodidePackage, abi: string, from: string = roomPath): Buffer | undefined {
  for (const place of PLACES) {
    try {
      const kept = unpacked(engine, readFileSync(join(from, place, packedName(abi))))
      if (isSealed(kept)) return kept
    } catch {
      // It is not there, or is none: the next, or one is made.
    }
  }
  return undefined
}

function unpacked(engine: PyodidePackage, packed: Buffer): Buffer {
  return zstdDecompressSync(packed, {
    dictionary: readFileSync(engine.file('pyodide.asm.wasm')),
    maxOutputLength: MOST_BYTES,
  })
}
