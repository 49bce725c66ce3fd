/** How a cell or a step ended. One enum for both. */
export const OUTCOMES = [
  'ok',
  'error',
  'denied',
  'limit',
  'timeout',
  'cancelled',
  'imposed',
  'in-doubt',
] as const

export type Outcome = (typeof OUTCOMES)[number]
