export { FAULTS, type FaultOptions, STALLS, withFaults } from './faults.ts'
export type { JournalEntry, Stats } from './journal.ts'
export { type LatencyOptions, withLatency } from './latency.ts'
export { withPromptCache } from './prompt-cache.ts'
export { Random } from './random.ts'
export { type RateLimits, withRateLimits } from './rate-limits.ts'
export type {
  HalfCloseReply,
  HangReply,
  MalformedReply,
  Reply,
  ResetReply,
  Script,
  StatusReply,
  TextReply,
  TrickleReply,
} from './reply.ts'
export type { SimMessage, SimRequest } from './request.ts'
export {
  BAD_ROOTS,
  type BadRoot,
  block,
  failingFirst,
  fanOut,
  leafEcho,
  sequence,
  tree,
} from './roots.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
export * from './tasks/index.ts'
export { FOUR_CHARS, o200k, type Tokenizer } from './tokens.ts'
