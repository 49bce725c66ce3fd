import { sha256Hex } from './crypto.ts'

/**
 * Identity of what a step asks for, the same in every run that asks the same: for comparing runs, never in a record.
 * `inputJson` is the JSON text of the request.
 */
export function commandHash(kind: string, inputJson: string): string {
  return sha256Hex(new TextEncoder().encode(`{"kind":${JSON.stringify(kind)},"input":${inputJson}}`))
}
