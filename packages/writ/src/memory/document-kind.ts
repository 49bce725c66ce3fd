import type { DocumentInfo, DocumentKind, Format } from '@writ/contract'

/** Of documents whose text was extracted. */
const BY_FORMAT: Readonly<Partial<Record<Format, DocumentKind>>> = {
  pdf: 'pdf',
  docx: 'word',
  xlsx: 'table',
  sqlite: 'table',
  html: 'html',
  email: 'mail',
}

const TABLES = /^text\/(csv|tab-separated-values)$/
const DATA = /^(text\/xml|application\/(json|x-ndjson|yaml|toml))$/
const CODE = /^text\/(css|x-(?!tex$).+)$/

/** What kind of document it is: by its format, else by the media type that its name says. */
export function kindOf({ format, mediaType }: Pick<DocumentInfo, 'format' | 'mediaType'>): DocumentKind {
  const known = format && BY_FORMAT[format]
  if (known !== undefined) return known
  if (TABLES.test(mediaType)) return 'table'
  if (DATA.test(mediaType)) return 'data'
  return CODE.test(mediaType) ? 'code' : 'text'
}
