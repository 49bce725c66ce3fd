import { toWritError } from '@writ/contract'
import { BUNDLE_KIND, bundleHash, parseStatement } from '@writ/evidence'
import {
  type BundleDirectory,
  PERSONAL_DIRECTORY,
  readBundleDirectory,
  SIGNATURES,
} from './bundle-directory.ts'
import { BundleFault, badPolicy } from './bundle-fault.ts'
import { CedarDecisionPoint } from './cedar-decision-point.ts'
import type { StartEngine } from './engine.ts'
import { completeFacts, effectiveFacts, factsText } from './facts.ts'
import { namedSource, textsOf } from './named-source.ts'
import { PolicyFacts } from './policy-facts.ts'
import type { PolicyPoint } from './policy-point.ts'
import { shareEngine } from './shared-engine.ts'
import type { SourceFile } from './source-file.ts'

export interface OpenOptions {
  /** A directory with a policy bundle; the built-in personal bundle when absent. */
  readonly bundleDir?: string
  /** Name of the user who runs the process: the one `$os` of the facts means. */
  readonly osUser: string
}

/**
 * Loads and checks a policy bundle, starts Cedar on it in a thread that equal bundles share, and answers decisions. Rejects with
 * `BAD_POLICY` (`data` has `file`, and `line` and `column` where known) when the bundle is not fit to decide.
 */
export function openDecisionPoint(options: OpenOptions): Promise<PolicyPoint> {
  return openWith(options, shareEngine)
}

/** The same with an engine of the caller's choice. The decision point owns the engine from then on. */
export async function openWith(options: OpenOptions, start: StartEngine): Promise<PolicyPoint> {
  const place = options.bundleDir ?? 'personal'
  try {
    const personal = await readBundleDirectory(PERSONAL_DIRECTORY)
    const bundle = options.bundleDir === undefined ? personal : await readBundleDirectory(options.bundleDir)
    return await open(bundle, personal, options.osUser, start)
  } catch (error) {
    throw error instanceof BundleFault ? badPolicy(place, error) : toWritError(error)
  }
}

async function open(
  bundle: BundleDirectory,
  personal: BundleDirectory,
  osUser: string,
  start: StartEngine,
): Promise<PolicyPoint> {
  const schema = bundle.schema ?? builtIn(personal.schema)
  const engine = await start(namedSource(schema, bundle.policies))
  try {
    const { vocabulary, rules } = engine
    const facts = effectiveFacts(completeFacts(builtIn(personal.facts)), bundle.facts, vocabulary)
    const files = { ...textsOf([schema, ...bundle.policies]), 'facts.json': factsText(facts) }
    const hash = bundleHash(files)
    return new CedarDecisionPoint({
      bundle: { name: bundle.name, hash, files, approval: approvalOf(bundle, hash) },
      facts: new PolicyFacts(bundle.name, facts, vocabulary.purposes, osUser),
      rules,
      engine,
    })
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** The signatures of governance when they are for this version of the bundle; those for another say nothing of it. */
function approvalOf({ signatures }: BundleDirectory, hash: string): Uint8Array | undefined {
  if (signatures === undefined) return undefined
  try {
    const { bundle } = parseStatement(signatures, SIGNATURES, BUNDLE_KIND).statement.predicate
    return bundle === hash ? signatures : undefined
  } catch (cause) {
    throw new BundleFault(SIGNATURES, `holds no signatures of a bundle: ${String(cause)}`, null, cause)
  }
}

function builtIn(file: SourceFile | undefined): SourceFile {
  if (file === undefined) throw new Error(`the built-in policy bundle in ${PERSONAL_DIRECTORY} is incomplete`)
  return file
}
