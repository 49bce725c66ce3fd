/**
 * What a terminal would obey instead of showing: C0 and C1 controls (escape sequences begin with one of them), DEL, and
 * the controls that reorder text. Tabs and line feeds are left to the caller.
 */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text of several lines, from whoever wrote it, as a terminal may show it: controls appear as `\u001b`. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(CONTROLS, (control) => (control === '\n' || control === '\t' ? control : escaped(control)))
}

/** The same for what has one line: a line feed in it would forge another. */
export function printableLine(text: string): string {
  return text.replace(CONTROLS, escaped)
}

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
}
