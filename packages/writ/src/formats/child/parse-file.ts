import type { Format, Parsed, ParseRequest } from '@writ/contract'

type ParseOne = (request: ParseRequest) => Promise<Parsed> | Parsed

/** The parser of each format, loaded when the first file of it comes. */
const PARSERS: Readonly<Record<Format, () => Promise<ParseOne>>> = {
  pdf: async () => (await import('./pdf.ts')).parsePdf,
  docx: async () => (await import('./docx.ts')).parseDocx,
  xlsx: async () => (await import('./xlsx.ts')).parseXlsx,
  html: async () => (await import('./html.ts')).parseHtml,
  email: async () => (await import('./email.ts')).parseEmail,
  mbox: async () => (await import('./mbox.ts')).parseMbox,
  zip: async () => (await import('./archives.ts')).parseZip,
  tar: async () => (await import('./archives.ts')).parseTar,
  sqlite: async () => (await import('./sqlite.ts')).parseSqlite,
  gzip: async () => (await import('./archives.ts')).parseGzip,
}

/** What a file comes to. Throws `Refused`, or whatever its parser throws. */
export async function parseFile(request: ParseRequest): Promise<Parsed> {
  const parse = await PARSERS[request.format]()
  return await parse(request)
}
