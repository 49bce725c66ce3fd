import type { Parsed, ParseRequest } from '@writ/contract'
import { getDocumentProxy } from 'unpdf'
import { MAX_PAGES } from '../limits.ts'
import { Refused } from './refused.ts'
import { oneLine, TextBuilder } from './text-builder.ts'

/** Pages named in a warning. */
const NAMED_PAGES = 20

/** The text of a PDF, page by page, with a box for each line. One without any text is a scan, which is not read. */
export async function parsePdf({ bytes }: ParseRequest): Promise<Parsed> {
  const tables = new Set<string>()
  const pdf = await opened(bytes, tables)
  if (pdf.numPages > MAX_PAGES)
    throw new Refused('limits', `it has ${pdf.numPages} pages; at most ${MAX_PAGES} are read`)
  const text = new TextBuilder('page')
  const empty: number[] = []
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    if (
      !addPage(
        text,
        number,
        items.filter((item) => 'str' in item),
      )
    )
      empty.push(number)
    page.cleanup()
  }
  if (empty.length === pdf.numPages && tables.size > 0)
    throw new Refused('binary', `its characters are named by ${adobes(tables)}`)
  if (empty.length === pdf.numPages)
    throw new Refused('scan', 'it is a scan: its pages hold no text, and images are not read')
  if (empty.length > 0) text.warn(`no text on ${pages(empty)} of ${pdf.numPages}: images there are not read`)
  if (tables.size > 0) text.warn(`characters are missing that are named by ${adobes(tables)}`)
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
  const title = 'Title' in info && typeof info.Title === 'string' ? info.Title : undefined
  return { document: text.document(title), members: [], left: [] }
}

/** Opens a PDF. `tables` gets the names of those that its fonts need and it does not hold: the characters of such a font are lost. */
async function opened(
  bytes: Uint8Array,
  tables: Set<string>,
): Promise<Awaited<ReturnType<typeof getDocumentProxy>>> {
  class NoTables {
    fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<never> {
      if (kind === 'cMapUrl') tables.add(filename.replace(/\.bcmap$/, ''))
      return Promise.reject(new Error('there are none'))
    }
  }
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      useSystemFonts: false,
      disableFontFace: true,
      stopAtErrors: false,
      verbosity: 0,
      BinaryDataFactory: NoTables,
      useWorkerFetch: false,
    })
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException')
      throw new Refused('encrypted', 'a password protects it')
    throw error
  }
}

interface TextItem {
  readonly str: string
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
  readonly hasEOL: boolean
}

/** Adds the lines of a page; false when it has none. */
function addPage(text: TextBuilder<'page'>, number: number, items: readonly TextItem[]): boolean {
  const lines = linesOf(items)
  if (lines.length === 0) return false
  text.heading('page', `Page ${number}`, 1)
  for (const line of lines) {
    text.mark(number, ...line.box)
    text.add(`${line.text}\n`)
  }
  text.add('\n')
  return true
}

interface Line {
  readonly text: string
  readonly box: readonly [number, number, number, number]
}

/** Lines with something in them, in the order of the page's own text. */
function linesOf(items: readonly TextItem[]): Line[] {
  const lines: Line[] = []
  let line: TextItem[] = []
  for (const [index, item] of items.entries()) {
    line.push(item)
    if (!item.hasEOL && index < items.length - 1) continue
    const words = line.map(({ str }) => str).join('')
    if (words.trim() !== '') lines.push({ text: words.replaceAll('\n', ' '), box: boxOf(line) })
    line = []
  }
  return lines
}

/** The box of what is seen of a line, in whole points. */
function boxOf(items: readonly TextItem[]): Line['box'] {
  const seen = items.filter(({ str }) => str.trim() !== '')
  const left = Math.floor(Math.min(...seen.map(({ transform }) => transform[4] ?? 0)))
  const bottom = Math.floor(Math.min(...seen.map(({ transform }) => transform[5] ?? 0)))
  const right = Math.ceil(Math.max(...seen.map(({ transform, width }) => (transform[4] ?? 0) + width)))
  const top = Math.ceil(Math.max(...seen.map(({ transform, height }) => (transform[5] ?? 0) + height)))
  const box = [left, bottom, right - left, top - bottom] as const
  return box.every((number) => Number.isFinite(number) && number >= 0 && number < 1e6) ? box : [0, 0, 0, 0]
}

function pages(numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED_PAGES).join(', ')
  const more = numbers.length > NAMED_PAGES ? ` and ${numbers.length - NAMED_PAGES} more` : ''
  return oneLine(`${numbers.length === 1 ? 'page' : 'pages'} ${named}${more}`)
}

function adobes(tables: ReadonlySet<string>): string {
  const named = [...tables].sort().slice(0, NAMED_PAGES).join(', ')
  return oneLine(`${tables.size === 1 ? 'a table' : 'tables'} of Adobe's that it does not hold (${named})`)
}
