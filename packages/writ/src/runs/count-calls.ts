import type { CountCalls } from '@writ/contract'

/** The count of a script's calls, loaded when a frame runs one: parsing is no part of an ordinary start. */
export const countCalls: CountCalls = async (script, input, documents) =>
  await (await import('../scripts/index.ts')).countCalls(script, input, documents)
