import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { CODE_LANGUAGES } from '@writ/contract'
import { expect, it } from 'vitest'
import { grammarFiles, requireGrammars } from './code-grammars.ts'

it('are the engine and a grammar of each language', () => {
  const names = ['web-tree-sitter', ...CODE_LANGUAGES.map((language) => `tree-sitter-${language}`)]
  expect(grammarFiles().map((file) => basename(file))).toEqual(names.map((name) => `${name}.wasm`))
  expect(() => requireGrammars(grammarFiles())).not.toThrow()
})

it('are asked for in the versions that the package names as optional', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  const wanted = ['web-tree-sitter', '@vscode/tree-sitter-wasm'].map(
    (name) => `${name}@${manifest.optionalDependencies[name]}`,
  )
  expect(() => requireGrammars([])).toThrow(
    expect.objectContaining({
      code: 'CODE_UNAVAILABLE',
      message: expect.stringContaining(`npm install ${wanted.join(' ')}`),
    }),
  )
})
