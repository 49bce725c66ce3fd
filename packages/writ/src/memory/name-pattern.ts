import { matchRuns } from './match-runs.ts'

/** Matches one name, a part of a path between slashes. */
export type NameMatcher = (name: string) => boolean

const RUN = Symbol('any number of letters')
type Token = string | typeof RUN | NameMatcher

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[A-Fa-f0-9]/,
}

/**
 * Compiles a pattern of one name: `*` is any number of letters, `?` one, `[a-z]` and `[!a-z]` one of a set; with `escapes`, a
 * backslash takes the next letter as it is. Undefined for a bracket that is not closed and a backslash at the end. The
 * matcher takes time bounded by pattern times name.
 */
export function compileName(
  pattern: string,
  { escapes }: { readonly escapes: boolean },
): NameMatcher | undefined {
  const tokens = tokenize(Array.from(pattern), escapes)
  if (tokens === undefined) return undefined
  const runs = tokens.filter((token) => token === RUN).length
  const plain = tokens.every((token) => token === RUN || typeof token === 'string')
  if (plain && runs <= 1) return aroundOneRun(tokens)
  return (name) => {
    const letters = Array.from(name)
    return matchRuns(
      tokens.length,
      letters.length,
      (at) => tokens[at] === RUN,
      (tokenAt, at) => {
        const token = tokens[tokenAt]
        return typeof token === 'function' ? token(letters[at] ?? '') : token === letters[at]
      },
    )
  }
}

/** A fixed name, or what begins and ends with fixed letters: most patterns are no more. */
function aroundOneRun(tokens: readonly Token[]): NameMatcher {
  const run = tokens.indexOf(RUN)
  const text = (part: readonly Token[]): string => part.map((token) => String(token)).join('')
  if (run === -1) {
    const whole = text(tokens)
    return (name) => name === whole
  }
  const start = text(tokens.slice(0, run))
  const end = text(tokens.slice(run + 1))
  return (name) => name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end)
}

function tokenize(letters: readonly string[], escapes: boolean): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? ''
    if (letter === '*') {
      if (tokens.at(-1) !== RUN) tokens.push(RUN)
    } else if (letter === '?') tokens.push(() => true)
    else if (letter === '[') {
      const set = readSet(letters, at, escapes)
      if (set === undefined) return undefined
      tokens.push(set.matches)
      at = set.end
    } else if (letter === '\\' && escapes) {
      const next = letters[++at]
      if (next === undefined) return undefined
      tokens.push(next)
    } else tokens.push(letter)
  }
  return tokens
}

/** A bracket expression that begins at `start`, and where it ends. */
function readSet(
  letters: readonly string[],
  start: number,
  escapes: boolean,
): { readonly matches: NameMatcher; readonly end: number } | undefined {
  const negated = letters[start + 1] === '!' || letters[start + 1] === '^'
  const first = start + (negated ? 2 : 1)
  const members: NameMatcher[] = []
  for (let at = first; at < letters.length; at += 1) {
    // A bracket that closes right at the start is a member.
    if (letters[at] === ']' && at > first)
      return { end: at, matches: (letter) => members.some((member) => member(letter)) !== negated }
    const named = letters[at] === '[' && letters[at + 1] === ':' ? readClass(letters, at + 2) : undefined
    if (named !== undefined) {
      members.push((letter) => named.expression.test(letter))
      at = named.end
      continue
    }
    if (letters[at] === '\\' && escapes) at += 1
    const low = letters[at]
    const isRange = letters[at + 1] === '-' && letters[at + 2] !== undefined && letters[at + 2] !== ']'
    if (isRange) at += letters[at + 2] === '\\' && escapes ? 3 : 2
    const high = letters[at]
    if (low === undefined || high === undefined) return undefined
    members.push((letter) => low <= letter && letter <= high)
  }
  return undefined
}

function readClass(
  letters: readonly string[],
  from: number,
): { readonly expression: RegExp; readonly end: number } | undefined {
  const close = letters.indexOf(':', from)
  const name = letters.slice(from, close).join('')
  const expression = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
  if (close === -1 || letters[close + 1] !== ']' || expression === undefined) return undefined
  return { expression, end: close + 1 }
}
