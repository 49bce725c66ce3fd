import type { Limits } from './budget.ts'

// Defaults and caps, each with its reason. `protocol.md` of the design compares them with the field's.

export const DEFAULT_LIMITS: Limits = Object.freeze({
  maxCalls: 1_000, // a runaway root costs at most this many requests
  maxTokens: null,
  maxCostMicroUsd: null,
  maxDepth: 2, // deeper trees were measured to make some models worse
  maxTurns: 30,
  timeoutMs: null,
  concurrency: 16, // what providers' default rate limits bear
  maxOutputBytes: 64 * 1024 * 1024, // as large as the memory a VM may hold
  cellSteps: 5_000, // a loop over a large corpus fits, an endless one ends within seconds
  frameSteps: 100_000,
  frameReadBytes: 4 * 1024 * 1024 * 1024, // VMs, pipes and the ledger hold them
})

/** What a timer can wait for, about 24 days: beyond it, timers end at once. */
export const LONGEST_TIMEOUT_MS: number = 2 ** 31 - 1

/** A provider that asks for a longer pause than this is treated as failed. */
export const LONGEST_WAIT_MS = 60_000

/** Most output tokens of one root turn and one leaf call; always sent, so that the worst case is known. */
export const MAX_TURN_OUTPUT_TOKENS = 16_384
export const MAX_LEAF_OUTPUT_TOKENS = 4_096

/** Characters (UTF-16 units) of a cell's output shown to the model; head and tail are kept. */
export const MAX_SHOWN_CHARS = 20_000

/** Guest memory, stack and CPU. Fuel counts polls of the engine's interrupt handler (one per 10,000 back-edges). */
export const GUEST_MEMORY_BYTES: number = 64 * 1024 * 1024
export const PYTHON_MEMORY_BYTES: number = 256 * 1024 * 1024 // beside what the interpreter has before its first cell
export const GUEST_STACK_BYTES = 131_072 // the engine's default traps differently by JIT tier
export const CELL_FUEL_POLLS = 160_000 // about 5 s of plain loops
export const CELL_BACKSTOP_MS = 30_000 // for builtins that never poll

/** Bytes that reads and searches may hand to one cell. */
export const MAX_CELL_READ_BYTES: number = 256 * 1024 * 1024

/** Reads and searches one frame may have under way at once; the others wait. */
export const MAX_READS_AT_ONCE = 8

/** One context of at most this size and one label behaves as a string in the guest. */
export const STRING_CONTEXT_BYTES: number = 1024 * 1024

/** A record must fit in this many bytes of canonical JSON. */
export const MAX_RECORD_BYTES: number = 64 * 1024
