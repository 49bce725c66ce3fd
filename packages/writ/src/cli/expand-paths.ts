import { existsSync, realpathSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { isGitSource, isNamedSource, WritError } from '@writ/contract'
import type { SourcePaths } from '../index.ts'
import { CONFIG_FILE } from './config.ts'

const GLOB = /[*?[\]{}]/

/** What a glob goes past, as a walk does, unless it names it itself. */
const PASSED_OVER = /(?<=^|[/\\])(?:\.git|node_modules)$/

/** Paths as given; one that does not exist and looks like a glob becomes what it matches, sorted. */
export async function expandPaths(paths: readonly string[]): Promise<Required<SourcePaths>> {
  const named: string[] = []
  const matched: string[] = []
  for (const path of paths) {
    if (isNamedSource(path) || existsSync(path) || !GLOB.test(path)) {
      named.push(path)
      continue
    }
    const matches: string[] = []
    const exclude = (name: string): boolean => {
      const [found] = PASSED_OVER.exec(name) ?? []
      return found !== undefined && !path.includes(found)
    }
    for await (const match of glob(path, { exclude })) matches.push(match)
    if (matches.length === 0) throw new WritError('PATH_NOT_FOUND', `Nothing matches "${path}".`)
    matched.push(...matches.sort())
  }
  return { paths: named, matched }
}

/**
 * Expands the paths a project file names; one that leads out of its directory is a `BAD_CONFIG`. The file comes with the
 * directory, so what it names is not what the user asked for by name.
 */
export async function expandWithin(directory: string, paths: readonly string[]): Promise<SourcePaths> {
  const { paths: named, matched } = await expandPaths(paths)
  const all = [...named, ...matched]
  const source = all.find((path) => isNamedSource(path))
  if (source !== undefined)
    throw new WritError(
      'BAD_CONFIG',
      `${CONFIG_FILE}: paths: "${source}" is a ${isGitSource(source) ? 'repository' : 'part of a database'}; give it on the command line.`,
    )
  const inside = realpathSync(directory)
  const outside = all.find((path) => !isWithin(inside, realPath(path)))
  if (outside === undefined) return { paths: [], matched: all }
  throw new WritError(
    'BAD_CONFIG',
    `${CONFIG_FILE}: paths: "${outside}" leads out of the project directory ${inside}; give it on the command line.`,
  )
}

/** Whether a real path is a directory or below it. */
export function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** A path that leads nowhere is judged by its name; nothing can be read through it. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
