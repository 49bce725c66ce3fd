import type { CellCode } from '@writ/contract'
import type { Node, Program } from 'acorn'
import { parseCell } from './cell-parser.ts'
import { stripTypes, TypesError } from './strip-types.ts'

/** A cell as the engine evaluates it: a script whose top-level declarations are global variables. */
export interface Cell {
  readonly code: string
  /** Whether the cell ends in an expression, whose value is shown. */
  readonly shows: boolean
  /** Where the original text has what the engine reports: lines from 1, columns in UTF-8 bytes from 1. */
  locate(line: number, byteColumn: number): Place
}

/** A place in the text the model wrote: line and column (UTF-16 units) from 1, and the text of that line. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly text: string
}

/** The cell cannot be run; the message says why and `place` where. */
export class CellSyntaxError extends Error {
  override readonly name: string = 'SyntaxError'
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

/** Most characters (UTF-16 units) of a cell: more is no code a model means. */
const MOST_CHARS = 1_000_000

interface Insertion {
  readonly at: number
  readonly text: string
}

const NO_MODULES =
  'there are no modules here: import, export and require are not available; use the functions you were given'

/**
 * Reads a cell: types are removed; top-level `const`, `let` and `class` become `var`, so that they survive the cell and may be declared
 * again; a trailing expression is awaited. Function declarations survive by themselves, except those named like a
 * `reserved` name of the REPL, which become assignments. Lines stay as they are. Throws CellSyntaxError, and any other
 * error when a parser broke.
 */
export function readCell({ language, code }: CellCode, reserved: ReadonlySet<string>): Cell {
  if (code.length > MOST_CHARS)
    throw new CellSyntaxError(`a block may have at most ${MOST_CHARS} characters`, placeAt('', 0))
  const written = code.replace(/\r\n?/g, '\n')
  const source = language === 'typescript' ? withoutTypes(written) : written
  const program = parsed(source)
  if (source.includes('import')) refuseImports(program, source)
  const insertions: Insertion[] = []
  const keywords: { readonly at: number; readonly length: number }[] = []
  for (const statement of program.body) {
    switch (statement.type) {
      case 'VariableDeclaration':
        if (statement.kind === 'const' || statement.kind === 'let')
          keywords.push({ at: statement.start, length: statement.kind.length })
        if (statement.kind === 'let')
          for (const { init, end } of statement.declarations)
            if (!init) insertions.push({ at: end, text: ' = void 0' })
        break
      case 'ClassDeclaration':
        insertions.push({ at: statement.start, text: `var ${statement.id.name} = ` })
        insertions.push({ at: statement.end, text: ';' })
        break
      case 'FunctionDeclaration':
        if (!reserved.has(statement.id.name)) break
        insertions.push({ at: statement.start, text: `${statement.id.name} = ` })
        insertions.push({ at: statement.end, text: ';' })
        break
    }
  }
  const last = program.body.at(-1)
  const shows = last?.type === 'ExpressionStatement'
  if (shows) {
    insertions.push({ at: last.expression.start, text: 'await (' })
    insertions.push({ at: last.expression.end, text: ')' })
  }
  return {
    code: inserted(withVar(source, keywords), insertions),
    shows,
    locate: (line, byteColumn) => {
      const { column } = locate(source, insertions, line, byteColumn)
      return { line, column, text: lineOf(written, line).text }
    },
  }
}

function withoutTypes(source: string): string {
  try {
    return stripTypes(source)
  } catch (error) {
    if (!(error instanceof TypesError)) throw error
    const { line, column, message } = error
    throw new CellSyntaxError(message, { line, column, text: lineOf(source, line).text })
  }
}

function parsed(source: string): Program {
  try {
    return parseCell(source)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const at = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0
    const message = error.message.replace(/ \(\d+:\d+\)$/, '')
    const modules = message.startsWith("'import' and 'export'") || message.includes('import.meta')
    throw new CellSyntaxError(modules ? NO_MODULES : message, placeAt(source, at))
  }
}

function refuseImports(program: Program, source: string): void {
  const open: unknown[] = [program]
  while (open.length > 0) {
    const value = open.pop()
    if (Array.isArray(value)) for (const item of value) open.push(item)
    else if (isNode(value)) {
      if (value.type === 'ImportExpression')
        throw new CellSyntaxError(NO_MODULES, placeAt(source, value.start))
      for (const child of Object.values(value)) if (typeof child === 'object') open.push(child)
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

/** `const` and `let` as `var`, padded so that no column moves. */
function withVar(source: string, keywords: readonly { at: number; length: number }[]): string {
  let code = ''
  let from = 0
  for (const { at, length } of keywords) {
    code += source.slice(from, at) + 'var'.padEnd(length)
    from = at + length
  }
  return code + source.slice(from)
}

function inserted(source: string, insertions: readonly Insertion[]): string {
  let code = ''
  let from = 0
  for (const { at, text } of insertions) {
    code += source.slice(from, at) + text
    from = at
  }
  return code + source.slice(from)
}

function locate(source: string, insertions: readonly Insertion[], line: number, byteColumn: number): Place {
  const { start, text } = lineOf(source, line)
  let before = 0 // characters inserted on this line so far
  let column = unitsIn(inserted(text, shifted(insertions, start, text.length)), byteColumn - 1)
  for (const { at, text: added } of insertions) {
    if (at < start || at > start + text.length) continue
    const addedAt = at - start + before
    if (column < addedAt) break
    if (column < addedAt + added.length) column = addedAt + added.length
    before += added.length
  }
  column -= before
  return { line, column: Math.max(0, Math.min(column, text.length)) + 1, text }
}

const shifted = (insertions: readonly Insertion[], start: number, length: number): Insertion[] =>
  insertions
    .filter(({ at }) => at >= start && at <= start + length)
    .map(({ at, text }) => ({ at: at - start, text }))

/** UTF-16 units in the first `bytes` bytes of the line's UTF-8. */
const unitsIn = (text: string, bytes: number): number =>
  Buffer.from(text, 'utf8').subarray(0, Math.max(0, bytes)).toString('utf8').length

function lineOf(source: string, line: number): { readonly start: number; readonly text: string } {
  let start = 0
  for (let passed = 1; passed < line; passed += 1) {
    const end = source.indexOf('\n', start)
    if (end < 0) break
    start = end + 1
  }
  const end = source.indexOf('\n', start)
  return { start, text: source.slice(start, end < 0 ? undefined : end) }
}

function placeAt(source: string, offset: number): Place {
  const line = source.slice(0, offset).split('\n').length
  const { start, text } = lineOf(source, line)
  return { line, column: offset - start + 1, text }
}
