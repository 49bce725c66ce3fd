import { derive, hex } from '@writ/evidence'

/** Seed (hex) of the random numbers of a frame's guest: its own, and the same whenever the frame is done again. */
export function guestSeed(key: Uint8Array, lane: string): string {
  return hex(derive(key, `guest-seed|${lane}`))
}
