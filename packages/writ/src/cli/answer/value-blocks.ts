import {
  answerMembers,
  type Citation,
  defined,
  isObject,
  isSameQuote,
  type Json,
  type JsonObject,
  passageQuote,
} from '@writ/contract'
import { displayWidth, wrapped } from '../display-width.ts'
import { printable, printableLine } from '../printable.ts'
import { schemaOfMember, type Table, tableOf } from '../rows.ts'
import { type Block, block } from './block.ts'
import { citationLine } from './citations.ts'
import { cellText, tableLines } from './table.ts'

/** Rows of a list or a table that are shown where not all is asked for. */
const SHOWN_ROWS = 10
/** Lines of the answer's head that nothing but the first facts comes before. */
const HEAD_LINES = 3
/** What a text of a list goes on under. */
const UNDER = '  '

/** How much of a value is shown. */
export interface ValueView {
  readonly columns: number
  readonly full: boolean
  readonly claim: number
  /** What the value fits, where it was asked to: it orders columns. */
  readonly schema?: Json
}

/** A released value for people, the shortest form first; `cited` collects the citations it shows by itself. */
export function valueBlocks(
  value: Json,
  citations: readonly Citation[],
  view: ValueView,
  cited: Set<Citation>,
): readonly Block[] {
  const empty = whatIsEmpty(value)
  if (empty !== undefined) return [textBlock(empty, view)]
  if (Array.isArray(value)) return [listBlock('', value, citations, view, cited)]
  if (isObject(value)) return memberBlocks(value, citations, view, cited)
  return [textBlock(scalarText(value), view)]
}

/** What is said of a value that shows nothing. */
function whatIsEmpty(value: Json): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? '(an empty text)' : undefined
  if (Array.isArray(value)) return value.length === 0 ? '(an empty list)' : undefined
  return isObject(value) && Object.keys(value).length === 0 ? '(an empty object)' : undefined
}

/** An object: its `answer` first, then what is short, then its lists. */
function memberBlocks(
  value: JsonObject,
  citations: readonly Citation[],
  view: ValueView,
  cited: Set<Citation>,
): readonly Block[] {
  const { answer, short, lists } = answerMembers(value)
  if (answer === undefined && short.length + lists.length === 0) return [textBlock(cellText(value), view)]
  const [head, ...tail] =
    answer === undefined ? [] : valueBlocks(answer, citations, within(view, 'answer'), cited)
  const lines = short.flatMap(([name, member]) =>
    wrapped(`${printableLine(name)}: ${inShort(member)}`, view.columns),
  )
  const claim = view.claim + (answer === undefined ? 0 : 2)
  return [
    ...(head === undefined ? [] : [head, ...tail]),
    block(lines, claim, {
      least: answer === undefined ? Math.min(HEAD_LINES, lines.length) : 0,
      ...limit(lines, view),
    }),
    ...lists.map(([name, member], at) =>
      listBlock(name, member, citations, { ...within(view, name), claim: claim + at }, cited),
    ),
  ]
}

/** The view of a member. */
function within({ schema, ...view }: ValueView, name: string): ValueView {
  return { ...view, ...defined({ schema: schemaOfMember(schema, name) }) }
}

function textBlock(text: string, { columns, claim }: ValueView): Block {
  const lines = printable(text)
    .trimEnd()
    .split('\n')
    .flatMap((line) => wrapped(line.replaceAll('\t', '    '), columns))
  return block(lines, claim, { least: Math.min(HEAD_LINES, lines.length), apart: true })
}

function listBlock(
  name: string,
  items: readonly Json[],
  citations: readonly Citation[],
  view: ValueView,
  cited: Set<Citation>,
): Block {
  const { columns, claim, schema } = view
  const title = name === '' ? [] : [`${printableLine(name)}:`]
  const table = tableOf(items, schema)
  const quotes = table && quoteLines(table, citations, columns, cited)
  const [head, lines] =
    quotes !== undefined
      ? [title, quotes]
      : table !== undefined
        ? headed(title, tableLines(table, columns))
        : [title, items.flatMap((item) => itemLines(cellText(item), columns))]
  const heads = head.length
  const all = [...head, ...lines]
  return block(all, claim, {
    heads,
    unit: quotes !== undefined ? 'passage' : lines.length > items.length ? 'line' : 'row',
    least: name === '' ? Math.min(HEAD_LINES, all.length) : 0,
    apart: true,
    ...limit(all, view, heads),
  })
}

/** A text of a list; the lines that it goes on with stand further in. */
function itemLines(text: string, columns: number): readonly string[] {
  if (displayWidth(text) <= columns) return [text]
  return wrapped(text, columns - UNDER.length).map((line, at) => (at === 0 ? line : UNDER + line))
}

function headed(
  title: readonly string[],
  [names = '', ...rows]: readonly string[],
): [string[], readonly string[]] {
  return [[...title, names], rows]
}

/** Passages of documents, told as citations are; undefined for rows that are something else. */
function quoteLines(
  { rows }: Table,
  citations: readonly Citation[],
  columns: number,
  cited: Set<Citation>,
): readonly string[] | undefined {
  const lines = rows.map((row) => {
    const { doc, start, end } = row
    const quote = passageQuote(row)
    if (typeof doc !== 'string' || quote === undefined) return undefined
    const placed = typeof start === 'number' && typeof end === 'number'
    const at = citations.findIndex(
      (known) =>
        known.doc === doc &&
        (!placed || (known.start === start && known.end === end)) &&
        isSameQuote(known.quote, quote),
    )
    const known = citations[at]
    if (known !== undefined) cited.add(known)
    const place = known ?? {
      doc,
      start: typeof start === 'number' ? start : null,
      end: typeof end === 'number' ? end : null,
    }
    return citationLine(known === undefined ? null : at + 1, { ...place, quote }, columns)
  })
  return lines.every((line) => line !== undefined) ? lines : undefined
}

/** Ten rows, and a line that says how many more, unless all is asked for. */
function limit(lines: readonly string[], { full }: ValueView, heads = 0): Pick<Block, 'most'> {
  const most = heads + SHOWN_ROWS
  return { most: full || lines.length <= most ? lines.length : most + 1 }
}

function scalarText(value: Json): string {
  return typeof value === 'string' ? value : cellText(value)
}

/** A member in one line: of an object its members, one after another. */
function inShort(member: Json): string {
  if (!isObject(member)) return cellText(member)
  return Object.entries(member)
    .map(([name, own]) => `${printableLine(name)} ${cellText(own)}`)
    .join(', ')
}
