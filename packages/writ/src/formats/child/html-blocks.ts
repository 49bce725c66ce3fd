import { Parser } from 'htmlparser2'
import { MAX_OPEN_TAGS } from '../limits.ts'
import { Refused } from './refused.ts'

/** A stretch of a page that stands by itself. */
export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly text: string }
  | { readonly kind: 'paragraph' | 'item' | 'code'; readonly text: string }
  /** A row of a table; `table` counts the tables. */
  | {
      readonly kind: 'row'
      readonly table: number
      readonly cells: readonly string[]
      /** Whether every cell of it is a name. */
      readonly isHead: boolean
      /** Whether cells of it span others, or hold tables. */
      readonly isSpanned: boolean
      /** Whether the page sets it below the others, as sums are. */
      readonly isFoot: boolean
      /** Whether what its reader sees is unsure: struck out, to be filled in, or digits set together of parts. */
      readonly isUnclear: boolean
      readonly text: string
    }

export interface Page {
  readonly title: string
  readonly blocks: readonly Block[]
}

const BLOCKS = new Set(
  `address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form
  h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre section summary table tbody td tfoot th
  thead tr ul`.split(/\s+/),
)
/** What a reader of the page does not see. A head is not among it: its end may be left out, and what stands in it is unseen by itself. */
const UNSEEN = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'svg',
  'math',
  'iframe',
  'object',
  'textarea',
])
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
])

const ROWS = new Set(['tr', 'thead', 'tbody', 'tfoot'])
const DELETED = new Set(['del', 's', 'strike', 'ins'])
const MARKS = new Set(['sup', 'sub', ...DELETED])

/** Reads a page as its blocks. Throws `Refused` for one whose tags are too deep in each other. */
export function htmlBlocks(html: string): Page {
  const reader = new BlockReader()
  let open = 0
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        open += 1
        if (open > MAX_OPEN_TAGS)
          throw new Refused('limits', `its tags are more than ${MAX_OPEN_TAGS} deep in each other`)
        reader.open(name, attributes)
      },
      ontext: (text) => reader.text(text),
      onclosetag: (name) => {
        open -= 1
        reader.close(name)
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  )
  parser.write(html)
  parser.end()
  return reader.end()
}

