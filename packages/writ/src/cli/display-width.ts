/** Scripts and signs that take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
/** What is drawn over the sign before it, or not at all. */
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u
const PLAIN = /^[\x20-\x7e]*$/

/** Columns of a terminal that a line takes. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const sign of text) width += signWidth(sign)
  return width
}

/** The line, or as much of it as fits with a mark that there is more. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return `${headOf(text, Math.max(0, width - 1))}…`
}

/** A line as lines of at most `width` columns, broken between words where there are any. */
export function wrapped(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = line
  for (let fits = headOf(rest, width); fits.length < rest.length; fits = headOf(rest, width)) {
    // A sign that is wider than the line is not split.
    const head = fits || String.fromCodePoint(rest.codePointAt(0) ?? 0)
    const space = head.lastIndexOf(' ')
    const end = rest.charAt(head.length) === ' ' ? head.length : space > 0 ? space : head.length
    lines.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return rest === '' && lines.length > 0 ? lines : [...lines, rest]
}

function headOf(text: string, width: number): string {
  let used = 0
  let end = 0
  for (const sign of text) {
    used += signWidth(sign)
    if (used > width) break
    end += sign.length
  }
  return text.slice(0, end)
}

function signWidth(sign: string): number {
  if (NARROWEST.test(sign)) return 0
  return WIDE.test(sign) ? 2 : 1
}
