import { displayWidth } from './display-width.ts'

/** What is known of where a text goes. */
interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Columns that what is broken goes on under. */
const UNDER = 2
/** Below this a terminal breaks lines as well as anybody can. */
const LEAST_COLUMNS = 20

/** Spaces, and what stands behind them in one piece: a word, an address, or what is to be typed as it stands between backticks. */
const PIECES = /(\s*)((?:`[^`]*`|\S)+)/g

/**
 * A text as lines that a terminal need not break: between words, the rest further in. What is longer than a line stays whole, so that
 * it can be copied. Elsewhere as it is.
 */
export function onScreen(text: string, { isTTY, columns = 80 }: Screen): string {
  if (isTTY !== true || columns < LEAST_COLUMNS) return text
  return text
    .split('\n')
    .flatMap((line) => broken(line, columns))
    .join('\n')
}

function broken(line: string, columns: number): readonly string[] {
  if (displayWidth(line) <= columns) return [line]
  const within = /^ */.exec(line)?.[0].length ?? 0
  const under = ' '.repeat(Math.min(within + UNDER, Math.floor(columns / 2)))
  const lines: string[] = []
  let current = ''
  for (const [piece, , word = ''] of line.matchAll(PIECES)) {
    if (current.trim() === '' || displayWidth(current + piece) <= columns) current += piece
    else {
      lines.push(current)
      current = under + word
    }
  }
  return [...lines, current]
}
