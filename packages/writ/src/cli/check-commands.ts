import { lstatSync, opendirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Answer, type GrepCheck, grepChecks, isNamedSource, isObject } from '@writ/contract'
import type { ContextSource } from '../index.ts'

/** What a printed line does not show as it is. */
const UNSHOWN = /\p{C}|\s{2}|[^\S ]/u

/**
 * The commands that count again what an answer counted, with the paths that were given. None where grep would look into
 * other files than the run did, or into another text than theirs. INVARIANT: what a language model wrote is no command that
 * somebody is asked to run; the values of exact answers are written by our own programs.
 */
export function checkCommands({ value, basis, omitted }: Answer, context: ContextSource): readonly string[] {
  if (basis !== 'exact' || !isObject(value) || omitted.length > 0) return []
  const checks = grepChecks(value)
  const paths = checks.length > 0 ? plainPaths(context) : []
  const { searched } = value
  if (paths.length === 0 || !isObject(searched)) return []
  return checks.flatMap(({ command, docs }) => {
    const places = docs === null ? allOf(paths, searched) : placesOf(docs, paths)
    const whole = places && `${command} -- ${places.map(quoted).join(' ')}`
    return whole === undefined || UNSHOWN.test(whole) ? [] : [whole]
  })
}

/** The files and directories given by name; none where anything else was given. */
function plainPaths(context: ContextSource): readonly string[] {
  if (typeof context !== 'object' || !('paths' in context)) return []
  const { paths, matched = [] } = context
  const isPlain = (path: string): boolean => !isNamedSource(path)
  return matched.length === 0 && paths.every(isPlain) ? paths : []
}

/** All the paths, where the files that grep finds there are as many, and as large, as the documents. */
function allOf(
  paths: readonly string[],
  searched: { readonly [name: string]: unknown },
): readonly string[] | undefined {
  const { documents, of, bytes } = searched
  if (documents !== of || typeof of !== 'number') return undefined
  const found = { files: 0, bytes: 0 }
  try {
    for (const path of paths) addFiles(path, statSync(path).isDirectory(), found, of)
  } catch {
    return undefined
  }
  return found.files === of && found.bytes === bytes ? paths : undefined
}

/** Adds what `grep -r` reads, and ends once that is more than `most` files. Links within a directory are not followed. */
function addFiles(
  path: string,
  isDirectory: boolean,
  found: { files: number; bytes: number },
  most: number,
): void {
  if (found.files > most) return
  if (!isDirectory) {
    found.files += 1
    found.bytes += statSync(path).size
    return
  }
  const directory = opendirSync(path)
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
      if (entry.isDirectory() || entry.isFile())
        addFiles(join(path, entry.name), entry.isDirectory(), found, most)
  } finally {
    directory.closeSync()
  }
}

/** Where some documents are: below the only directory given, or the files given by those names. */
function placesOf(
  docs: NonNullable<GrepCheck['docs']>,
  paths: readonly string[],
): readonly string[] | undefined {
  const [only = ''] = paths
  const isOfDirectory = paths.length === 1 && isKind(only, 'directory')
  if (!isOfDirectory && !paths.every((path) => isKind(path, 'file'))) return undefined
  const places = docs.flatMap((doc) =>
    isOfDirectory ? [join(only, doc)] : paths.filter((path) => basename(path) === doc),
  )
  return places.length === docs.length && places.every((place) => isKind(place, 'file')) ? places : undefined
}

function isKind(path: string, kind: 'directory' | 'file'): boolean {
  try {
    const facts = kind === 'directory' ? statSync(path) : lstatSync(path)
    return kind === 'directory' ? facts.isDirectory() : facts.isFile()
  } catch {
    return false
  }
}

/** A word for a POSIX shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
