import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { CodeLanguage } from '@writ/contract'
import { Language, Parser } from 'web-tree-sitter'

/** Thrown where the engine or a grammar cannot be had. No text is to blame. */
export class NoGrammar extends Error {
  override readonly name: string = 'NoGrammar'
}

const parsers = new Map<CodeLanguage, Parser>()
let started: Promise<void> | undefined

/** A parser of a language, from the grammars that the child was started with. Throws where there are none. */
export async function parserOf(language: CodeLanguage): Promise<Parser> {
  const known = parsers.get(language)
  if (known !== undefined) return known
  try {
    started ??= Parser.init({ wasmBinary: given('web-tree-sitter.wasm') })
    await started
    const parser = new Parser()
    parser.setLanguage(await Language.load(given(`tree-sitter-${language}.wasm`)))
    parsers.set(language, parser)
    return parser
  } catch (cause) {
    throw new NoGrammar(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function given(name: string): Buffer {
  const path = process.argv.find((argument) => basename(argument) === name)
  if (path === undefined) throw new Error(`there is no grammar ${name}`)
  return readFileSync(path)
}
