import { lstatSync, realpathSync } from 'node:fs'
import { basename, normalize, resolve, sep } from 'node:path'
import { WritError } from '@writ/contract'

/** A path somebody gave: a directory to walk, or one file. A symlink given by name is followed. */
export interface Root {
  /** As given, normalised, with `/`. */
  readonly given: string
  readonly path: string
  readonly kind: 'directory' | 'file' | 'unreadable'
  /** Whether somebody named this very path. */
  readonly named: boolean
}

/**
 * Looks at every given path, named or found by a glob; the same place given twice counts once, as named if it ever was.
 * Throws `PATH_NOT_FOUND`.
 */
export function resolveRoots(paths: readonly string[], matched: readonly string[] = []): Root[] {
  const roots = [
    ...matched.map((path) => resolveRoot(path, false)),
    ...paths.map((path) => resolveRoot(path, true)),
  ]
  return [...new Map(roots.map((root) => [root.path, root])).values()]
}

function resolveRoot(path: string, named: boolean): Root {
  const given = slashes(normalize(path)).replace(/(?<=[^/])\/+$/, '')
  if (path === '' || path.includes('\0')) throw notFound(path)
  try {
    const real = realpathSync(path)
    const facts = lstatSync(real)
    return { given, path: real, kind: facts.isDirectory() ? 'directory' : 'file', named }
  } catch (cause) {
    if (isMissing(cause)) throw notFound(path, cause)
    return { given, path: resolve(path), kind: 'unreadable', named }
  }
}

function notFound(path: string, cause?: unknown): WritError {
  return new WritError('PATH_NOT_FOUND', `no such file or directory: ${JSON.stringify(path)}`, { cause })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** The name of a root's directory or file: that of the place it leads to when the path given has none (`.`, `..`). */
export function rootName(root: Root): string {
  const name = basename(root.given)
  return name === '' || name === '.' || name === '..' ? basename(root.path) : name
}

export function slashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/')
}
