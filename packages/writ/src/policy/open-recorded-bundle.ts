import { toWritError } from '@writ/contract'
import { bundleHash } from '@writ/evidence'
import { BundleFault, badPolicy } from './bundle-fault.ts'
import { CedarDecisionPoint } from './cedar-decision-point.ts'
import { checkWords, completeFacts } from './facts.ts'
import { PolicyFacts } from './policy-facts.ts'
import type { PolicyPoint } from './policy-point.ts'
import { shareEngine } from './shared-engine.ts'
import type { SourceFile } from './source-file.ts'

/** Name of a bundle that comes from an evidence file. */
const RECORDED = 'recorded'

/**
 * Opens a bundle as a run was pinned to it: from the text of every one of its files, by name, and nothing else. Its hash
 * is that of these very texts. Rejects with `BAD_POLICY` when they are no bundle in full: schema, facts and a policy.
 */
export async function openRecordedBundle(
  files: Readonly<Record<string, string>>,
  osUser: string,
): Promise<PolicyPoint> {
  try {
    const schema = fileOf(files, 'schema.cedarschema')
    const facts = completeFacts(fileOf(files, 'facts.json'))
    const policies = Object.keys(files)
      .filter((name) => name.endsWith('.cedar'))
      .sort()
      .map((name) => fileOf(files, name))
    const hash = bundleHash(files)
    const engine = await shareEngine({ name: hash, schema, policies })
    try {
      checkWords(facts, engine.vocabulary, 'facts.json')
      return new CedarDecisionPoint({
        bundle: { name: RECORDED, hash, files },
        facts: new PolicyFacts(RECORDED, facts, engine.vocabulary.purposes, osUser),
        rules: engine.rules,
        engine,
      })
    } catch (error) {
      await engine.close()
      throw error
    }
  } catch (error) {
    throw error instanceof BundleFault ? badPolicy(RECORDED, error) : toWritError(error)
  }
}

function fileOf(files: Readonly<Record<string, string>>, name: string): SourceFile {
  const text = Object.hasOwn(files, name) ? files[name] : undefined
  if (text === undefined) throw new BundleFault(name, 'is not among the files of the bundle')
  return { name, text }
}
