import { readFileSync } from 'node:fs'

/** Version of the package, as its manifest has it. */
export const VERSION: string = versionOf(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
)

function versionOf(manifest: { readonly version?: unknown }): string {
  if (typeof manifest.version !== 'string') throw new Error('the manifest of the package names no version')
  return manifest.version
}
