import { displayWidth, wrapped } from './display-width.ts'

/** What is known of where a text goes. */
interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Columns that what is broken goes on under. */
const UNDER = 2
/** Below this a terminal breaks lines as well as anybody can. */
const LEAST_COLUMNS = 20

/** A text as lines that a terminal need not break: between words, the rest further in. Elsewhere as it is. */
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
  const [first = ''] = wrapped(line, columns)
  const under = ' '.repeat(Math.min(within + UNDER, columns / 2))
  if (first.trim() === '') return [line]
  const rest = line.slice(first.length).trimStart()
  return [first, ...wrapped(rest, columns - under.length).map((part) => under + part)]
}
