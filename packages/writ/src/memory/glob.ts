import { WritError } from '@writ/contract'

/** Alternatives one glob may stand for after its braces are expanded. */
const MAX_ALTERNATIVES = 256

/**
 * Compiles a glob over `/`-separated paths: `?`, `*` and `[a-z]` stay inside a segment, `**` spans any number of segments,
 * `{a,b}` are alternatives, a trailing `/` means everything below. Unlike a shell's, wildcards match names that start
 * with a dot: a label rule must not miss hidden files. Throws `BAD_CONFIG` for an unclosed bracket or brace.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const alternatives = expandBraces(glob.endsWith('/') ? `${glob}**` : glob, glob)
  const patterns = alternatives.map((alternative) => alternative.split('/'))
  for (const pattern of patterns) for (const segment of pattern) checkBrackets(segment, glob)
  return (path) => {
    const segments = path.split('/')
    return patterns.some((pattern) => matchSegments(pattern, segments))
  }
}

function bad(glob: string, what: string): WritError {
  return new WritError('BAD_CONFIG', `the glob ${JSON.stringify(glob)} ${what}`)
}

function expandBraces(text: string, glob: string): string[] {
  const open = text.indexOf('{')
  if (open === -1) return [text]
  const commas: number[] = []
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    else if (text[at] === ',' && depth === 1) commas.push(at)
    else if (text[at] === '}' && --depth === 0) {
      const cuts = [open, ...commas, at]
      const bodies = cuts.slice(1).map((cut, index) => text.slice((cuts[index] ?? open) + 1, cut))
      const expanded = bodies.flatMap((body) =>
        expandBraces(text.slice(0, open) + body + text.slice(at + 1), glob),
      )
      if (expanded.length > MAX_ALTERNATIVES)
        throw bad(glob, `has more than ${MAX_ALTERNATIVES} alternatives`)
      return expanded
    }
  }
  throw bad(glob, 'has an unclosed {')
}

function checkBrackets(segment: string, glob: string): void {
  for (let at = 0; at < segment.length; at += 1) {
    if (segment[at] !== '[') continue
    const close = segment.indexOf(']', at + 2)
    if (close === -1) throw bad(glob, 'has an unclosed [')
    at = close
  }
}

/** Matches with one point of return, the last `**`: quadratic at worst, whatever the pattern. */
function matchSegments(pattern: readonly string[], segments: readonly string[]): boolean {
  return matchRuns(
    pattern.length,
    segments.length,
    (p) => pattern[p] === '**',
    (p, s) => matchSegment(pattern[p] ?? '', segments[s] ?? ''),
  )
}

function matchSegment(pattern: string, name: string): boolean {
  const tokens = segmentTokens(pattern)
  const letters = Array.from(name)
  return matchRuns(
    tokens.length,
    letters.length,
    (p) => tokens[p] === '*',
    (p, s) => matchLetter(tokens[p] ?? '', letters[s] ?? ''),
  )
}

function matchRuns(
  patternLength: number,
  length: number,
  isRun: (p: number) => boolean,
  matches: (p: number, s: number) => boolean,
): boolean {
  let p = 0
  let s = 0
  let run = -1
  let resume = 0
  while (s < length) {
    if (p < patternLength && isRun(p)) {
      run = p++
      resume = s
    } else if (p < patternLength && matches(p, s)) {
      p += 1
      s += 1
    } else if (run !== -1) {
      p = run + 1
      s = ++resume
    } else return false
  }
  while (p < patternLength && isRun(p)) p += 1
  return p === patternLength
}

/** Characters, `*`, `?` and whole bracket expressions. */
function segmentTokens(pattern: string): string[] {
  return pattern.match(/\[.[^\]]*\]|./gsu) ?? []
}

function matchLetter(token: string, letter: string): boolean {
  if (token === '?') return true
  if (token.length < 3 || !token.startsWith('[')) return token === letter
  const negated = token[1] === '!' || token[1] === '^'
  const set = Array.from(token.slice(negated ? 2 : 1, -1))
  let found = false
  for (let at = 0; at < set.length; at += 1) {
    const low = set[at] ?? ''
    const high = set[at + 1] === '-' ? set[at + 2] : undefined
    if (high !== undefined) at += 2
    if (low <= letter && letter <= (high ?? low)) found = true
  }
  return found !== negated
}