class BlockReader {
  readonly #blocks: Block[] = []
  #text = ''
  #title = ''
  #inTitle = false
  #heading = 0
  #item = false
  #code = 0
  #tables = 0
  /** Tables that are open. Those within a cell are text of the cell. */
  #tableDepth = 0
  #cells: string[] | undefined
  #inCell = false
  #isHead = true
  #isSpanned = false
  #isUnclear = false
  /** Which part of a table is open. */
  #part: 'thead' | 'tbody' | 'tfoot' = 'tbody'
  /** Whether a tag stands between the text so far and what follows. */
  #isSeam = false
  /** How deep within what is not seen. */
  #unseen = 0
  #unseenTag = ''

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#isSeam = true
    if (this.#unseen > 0) {
      if (name === this.#unseenTag) this.#unseen += 1
      return
    }
    if (this.#inCell) this.#isUnclear ||= isStruck(name, attributes) || isFilledIn(name, attributes)
    if (UNSEEN.has(name) || (isHidden(attributes) && !VOID.has(name))) {
      this.#unseen = 1
      this.#unseenTag = name
      return
    }
    if (name === 'title') this.#inTitle = true
    else if (name === 'br') this.#text += this.#inCell ? ' ' : '\n'
    else if (name === 'td' || name === 'th') this.#openCell(name, attributes)
    else if (MARKS.has(name)) this.#mark(name)
    else if (BLOCKS.has(name)) this.#openBlock(name)
  }

  text(text: string): void {
    if (this.#inTitle) this.#title += text
    else if (this.#unseen === 0) {
      if (this.#isSeam && this.#inCell && /\d$/.test(this.#text) && /^\d/.test(text)) this.#isUnclear = true
      this.#isSeam = false
      this.#text += this.#code > 0 ? text : text.replaceAll(/\s+/g, ' ')
    }
  }

  close(name: string): void {
    this.#isSeam = true
    if (name === 'title') this.#inTitle = false
    if (this.#unseen > 0) {
      if (name === this.#unseenTag) this.#unseen -= 1
      return
    }
    if (name === 'td' || name === 'th') this.#closeCell()
    else if (DELETED.has(name)) this.#text += ' '
    else if (BLOCKS.has(name)) this.#closeBlock(name)
  }

  end(): Page {
    this.#flush()
    return { title: this.#title, blocks: this.#blocks }
  }

  #openBlock(name: string): void {
    if (name === 'table') {
      this.#tableDepth += 1
      if (this.#tableDepth === 1) {
        this.#flush()
        this.#tables += 1
        this.#part = 'tbody'
      } else this.#isSpanned = true
    }
    // The ends of cells and rows may be left out.
    if (ROWS.has(name) && this.#tableDepth === 1 && this.#inCell) this.#endRow()
    if (this.#inCell) {
      this.#text += ' '
      return
    }
    this.#flush()
    if (/^h[1-6]$/.test(name)) this.#heading = Number(name[1])
    if (name === 'li') this.#item = true
    if (name === 'pre') this.#code += 1
    if (this.#tableDepth !== 1) return
    if (name === 'thead' || name === 'tbody' || name === 'tfoot') this.#part = name
    if (name === 'tr') this.#beginRow()
  }

  #closeBlock(name: string): void {
    if (name === 'table') this.#tableDepth = Math.max(0, this.#tableDepth - 1)
    if (this.#inCell && this.#tableDepth > 0) {
      this.#text += ' '
      return
    }
    this.#flush()
    if (/^h[1-6]$/.test(name)) this.#heading = 0
    if (name === 'li') this.#item = false
    if (name === 'pre') this.#code = Math.max(0, this.#code - 1)
    if (name === 'tr' || name === 'table') this.#endRow()
  }

  /** What is set above or below a digit, or struck out beside one, is no digit of it. */
  #mark(name: string): void {
    if (DELETED.has(name)) this.#text += ' '
    else if (/\d$/.test(this.#text)) this.#text += name === 'sup' ? '^' : '_'
  }

  #beginRow(): void {
    this.#cells = []
    this.#isHead = true
    this.#isSpanned = false
    this.#isUnclear = false
  }

  #openCell(name: string, { colspan = '1', rowspan = '1' }: Readonly<Record<string, string>>): void {
    if (this.#tableDepth !== 1) {
      this.#text += ' '
      return
    }
    if (this.#inCell) this.#closeCell()
    this.#flush()
    if (this.#cells === undefined) this.#beginRow()
    this.#isHead &&= name === 'th' || this.#part === 'thead'
    this.#isSpanned ||= colspan.trim() !== '1' || rowspan.trim() !== '1'
    this.#inCell = true
  }

  #closeCell(): void {
    if (this.#tableDepth !== 1 || !this.#inCell) return
    this.#cells?.push(oneLine(this.#text))
    this.#text = ''
    this.#inCell = false
  }

  #endRow(): void {
    if (this.#inCell) this.#closeCell()
    const cells = this.#cells
    this.#cells = undefined
    if (cells === undefined || cells.every((cell) => cell === '')) return
    this.#blocks.push({
      kind: 'row',
      table: this.#tables,
      cells,
      isHead: this.#isHead,
      isSpanned: this.#isSpanned,
      isFoot: this.#part === 'tfoot',
      isUnclear: this.#isUnclear,
      text: cells.join('\t'),
    })
  }

  #flush(): void {
    const text = this.#code > 0 ? this.#text.replace(/^\n+/, '').trimEnd() : lines(this.#text)
    this.#text = ''
    if (text.trim() === '') return
    if (this.#heading > 0) this.#blocks.push({ kind: 'heading', depth: this.#heading, text: oneLine(text) })
    else this.#blocks.push({ kind: this.#code > 0 ? 'code' : this.#item ? 'item' : 'paragraph', text })
  }
}

function isStruck(name: string, { style }: Readonly<Record<string, string>>): boolean {
  return (DELETED.has(name) && name !== 'ins') || /line-through/i.test(style ?? '')
}

/** Whether a reader sees a value in it that is no text of the page. */
function isFilledIn(name: string, { type = 'text' }: Readonly<Record<string, string>>): boolean {
  return name === 'textarea' || name === 'select' || (name === 'input' && type.toLowerCase() !== 'hidden')
}

function isHidden({ hidden, style }: Readonly<Record<string, string>>): boolean {
  return hidden !== undefined || /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style ?? '')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Line breaks stay, and nothing else does of how the source was laid out. */
function lines(text: string): string {
  return text
    .split('\n')
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n')
}
