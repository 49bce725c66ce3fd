import { Parser, type Program } from 'acorn'

/**
 * Nested steps of the parser. Far more than the engine compiles, far less than the thread's stack holds: where the stack
 * ends depends on how far the parser's own code was optimised, and a cell must come out the same whenever it is run.
 */
const MOST_DEPTH = 10_000

/** Methods of the parser of which each way that its calls can nest without end has at least one. */
const NESTING = [
  'parseStatement',
  'parseMaybeAssign',
  'parseExprOp',
  'parseMaybeUnary',
  'parseExprAtom',
  'parseBindingAtom',
  'regexp_disjunction',
  'regexp_eatNestedClass',
]

/** A method of the parser that its types leave out. */
type Method = (this: CellParser, ...args: unknown[]) => unknown

class CellParser extends Parser {
  depth = 0
}

for (const name of NESTING) {
  const method: Method = Reflect.get(Parser.prototype, name)
  const counted: Method = function (...args) {
    this.depth += 1
    if (this.depth > MOST_DEPTH) throw tooDeep(this)
    const result = method.apply(this, args)
    this.depth -= 1
    return result
  }
  Reflect.defineProperty(CellParser.prototype, name, { value: counted })
}

function tooDeep(parser: object): SyntaxError {
  const pos: unknown = Reflect.get(parser, 'pos')
  return Object.assign(new SyntaxError('the code is nested too deeply'), { pos })
}

/** Parses the code of a cell as a script with top-level await. Throws a SyntaxError with `pos`, an offset. */
export function parseCell(source: string): Program {
  return CellParser.parse(source, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowAwaitOutsideFunction: true,
  })
}

/** Parses a file that exports something, with the same bounds. */
export function parseModule(source: string): Program {
  return CellParser.parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
}
