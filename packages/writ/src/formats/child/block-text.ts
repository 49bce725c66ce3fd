import type { ParsedDocument, ParsedRow, ParsedTable } from '@writ/contract'
import { MAX_TABLE_CELLS } from '../limits.ts'
import type { Block, Page } from './html-blocks.ts'
import { TextBuilder } from './text-builder.ts'

/** The text of a page: a paragraph for each of its blocks, with the headings as its outline and its tables beside it. */
export function documentOf({ title, blocks }: Page): ParsedDocument {
  const text = new TextBuilder('paragraph')
  const tables = new Tables(text)
  let last: Block | undefined
  for (const block of blocks) {
    if (last !== undefined && isApart(last, block)) text.add('\n')
    if (block.kind === 'heading') text.heading('heading', block.text, block.depth)
    text.mark()
    const start = text.bytes
    text.add(block.text)
    if (block.kind === 'row') tables.row(block.table, { cells: block.cells, start, end: text.bytes })
    text.add('\n')
    last = block
  }
  tables.end()
  return text.document(title || blocks.find(({ kind }) => kind === 'heading')?.text)
}

/** The same as plain lines. */
export function plainLines(blocks: readonly Block[]): string {
  return blocks
    .map((block, at) => {
      const before = blocks[at - 1]
      return `${before !== undefined && isApart(before, block) ? '\n' : ''}${block.text}\n`
    })
    .join('')
}

/** Whether an empty line stands between two blocks: rows of one table and items of a list stand together. */
function isApart(before: Block, block: Block): boolean {
  if (before.kind === 'row' && block.kind === 'row') return before.table !== block.table
  return before.kind !== block.kind || block.kind !== 'item'
}

/** Gathers rows into tables, whose first row names their columns. */
class Tables {
  readonly #text: TextBuilder<'paragraph'>
  #table = 0
  #rows: ParsedRow[] = []
  #cells = 0

  constructor(text: TextBuilder<'paragraph'>) {
    this.#text = text
  }

  row(table: number, row: ParsedRow): void {
    if (table !== this.#table) this.end()
    this.#table = table
    this.#cells += row.cells.length
    if (this.#cells <= MAX_TABLE_CELLS) this.#rows.push(row)
  }

  end(): void {
    const [names, ...rows] = this.#rows
    this.#rows = []
    if (names === undefined || rows.length === 0) return
    const table: ParsedTable = { name: `Table ${this.#table}`, columns: names.cells, rows }
    this.#text.table(table)
  }
}
