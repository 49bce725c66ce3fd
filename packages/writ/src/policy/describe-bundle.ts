import { writeFile } from 'node:fs/promises'
import { PERSONAL_DIRECTORY, readBundleDirectory } from './bundle-directory.ts'
import { cedar } from './cedar.ts'
import { CedarEngine } from './cedar-engine.ts'
import { contentOf, type EngineSource } from './engine-source.ts'
import { KNOWN_FILE, type KnownFile } from './known-bundle.ts'
import { policySources } from './policy-source.ts'
import { canaryQuestion } from './self-test.ts'

/** Checks the built-in bundle in full, and gives what a start then need not check again. */
export async function describePersonal(): Promise<KnownFile> {
  const { schema, policies: files } = await readBundleDirectory(PERSONAL_DIRECTORY)
  if (schema === undefined) throw new Error('the built-in bundle has no schema')
  const source: EngineSource = { name: 'personal:described', schema, policies: files }
  const engine = new CedarEngine(source, null)
  const { vocabulary, rules } = engine
  const policies = policySources(files).map(({ id, text, file, byteOffset }) => {
    const rule = rules.get(id)
    if (rule === undefined) throw new Error(`the policy ${id} has no rule`)
    return { id, file: file.name, start: byteOffset, end: byteOffset + Buffer.byteLength(text), rule }
  })
  const canary = engine.evaluate(canaryQuestion(vocabulary))
  return { cedar: cedar.getCedarSDKVersion(), content: contentOf(source), vocabulary, policies, canary }
}

if (import.meta.main) await writeFile(KNOWN_FILE, `${JSON.stringify(await describePersonal(), null, 2)}\n`)
