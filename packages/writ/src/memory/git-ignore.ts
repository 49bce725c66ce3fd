import { existsSync, lstatSync, readFileSync, type Stats } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { WritError } from '@writ/contract'
import { IgnoreRules } from './ignore-rules.ts'
import { MAX_IGNORE_RULES, MAX_SETTINGS_BYTES } from './limits.ts'

interface Level {
  readonly base: string
  readonly rules: IgnoreRules
}

/** The git ignore rules in force somewhere in a tree: those of deeper directories are asked first. */
export class GitIgnore {
  readonly #levels: readonly Level[]

  private constructor(levels: readonly Level[]) {
    this.#levels = levels
  }

  /**
   * Rules from outside a directory: `.git/info/exclude` and every `.gitignore` from the root of its repository down to
   * its parent. None when those rules ignore the directory or one around it: whoever names it means it.
   */
  static around(directory: string): GitIgnore {
    const parents = [...ancestors(directory)]
    const rootAt = parents.findIndex((parent) => existsSync(join(parent, '.git')))
    const isRoot = existsSync(join(directory, '.git'))
    const repository = isRoot ? directory : parents[rootAt]
    if (repository === undefined) return new GitIgnore([])
    const exclude = level(repository, join(repository, '.git', 'info', 'exclude'))
    const between = isRoot ? [] : parents.slice(0, rootAt + 1)
    const files = between.map((parent) => level(parent, join(parent, '.gitignore'))).reverse()
    const outer = new GitIgnore([exclude, ...files].filter((found) => found !== undefined))
    const named = [directory, ...between].filter((path) => path !== repository)
    return named.some((path) => outer.ignores(path, true)) ? new GitIgnore([]) : outer
  }

  /** The rules inside a directory, which may have a `.gitignore` of its own. */
  inside(directory: string): GitIgnore {
    const own = level(directory, join(directory, '.gitignore'))
    return own === undefined ? this : new GitIgnore([...this.#levels, own])
  }

  ignores(path: string, isDirectory: boolean): boolean {
    for (const { base, rules } of this.#levels.toReversed()) {
      const names = relative(base, path).split(sep)
      if (names[0] === '' || names[0] === '..') continue
      const verdict = rules.judge(names, isDirectory)
      if (verdict !== undefined) return verdict === 'ignored'
    }
    return false
  }
}

function* ancestors(directory: string): Generator<string> {
  for (let at = dirname(directory), below = directory; at !== below; below = at, at = dirname(at)) yield at
}

function level(base: string, path: string): Level | undefined {
  const facts = look(path)
  if (facts === undefined || !facts.isFile()) return undefined
  // Reading on without it could take in what was meant to stay out.
  if (facts.size > MAX_SETTINGS_BYTES)
    throw new WritError('BAD_CONFIG', `${path}: is larger than ${MAX_SETTINGS_BYTES} bytes`)
  const rules = new IgnoreRules(readText(path))
  if (rules.count > MAX_IGNORE_RULES)
    throw new WritError('BAD_CONFIG', `${path}: has ${rules.count} rules, more than ${MAX_IGNORE_RULES}`)
  return { base, rules }
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // a directory that may not be entered: none of its files can be read either
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    throw new WritError('BAD_CONFIG', `${path}: cannot be read`, { cause })
  }
}
