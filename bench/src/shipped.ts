import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freshBundle } from '../../scripts/bundle/fresh-bundle.js'

/** Code that was compiled once, where the launcher of a checkout keeps it too. */
export const COMPILED: string = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'writ')

/** What a run is started from: a bundle as the launcher makes it, or the sources where there is none. */
export function shippedLibrary(): string {
  const bundle = freshBundle()
  return bundle === undefined ? 'writ' : pathToFileURL(join(bundle, 'index.js')).href
}
