/** Kinds of files that are turned into text before they are packed. */
export const FORMATS = [
  'pdf',
  'docx',
  'xlsx',
  'html',
  'email',
  'mbox',
  'zip',
  'tar',
  'gzip',
  'sqlite',
] as const

export type Format = (typeof FORMATS)[number]
