import { resolve } from 'node:path'
import type { Plugin } from 'vitest/config'

const confinement = resolve(import.meta.dirname, '../packages/writ/src/confinement')

/** Lets tests of the sandbox find no bubblewrap, so that Deno confines their children. */
export function overDeno(): Plugin {
  return {
    name: 'over-deno',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (!specifier.endsWith('/find-bubblewrap.ts') || importer === undefined) return null
      const found = resolve(importer, '..', specifier)
      return found === resolve(confinement, 'find-bubblewrap.ts')
        ? resolve(confinement, 'no-bubblewrap.fixture.ts')
        : null
    },
  }
}
