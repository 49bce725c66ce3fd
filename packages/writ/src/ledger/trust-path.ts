import { join } from 'node:path'

export const TRUST_FILE = 'trust.json'

/** Where a home keeps its trust root: the keys whose signatures count. */
export function trustPath(home: string): string {
  return join(home, TRUST_FILE)
}
