import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import type * as Swc from '@swc/wasm-typescript'
import { limitMemory } from './limit-memory.ts'

/** Most characters (UTF-16 units) of a block with types: within it the thread's stack never decides how parsing ends. */
const MOST_CHARS = 100_000
/** Memory of the parser in pages of 64 KiB: 128 MiB, many times what a block of that size takes. */
const MOST_PAGES = 2_048

/** The block is not TypeScript, or has types that take more than removing; `line` and `column` from 1. */
export class TypesError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number) {
    super(message)
    this.line = line
    this.column = column
  }
}

/**
 * The block with spaces for its types: no character moves. Every block gets a parser of its own, because one that broke
 * stays broken. Throws TypesError, always the same for the same block, or another error when the parser broke.
 */
export function stripTypes(code: string): string {
  if (code.length > MOST_CHARS)
    throw new TypesError(`a block with types may have at most ${MOST_CHARS} characters`, 1, 1)
  try {
    return freshParser().transformSync(code, { mode: 'strip-only' }).code
  } catch (error) {
    if (error instanceof Error) throw new Error(`the parser of its types broke: ${error.message}`)
    throw typesError(error)
  }
}

/** What the parser throws for text it does not take: a plain object. */
function typesError(thrown: unknown): TypesError {
  const said: Partial<Record<'message' | 'startLine' | 'startColumn', unknown>> =
    typeof thrown === 'object' && thrown !== null ? thrown : { message: thrown }
  const { message, startLine, startColumn } = said
  const line = typeof startLine === 'number' ? startLine : 1
  const column = typeof startColumn === 'number' ? startColumn + 1 : 1
  return new TypesError(`its types cannot be removed: ${String(message)}`, line, column)
}

type Parser = Pick<typeof Swc, 'transformSync'>
type Load = (module: { exports: object }, exports: object, require: NodeJS.Require, wasm: object) => void

let load: Load | undefined
let compiled: WebAssembly.Module | undefined

/** A parser that nothing was given yet, with memory of its own that is bounded. */
function freshParser(): Parser {
  const require = createRequire(import.meta.url)
  const file = require.resolve('@swc/wasm-typescript')
  // The package makes one parser when it is loaded, so it is loaded again, into a module that nobody keeps.
  load ??= compileFunction(readFileSync(file, 'utf8'), ['module', 'exports', 'require', 'WebAssembly'], {
    filename: file,
  }) as Load
  function Module(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
    compiled ??= new WebAssembly.Module(limitMemory(bytes, MOST_PAGES))
    return compiled
  }
  const module = { exports: {} }
  load(module, module.exports, require, { Module, Instance: WebAssembly.Instance })
  return module.exports as Parser
}
