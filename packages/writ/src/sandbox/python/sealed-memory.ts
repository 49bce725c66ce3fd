import { hash } from 'node:crypto'

// The memory of an interpreter as it is kept in a file: all its bytes, then their digest.

const DIGEST_BYTES = 32

/** A memory as it is kept. */
export function sealed(memory: Uint8Array): Buffer {
  return Buffer.concat([memory, digestOf(memory)])
}

/** Whether it is as it was when it was sealed. */
export function isSealed(kept: Buffer): boolean {
  return digestOf(memoryOf(kept)).equals(kept.subarray(-DIGEST_BYTES))
}

/** The memory in a file that is known to be whole. */
export function memoryOf(kept: Buffer): Buffer {
  return kept.subarray(0, -DIGEST_BYTES)
}

const digestOf = (memory: Uint8Array): Buffer => hash('sha256', memory, 'buffer')
