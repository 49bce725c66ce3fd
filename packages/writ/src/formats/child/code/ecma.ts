import type { CodeFacts } from '@writ/contract'
import { declare } from './ecma-declare.ts'
import { EcmaSource } from './ecma-source.ts'
import { findUses } from './ecma-use.ts'
import { byteOffsets, type Syntax } from './syntax.ts'

/** The structure of JavaScript or TypeScript. */
export function readEcma(text: string, root: Syntax, partly: boolean): CodeFacts {
  const source = new EcmaSource(text, byteOffsets(text))
  declare(source, root)
  findUses(source, root)
  const { definitions, uses, imports, exports } = source
  return { definitionsOnly: false, partly, definitions, uses, imports, exports }
}
