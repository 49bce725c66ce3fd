import type { ParsedDocument } from '@writ/contract'
import { MAX_TABLE_CELLS, MAX_TABLES } from '../limits.ts'
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
    if (block.kind === 'row') tables.row(block, { start, end: text.bytes })
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

type RowBlock = Extract<Block, { kind: 'row' }>

interface Line {
  readonly start: number
  readonly end: number
}

/** Gathers rows into tables, whose first row names their columns. */
class Tables {
  readonly #text: TextBuilder<'paragraph'>
  #rows: (RowBlock & Line)[] = []
  #cells = 0
  #tables = 0

  constructor(text: TextBuilder<'paragraph'>) {
    this.#text = text
  }

  row(block: RowBlock, line: Line): void {
    if (block.table !== this.#rows.at(-1)?.table) this.end()
    this.#cells += block.cells.length
    this.#rows.push({ ...block, ...line })
  }

  end(): void {
    const [head, ...body] = this.#rows
    this.#rows = []
    if (head === undefined || body.length === 0 || this.#tables >= MAX_TABLES) return
    this.#tables += 1
    const part = `${head.table}`
    const problem = this.#problem(head, body)
    if (problem !== undefined) this.#text.noTable(part, problem)
    else {
      const rows = body.map(({ cells, start, end }) => ({
        cells: cells.map((cell) => (cell === '' ? null : cell)),
        start,
        end,
      }))
      this.#text.table({
        part,
        // Everything in a page is a text, and only how it looks says that it is a number.
        columns: head.cells.map((name) => ({ name, isText: false, mayGroup: true })),
        rows,
        marked: head.isHead,
        apart: body.some(({ isFoot }) => isFoot),
      })
    }
  }

  #problem(head: RowBlock, body: readonly RowBlock[]): string | undefined {
    if (this.#cells > MAX_TABLE_CELLS) return `it is past the first ${MAX_TABLE_CELLS} cells of its document`
    if ([head, ...body].some(({ isSpanned }) => isSpanned)) return 'cells of it span others or hold tables'
    if (body.some(({ isUnclear }) => isUnclear))
      return 'something in it is struck out, to be filled in, or digits set together of several parts'
    const odd = body.filter(({ cells }) => cells.length !== head.cells.length).length
    if (odd > 0) return `${odd} of ${body.length} rows have another number of cells than the first`
    if (body.some(({ isHead }) => isHead)) return 'more than one row of it is of names'
    return head.cells.includes('') ? 'a column of it has no name' : undefined
  }
}
