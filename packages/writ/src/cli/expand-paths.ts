import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { WritError } from '@writ/contract'

const GLOB = /[*?[\]{}]/

/** Paths as given; one that does not exist and looks like a glob becomes what it matches, sorted. */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const expanded: string[] = []
  for (const path of paths) {
    if (existsSync(path) || !GLOB.test(path)) {
      expanded.push(path)
      continue
    }
    const matches: string[] = []
    for await (const match of glob(path)) matches.push(match)
    if (matches.length === 0) throw new WritError('PATH_NOT_FOUND', `Nothing matches "${path}".`)
    expanded.push(...matches.sort())
  }
  return expanded
}
