import type { JsonSize } from '../../confinement/json-size.ts'

/** Most bytes of the rows of one result. */
export const MOST_RESULT_BYTES: number = 16 * 1024 * 1024

/** The largest reply of the child, as a line: of a text in it every byte may be escaped. */
export const MOST_REPLY: JsonSize = {
  bytes: 2 * MOST_RESULT_BYTES + 1024 * 1024,
  items: 4_000_000,
  depth: 64,
}
