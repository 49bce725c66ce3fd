import type { GuestError } from '@writ/contract'
import type { JsonSize } from '../confinement/json-size.ts'

// What a cell can send. The child keeps to it, so the main process takes whatever is more for a lie.

/** A list of arguments, an answer or a draft. Parsing it takes some 300 MB at worst. */
export const MOST_JSON: JsonSize = { bytes: 64 * 1024 * 1024, items: 4_000_000, depth: 2_000 }

/** Characters (UTF-16 units) in the arguments of all calls of a cell: what holds them escaped must still be a string. */
export const MOST_ARGUMENT_CHARS: number = 128 * 1024 * 1024

/** Characters of an error's name, message and data. The prelude cuts messages and data; a name it leaves as it is. */
export const MOST_ERROR = { name: 1_000, message: 100_000, dataJson: 65_000 } as const

/** The error as it is told, cut where it is longer than it may be. */
export function cutError({ name, message, dataJson }: GuestError): GuestError {
  return {
    name: name.slice(0, MOST_ERROR.name),
    message: message.slice(0, MOST_ERROR.message),
    ...(dataJson !== undefined && dataJson.length <= MOST_ERROR.dataJson && { dataJson }),
  }
}
