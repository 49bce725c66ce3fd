import type { CodeLanguage } from '@writ/contract'

const LANGUAGES: Readonly<Record<string, CodeLanguage>> = {
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
}

/** The language a document's structure is read in; undefined for what is no source, and for declarations without code. */
export function languageOf(id: string): CodeLanguage | undefined {
  if (/\.d\.[cm]?ts$/i.test(id)) return undefined
  const extension = /\.([a-z]+)$/i.exec(id)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(LANGUAGES, extension) ? LANGUAGES[extension] : undefined
}

/** Whether a document is Python. */
export function isPython({ doc }: { readonly doc: string }): boolean {
  return /\.py$/i.test(doc)
}
