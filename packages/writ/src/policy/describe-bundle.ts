import { writeFile } from 'node:fs/promises'
import { builtInSource } from './built-in-source.ts'
import { cedar } from './cedar.ts'
import { CedarEngine } from './cedar-engine.ts'
import { contentOf } from './engine-source.ts'
import { KNOWN_FILE, type KnownFile } from './known-bundle.ts'
import { policySources } from './policy-source.ts'
import { canaryQuestion } from './self-test.ts'

/** Checks the built-in bundle in full, and gives what a start then need not check again. */
export async function describePersonal(): Promise<KnownFile> {
  const source = await builtInSource()
  const engine = new CedarEngine(source, { known: null })
  const { vocabulary, rules } = engine
  const policies = policySources(source.policies).map(({ id, text, file, byteOffset }) => {
    const rule = rules.get(id)
    if (rule === undefined) throw new Error(`the policy ${id} has no rule`)
    return { id, file: file.name, start: byteOffset, end: byteOffset + Buffer.byteLength(text), rule }
  })
  const canary = engine.evaluate(canaryQuestion(vocabulary))
  return { cedar: cedar.getCedarSDKVersion(), content: contentOf(source), vocabulary, policies, canary }
}

if (import.meta.main) await writeFile(KNOWN_FILE, `${JSON.stringify(await describePersonal(), null, 2)}\n`)
