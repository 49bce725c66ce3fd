import { isAscii, isUtf8 } from 'node:buffer'
import { Parser } from 'htmlparser2'
import { Refused } from './refused.ts'
import { SheetCheck } from './sheet-check.ts'

// The parser of workbooks finds rows and cells by patterns, and takes what does not fit for nothing. So the parts it does that to
// are read as XML first: what the two would read differently is refused.

const CHUNK_BYTES: number = 1024 ** 2
/** The beginning of a part, where it says how it is encoded. */
const DECLARED_WITHIN = 200

const UTF_16 = /^(\xff\xfe|\xfe\xff)/
/** What any part that is read by patterns has in it, wherever it lies and whatever it is called. */
const PATTERNS = ['sheetData', '/sst>', ':sst>'].flatMap((word) => [
  Buffer.from(word),
  Buffer.from(word, 'utf16le'),
  Buffer.from(word, 'utf16le').swap16(),
])

/** Refuses a part that says it is in an encoding which its parser does not go by. */
export function requireEncoding(content: Buffer): void {
  const start = content.toString('latin1', 0, DECLARED_WITHIN)
  if (UTF_16.test(start)) return
  const said = /<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(start)?.[1]
  if (!isUtf8(content) || (said !== undefined && !/^utf-?8$/i.test(said) && !isAscii(content)))
    throw new Refused('damaged', 'a part of it is in an encoding that Office files do not have')
}

/** Refuses a part of a workbook that can be read in more than one way. */
export function checkWorkbookPart(name: string, content: Buffer): void {
  if (name.toLowerCase() !== 'xl/workbook.xml' && !PATTERNS.some((word) => content.includes(word))) return
  requireEncoding(content)
  const marked = UTF_16.exec(content.toString('latin1', 0, 2))?.[0]
  const decoder = new TextDecoder(
    marked === undefined ? 'utf-8' : marked === '\xff\xfe' ? 'utf-16le' : 'utf-16be',
  )
  const check = new SheetCheck()
  const parser = new Parser(
    {
      onopentag: (tag, attributes) => check.open(localName(tag), attributes),
      onclosetag: (_tag, isImplied) => check.close(isImplied),
      ontext: (text) => check.text(text),
      oncomment: (text) => check.aside(text),
      oncdatastart: () => check.plain(),
      onprocessinginstruction: (kind, text) => check.declaration(kind, text),
    },
    { xmlMode: true },
  )
  for (let at = 0; at < content.length; at += CHUNK_BYTES)
    parser.write(decoder.decode(content.subarray(at, at + CHUNK_BYTES), { stream: true }))
  parser.end(decoder.decode())
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
