import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * The directory of a package that is installed for a file, in a `node_modules` beside it or above; undefined where there
 * is none. Unlike Node's own search it follows no variable of the environment, which may name a directory of documents.
 */
export function installedPackage(name: string, file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    if (basename(folder) !== 'node_modules' && existsSync(join(place, 'package.json'))) return place
    if (folder === dirname(folder)) return undefined
  }
}
