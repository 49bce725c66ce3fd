/** The only source of time in the runtime, so that tests can hold it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, whole. */
  now(): number
  /** Monotonic milliseconds, for durations. */
  monotonic(): number
}
