import { counted } from '@writ/contract'
import { cutToWidth, displayWidth } from '../display-width.ts'

export type Tone = 'plain' | 'head' | 'good' | 'warn' | 'bad'

/** A piece of what is printed, which may be given fewer lines than it has. */
export interface Block {
  readonly lines: readonly string[]
  /** Lines it gets before any block gets more than its least. */
  readonly least: number
  /** Lines it is shown with at most, however much room there is. */
  readonly most: number
  /** Who is served first where room is short: the lower. */
  readonly claim: number
  /** What the lines are called that are not shown: `row`, `line`, `citation`. Empty where a mark is enough. */
  readonly unit: string
  /** Lines, such as the head of a table, that count as no such unit. */
  readonly heads: number
  /** Stands apart from what is before it, where there is room for that. */
  readonly apart: boolean
  readonly tone: Tone
}

export function block(lines: readonly string[], claim: number, more: Partial<Block> = {}): Block {
  const { length } = lines
  return {
    lines,
    claim,
    least: length,
    most: length,
    unit: 'line',
    heads: 0,
    apart: false,
    tone: 'plain',
    ...more,
  }
}

/** A line as it is printed, and how. */
export interface ShownLine {
  readonly text: string
  readonly tone: Tone
}

/** Fewest rows at which blank lines between blocks are worth their room. */
const ROOMY = 20

/**
 * Lays blocks out in their order on `columns` by `rows`: first each gets its least, in the order of claims, then each as
 * much as is left. What is not shown is counted, with `how` to see it.
 */
export function fit(
  blocks: readonly Block[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
  how: string,
): readonly ShownLine[] {
  const given = new Map<Block, number>()
  const gaps = rows >= ROOMY ? blocks.filter(({ apart, lines }) => apart && lines.length > 0).length : 0
  let left = rows - gaps
  const ordered = blocks.toSorted((a, b) => a.claim - b.claim)
  for (const own of ordered) {
    const lines = Math.min(own.least, own.most, own.lines.length)
    left -= give(own, lines, left, columns, given)
  }
  for (const own of ordered) {
    // A head, and a line on how much is not shown, would be all: better nothing.
    if (own.least === 0 && left < Math.min(own.heads + 2, own.lines.length)) continue
    const more = Math.min(own.most, own.lines.length) - (given.get(own) ?? 0)
    left -= give(own, more, left, columns, given)
  }
  return blocks.flatMap((own): ShownLine[] => {
    const lines = shown(own, given.get(own) ?? 0, columns, how)
    const gap = gaps > 0 && own.apart && lines.length > 0
    return [...(gap ? [''] : []), ...lines].map((text) => ({ text, tone: own.tone }))
  })
}

/** Gives a block more of its lines as long as they fit, and tells the rows they take. */
function give(own: Block, more: number, left: number, columns: number, given: Map<Block, number>): number {
  const before = given.get(own) ?? 0
  let [lines, used] = [0, 0]
  while (lines < more) {
    const rows = rowsOf(own.lines[before + lines] ?? '', columns)
    if (used + rows > left) break
    lines += 1
    used += rows
  }
  given.set(own, before + lines)
  return used
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(displayWidth(line) / columns))
}

function shown(own: Block, lines: number, columns: number, how: string): readonly string[] {
  const { length } = own.lines
  if (lines === 0 || lines >= length) return own.lines.slice(0, lines)
  if (own.unit === '') return [...own.lines.slice(0, lines - 1), `${own.lines[lines - 1] ?? ''} …`]
  // The last line given tells of the rest; where there is but one, the rest is told behind it.
  const kept = lines - 1
  const hidden = length - Math.max(kept, own.heads)
  const note = `… ${counted(hidden, `more ${own.unit}`)} (${how})`
  const [first = ''] = own.lines
  if (lines > 1 || own.least === 0) return [...own.lines.slice(0, kept), cutToWidth(note, columns)]
  const short = ` … ${counted(hidden - 1, `more ${own.unit}`)}`
  return [cutToWidth(first, columns - displayWidth(short)) + short]
}
