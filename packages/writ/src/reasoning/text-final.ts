/** A release written as text, outside of every fence. */
export type TextFinal =
  | { readonly form: 'value'; readonly json: string }
  | { readonly form: 'variable'; readonly name: string }

/** Calls looked past that no parenthesis closes: each costs a walk through the rest of the turn. */
const MOST_CALLS_TRIED = 16

/**
 * The first release that the lines of a turn's prose write as text. Published traces misuse `FINAL` in one turn of six, so it
 * counts only at the start of a line and with balanced parentheses.
 */
export function textFinal(lines: readonly string[]): TextFinal | undefined {
  let tried = 0
  for (const [index, line] of lines.entries()) {
    const call = /^(FINAL|FINAL_VAR)\(/.exec(line)
    if (call?.[1] === undefined) continue
    tried += 1
    if (tried > MOST_CALLS_TRIED) return undefined
    const argument = balanced([line.slice(call[0].length), ...lines.slice(index + 1)].join('\n'))?.trim()
    if (argument === undefined || argument === '') continue
    return call[1] === 'FINAL'
      ? { form: 'value', json: meant(argument) }
      : { form: 'variable', name: quoted(argument) ?? argument }
  }
  return undefined
}

/** The text up to the parenthesis that closes the call, if there is one. Parentheses in a string are none. */
function balanced(text: string): string | undefined {
  const start = text.search(/\S/)
  const whole = stringEnd(text, start, true)
  if (whole !== undefined && /^\s*\)/.test(text.slice(whole + 1))) return text.slice(0, whole + 1)
  const walked = new Walked(text.length)
  let depth = 1
  for (let index = 0; index < text.length; index += 1) {
    const mark = text[index]
    if (mark === '(') depth += 1
    if (mark === ')') depth -= 1
    if (depth === 0) return text.slice(0, index)
    index = stringEnd(text, index, mark === '`', walked) ?? index
  }
  return undefined
}

/**
 * Where the ends of strings were looked for, by the mark that would close them. What was walked once without coming to an end
 * comes to none again: so a turn of marks that nothing closes is walked once, not once for each of them.
 */
class Walked {
  readonly #length: number
  readonly #places = new Map<string, Uint8Array>()

  constructor(length: number) {
    this.#length = length
  }

  /** Whether a walk for this mark was here before; now one was. */
  again(mark: string, index: number): boolean {
    const places = this.#places.get(mark) ?? new Uint8Array(this.#length)
    this.#places.set(mark, places)
    if (places[index] === 1) return true
    places[index] = 1
    return false
  }
}

/**
 * Where the string ends that a mark opens. Prose has marks that open nothing: an apostrophe within or after a word, and one
 * that nothing closes. INVARIANT: whoever gives `walked` goes on behind the end that is found.
 */
function stringEnd(text: string, start: number, overLines: boolean, walked?: Walked): number | undefined {
  const mark = text[start]
  if (mark !== '"' && mark !== "'" && mark !== '`') return undefined
  if (mark === "'" && /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start))) return undefined
  for (let index = start + 1; index < text.length; index += 1) {
    if (walked?.again(mark, index) === true) return undefined
    if (text[index] === '\\') index += 1
    else if (text[index] === mark) return index
    else if (text[index] === '\n' && !overLines) return undefined
  }
  return undefined
}

/** A string literal is its string; an object or an array in JSON is that; anything else is text as it stands. */
function meant(argument: string): string {
  const text = quoted(argument)
  if (text !== undefined) return JSON.stringify(text)
  if (/^[[{]/.test(argument)) {
    try {
      return JSON.stringify(JSON.parse(argument))
    } catch {
      // It only looks like JSON.
    }
  }
  return JSON.stringify(argument)
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** The string that an argument is as a whole, with its escapes read. */
function quoted(argument: string): string | undefined {
  if (stringEnd(argument, 0, true) !== argument.length - 1) return undefined
  return argument
    .slice(1, -1)
    .replace(/\\(u[\da-fA-F]{4}|[\s\S])/g, (_, mark: string) =>
      mark.length > 1 ? String.fromCharCode(Number.parseInt(mark.slice(1), 16)) : (ESCAPED[mark] ?? mark),
    )
    .toWellFormed()
}
