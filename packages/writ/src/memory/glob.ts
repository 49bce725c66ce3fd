import { WritError } from '@writ/contract'
import { compileName } from './name-pattern.ts'
import { ANY_NAMES, matchPath, type PathPattern } from './path-pattern.ts'

/** Alternatives that a glob may stand for after its braces are expanded, where nothing else is said. */
const MAX_ALTERNATIVES = 256

/** Longest glob. */
const MAX_CHARS = 4096

/**
 * Compiles a glob over `/`-separated paths: `?`, `*` and `[a-z]` stay inside a segment, `**` spans any number of segments,
 * `{a,b}` are alternatives, a trailing `/` means everything below. Unlike a shell's, wildcards match names that start
 * with a dot: a label rule must not miss hidden files. Throws `BAD_CONFIG` for an unclosed bracket or brace.
 */
export function compileGlob(glob: string, most: number = MAX_ALTERNATIVES): (path: string) => boolean {
  if (glob.length > MAX_CHARS) throw bad(`${glob.slice(0, 40)}…`, `has more than ${MAX_CHARS} characters`)
  const alternatives = expandBraces(glob.endsWith('/') ? `${glob}**` : glob, glob, most)
  const patterns = alternatives.map((alternative) => compileSegments(alternative.split('/'), glob))
  return (path) => {
    const names = path.split('/')
    return patterns.some((pattern) => matchPath(pattern, names))
  }
}

function compileSegments(segments: readonly string[], glob: string): PathPattern {
  return segments.map((segment) => {
    if (segment === '**') return ANY_NAMES
    const matcher = compileName(segment, { escapes: false })
    if (matcher === undefined) throw bad(glob, 'has an unclosed [')
    return matcher
  })
}

function bad(glob: string, what: string): WritError {
  return new WritError('BAD_CONFIG', `the glob ${JSON.stringify(glob)} ${what}`)
}

function expandBraces(text: string, glob: string, most: number): string[] {
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
        expandBraces(text.slice(0, open) + body + text.slice(at + 1), glob, most),
      )
      if (expanded.length > most) throw bad(glob, `has more than ${most} alternatives`)
      return expanded
    }
  }
  throw bad(glob, 'has an unclosed {')
}
