import type { Attempt } from './record.ts'

/** What a server answers that refuses every request for a model: it takes no key, wants money, or has no such model. */
const REFUSES_ALL: ReadonlySet<number> = new Set([401, 402, 404])

/** Whether one of these attempts came back with what refuses every request for its model. */
export function refusesAll(attempts: readonly Pick<Attempt, 'status'>[]): boolean {
  return attempts.some(({ status }) => REFUSES_ALL.has(status))
}
