/** HTML that was made here. Everything else is text, and is escaped when it is put in. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | readonly Html[]

/**
 * Builds HTML: what stands in the template is ours, whatever is put in is text from anywhere and appears as text.
 * INVARIANT: no other function makes `Html` from a string it did not write itself.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let out = template[0] ?? ''
  for (const [n, part] of parts.entries()) out += rendered(part) + (template[n + 1] ?? '')
  return { html: out }
}

/** Several pieces one after another. */
export function joined(pieces: Iterable<Html>): Html {
  return { html: [...pieces].map((piece) => piece.html).join('') }
}

/** Text by somebody else, kept apart from ours so that its writing direction ends where it ends. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

function rendered(part: Part): string {
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return 'html' in part ? part.html : joined(part).html
}

/** What a browser would read as markup. */
const MARKUP = /[&<>"'`]/g
/** What a reader would not see, or see elsewhere than it stands: controls, bidirectional and other format characters. */
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

function escaped(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(MARKUP, (character) => `&#${character.codePointAt(0)};`)
    .replace(UNSEEN, (character) => `<span class="unseen">U+${code(character)}</span>`)
}

function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
