import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CODE_LANGUAGES, WritError } from '@writ/contract'

/** The packages that read code. Both are optional. */
const PACKAGES = { 'web-tree-sitter': '0.27.1', '@vscode/tree-sitter-wasm': '0.3.1' } as const

const require = createRequire(import.meta.url)
let known: readonly string[] | undefined

/** The engine and the grammars by path, for the child that reads code; none where they are not installed. */
export function grammarFiles(): readonly string[] {
  known ??= find()
  return known
}

/** Throws `CODE_UNAVAILABLE` where there are no grammars. */
export function requireGrammars(files: readonly string[]): void {
  if (files.length > 0) return
  const install = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
  throw new WritError(
    'CODE_UNAVAILABLE',
    `The packages that read the structure of code are not installed: npm install ${install.join(' ')}`,
  )
}

function find(): readonly string[] {
  try {
    const engine = join(dirname(require.resolve('web-tree-sitter')), 'web-tree-sitter.wasm')
    const grammars = dirname(require.resolve('@vscode/tree-sitter-wasm/package.json'))
    const files = [engine, ...CODE_LANGUAGES.map((one) => join(grammars, 'wasm', `tree-sitter-${one}.wasm`))]
    return files.every((file) => existsSync(file)) ? files : []
  } catch {
    return []
  }
}
