import type { CodeLanguage } from '@writ/contract'
import { Refused } from '../refused.ts'
import { readDefinitions } from './definitions.ts'
import { readEcma } from './ecma.ts'
import { parserOf } from './grammars.ts'
import { packFacts } from './pack-facts.ts'
import { readPython } from './python.ts'
import { plainTree } from './syntax.ts'

/** The structure of a source text, packed. Throws `Refused`, or whatever its parser throws. */
export async function readCode(language: CodeLanguage, bytes: Uint8Array): Promise<Buffer> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const parser = await parserOf(language)
  const tree = parser.parse(text)
  if (tree === null) throw new Refused('damaged', 'its parser gave nothing')
  try {
    const root = plainTree(tree)
    const partly = tree.rootNode.hasError
    if (language === 'javascript' || language === 'typescript' || language === 'tsx')
      return packFacts(readEcma(text, root, partly))
    if (language === 'python') return packFacts(readPython(text, root, partly))
    return packFacts(readDefinitions(text, root, partly))
  } catch (error) {
    if (error instanceof RangeError) throw new Refused('limits', 'it is nested too deep')
    throw error
  } finally {
    tree.delete()
  }
}
