import { canonicalBytes } from './canonical.ts'
import { sha256Hex } from './crypto.ts'
import { utf8 } from './encoding.ts'

/**
 * The hash a run is pinned to: SHA-256 (hex) of the canonical JSON `{"files":{<name>:<SHA-256 hex of its UTF-8>}}`.
 * Takes the text of every file of the bundle by name.
 */
export function bundleHash(files: Readonly<Record<string, string>>): string {
  return bundleHashOfDigests(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256Hex(utf8(content))])),
  )
}

/** The same from the files' digests. */
export function bundleHashOfDigests(files: Readonly<Record<string, string>>): string {
  return sha256Hex(canonicalBytes({ files }))
}
