const TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  htm: 'text/html',
  html: 'text/html',
  xml: 'text/xml',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  eml: 'message/rfc822',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  toml: 'application/toml',
  css: 'text/css',
  c: 'text/x-c',
  h: 'text/x-c',
  cc: 'text/x-c++',
  cpp: 'text/x-c++',
  hpp: 'text/x-c++',
  cs: 'text/x-csharp',
  go: 'text/x-go',
  java: 'text/x-java',
  js: 'text/x-javascript',
  cjs: 'text/x-javascript',
  mjs: 'text/x-javascript',
  jsx: 'text/x-javascript',
  ts: 'text/x-typescript',
  mts: 'text/x-typescript',
  cts: 'text/x-typescript',
  tsx: 'text/x-typescript',
  kt: 'text/x-kotlin',
  php: 'text/x-php',
  py: 'text/x-python',
  rb: 'text/x-ruby',
  rs: 'text/x-rust',
  sh: 'text/x-shellscript',
  bash: 'text/x-shellscript',
  sql: 'text/x-sql',
  swift: 'text/x-swift',
  tex: 'text/x-tex',
}

/** Types of files that are no text, or whose text is not what they say. */
const PARSED = /^(application\/(pdf|vnd\.)|message\/|text\/html)/

/** Names that say that a file is text as it stands and have no type of their own. */
const TEXT = /\.(txt|text|log|rst|adoc|org|ini|cfg|conf|env|srt|diff|patch|license|lock)$/i

/** Whether a name says that its file is text as it stands. */
export function isTextName(id: string): boolean {
  const type = mediaTypeOf(id)
  return TEXT.test(id) || (type !== 'text/plain' && !PARSED.test(type))
}

/** The media type a document's id suggests; `text/plain` when its extension says nothing. */
export function mediaTypeOf(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  const extension = dot === -1 ? '' : name.slice(dot + 1).toLowerCase()
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] ?? 'text/plain') : 'text/plain'
}
