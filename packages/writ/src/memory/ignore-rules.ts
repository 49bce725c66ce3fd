import { compileName } from './name-pattern.ts'
import { ANY_NAMES, matchPath, type PathPattern } from './path-pattern.ts'

/** What the rules of one file say of a path: nothing, when none matches. */
export type Verdict = 'ignored' | 'kept' | undefined

interface Rule {
  readonly verdict: Verdict
  readonly directoriesOnly: boolean
  /** Whether the pattern is of the last name alone. */
  readonly ofName: boolean
  readonly pattern: PathPattern
}

/** The rules of a `.gitignore`. Time is bounded by rules times their length times the length of the path. */
export class IgnoreRules {
  /** The last first: of those that match it decides. */
  readonly #rules: readonly Rule[]

  constructor(text: string) {
    this.#rules = text
      .split('\n')
      .map(parseRule)
      .filter((rule) => rule !== undefined)
      .reverse()
  }

  get count(): number {
    return this.#rules.length
  }

  /** Judges a path below the directory of the file, by its names. */
  judge(names: readonly string[], isDirectory: boolean): Verdict {
    const last = names.slice(-1)
    const decides = (rule: Rule): boolean =>
      (isDirectory || !rule.directoriesOnly) && matchPath(rule.pattern, rule.ofName ? last : names)
    return this.#rules.find(decides)?.verdict
  }
}

/** A line as git reads it; nothing for comments, empty lines and patterns that can match nothing. */
function parseRule(line: string): Rule | undefined {
  const text = withoutTrailingSpace(line.replace(/\r$/, ''))
  if (text === '' || text.startsWith('#')) return undefined
  const negated = text.startsWith('!')
  const whole = negated ? text.slice(1) : text
  const directoriesOnly = whole.endsWith('/')
  const path = directoriesOnly ? whole.slice(0, -1) : whole
  const ofName = !path.includes('/')
  const pattern = compilePath(path.replace(/^\//, '').split('/'), ofName)
  if (path === '' || pattern === undefined) return undefined
  return { verdict: negated ? 'kept' : 'ignored', directoriesOnly, ofName, pattern }
}

/** Spaces at the end do not count, but for one behind a backslash. */
function withoutTrailingSpace(line: string): string {
  let end = line.length
  while (end > 0 && line[end - 1] === ' ') end -= 1
  let backslashes = 0
  while (line[end - 1 - backslashes] === '\\') backslashes += 1
  return line.slice(0, backslashes % 2 === 1 ? Math.min(end + 1, line.length) : end)
}

function compilePath(segments: readonly string[], ofName: boolean): PathPattern | undefined {
  const pattern: PathPattern[number][] = []
  for (const [at, segment] of segments.entries()) {
    const spans = segment === '**' && !ofName
    if (spans) pattern.push(ANY_NAMES)
    if (spans && at < segments.length - 1) continue
    // At the end it stands for what is below a directory, and not for the directory itself.
    const matcher = compileName(segment, { escapes: true })
    if (matcher === undefined) return undefined
    pattern.push(matcher)
  }
  return pattern
}
