import { type CellCode, WritError } from '@writ/contract'
import type { Program } from 'acorn'
import { stripTypes, TypesError } from '../sandbox/worker/strip-types.ts'

/** The text of a script or a validator, and how its faults are told. */
export class Source {
  readonly #text: string
  readonly #name: string

  constructor(text: string, name: string) {
    this.#text = text
    this.#name = name
  }

  /** The text without types. */
  plain(language: CellCode['language']): string {
    if (language !== 'typescript') return this.#text
    try {
      return stripTypes(this.#text)
    } catch (error) {
      if (error instanceof TypesError) throw this.#told(error.message, error.line, error.column)
      throw error
    }
  }

  parse(plain: string, parse: (source: string) => Program): Program {
    try {
      return parse(plain)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      const at = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0
      throw this.fault(error.message.replace(/ \(\d+:\d+\)$/, ''), at)
    }
  }

  /** A fault at a place of the text. */
  fault(message: string, at: number): WritError {
    const lines = this.#text.slice(0, at).split('\n')
    return this.#told(message, lines.length, (lines.at(-1)?.length ?? 0) + 1)
  }

  #told(message: string, line: number, column: number): WritError {
    return new WritError('BAD_SCRIPT', `${this.#name}:${line}:${column}: ${message}.`)
  }
}
