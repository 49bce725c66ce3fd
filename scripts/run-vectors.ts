import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import {
  bytesEqual,
  canonicalJson,
  consistencyHolds,
  ed25519Verifies,
  fromBase64,
  fromHex,
  inclusionHolds,
} from '@writ/evidence'

// Runs published test vectors in the layouts of transparency-dev/merkle (testdata/inclusion, testdata/consistency), C2SP
// Wycheproof (Ed25519, testvectors_v1) and the JCS test data (input, output, outhex).

export const SUITES = ['inclusion', 'consistency', 'ed25519', 'jcs'] as const

export interface SuiteReport {
  readonly suite: (typeof SUITES)[number]
  readonly passed: number
  /** One line per vector that came out otherwise. */
  readonly failed: readonly string[]
}

/** What came of a directory of vectors. */
export interface VectorReport {
  readonly suites: readonly SuiteReport[]
  /** One line per file, or part of one, that holds no vector that was run, and why. */
  readonly skipped: readonly string[]
}

interface Outcome {
  readonly suite: SuiteReport['suite']
  readonly name: string
  readonly ok: boolean
}

/** What a file came to: its outcomes, and what of it was not run. */
interface FileReport {
  readonly outcomes: readonly Outcome[]
  readonly skipped: readonly string[]
}

/**
 * Runs every vector below a directory: `.json` files, and the expected results of JCS. Throws an Error when there is none,
 * or when a file is not what its layout asks.
 */
export function runVectors(directory: string): VectorReport {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${directory} is no directory.`)
  }
  const reports = [...files(directory)].map((path) => runFile(path, relative(directory, path)))
  const outcomes = reports.flatMap((report) => report.outcomes)
  const skipped = reports.flatMap((report) => report.skipped).toSorted()
  if (outcomes.length === 0) {
    throw new Error(`${directory} holds no vectors of transparency-dev/merkle, Wycheproof Ed25519 or JCS.`)
  }
  const suites = SUITES.flatMap((suite) => {
    const own = outcomes.filter((outcome) => outcome.suite === suite)
    const failed = own.filter(({ ok }) => !ok).map(({ name }) => name)
    return own.length === 0 ? [] : [{ suite, passed: own.length - failed.length, failed }]
  })
  return { suites, skipped }
}

function* files(directory: string): Iterable<string> {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name)
  }
}

function runFile(path: string, name: string): FileReport {
  const place = dirname(dirname(path))
  const folder = basename(dirname(path))
  const isInput = (input: string): boolean => existsSync(join(place, 'input', input))
  // Expected results, read with their input.
  if (folder === 'output' && isInput(basename(path))) return NOTHING
  if (folder === 'outhex' && path.endsWith('.txt'))
    return isInput(basename(path).replace(/\.txt$/, '.json')) ? NOTHING : skip(name, 'it has no input')
  if (!path.endsWith('.json')) return NOTHING
  return folder === 'input' ? jcs(path, name) : jsonVectors(path, name)
}

const NOTHING: FileReport = { outcomes: [], skipped: [] }

function skip(name: string, why: string): FileReport {
  return { outcomes: [], skipped: [`${name}: ${why}`] }
}

function jsonVectors(path: string, name: string): FileReport {
  const value = parsed(path, name)
  if ('leafIdx' in value && 'treeSize' in value)
    return one('inclusion', name, inclusion(value as InclusionVector))
  if ('size1' in value && 'size2' in value)
    return one('consistency', name, consistency(value as ConsistencyVector))
  const { algorithm, testGroups = [] } = value as WycheproofFile
  if (algorithm === undefined) return skip(name, 'its layout is none of those that are run')
  if (algorithm !== 'EDDSA') return skip(name, `vectors of ${algorithm} are not run`)
  const reports = testGroups.map((group, i) => wycheproof(group, name, i))
  const report = {
    outcomes: reports.flatMap((one) => one.outcomes),
    skipped: reports.flatMap((one) => one.skipped),
  }
  return testGroups.length === 0 ? skip(name, 'it has no test groups') : report
}

function one(suite: Outcome['suite'], name: string, ok: boolean): FileReport {
  return { outcomes: [{ suite, name, ok }], skipped: [] }
}

function parsed(path: string, name: string): object {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${name} is no JSON.`, { cause })
  }
  if (typeof value === 'object' && value !== null) return value
  throw new Error(`${name} holds no JSON object.`)
}

interface InclusionVector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

function inclusion(vector: InclusionVector): boolean {
  const { leafIdx, treeSize, root, leafHash, proof, wantErr } = vector
  return inclusionHolds(raw(leafHash), leafIdx, treeSize, hashes(proof), raw(root)) === !wantErr
}

interface ConsistencyVector {
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

function consistency({ size1, size2, root1, root2, proof, wantErr }: ConsistencyVector): boolean {
  return consistencyHolds(size1, size2, hashes(proof), raw(root1), raw(root2)) === !wantErr
}

function hashes(proof: readonly string[] | null): readonly Uint8Array[] {
  return (proof ?? []).map(raw)
}

/** Whatever is no Base64 has no length of a hash either, so that nothing holds with it. */
function raw(text: string | null): Uint8Array {
  return fromBase64(text ?? '') ?? new Uint8Array(0)
}

interface WycheproofGroup {
  readonly publicKey: { readonly curve: string; readonly pk: string }
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly sig: string
    readonly result: 'valid' | 'invalid' | 'acceptable'
  }[]
}

interface WycheproofFile {
  readonly algorithm?: string
  readonly testGroups?: readonly WycheproofGroup[]
}

function wycheproof(group: WycheproofGroup, name: string, index: number): FileReport {
  const { curve } = group.publicKey
  if (curve !== 'edwards25519') return skip(`${name}, group ${index}`, `vectors of ${curve} are not run`)
  if (group.tests.length === 0) return skip(`${name}, group ${index}`, 'it has no tests')
  return { outcomes: ed25519(group, name), skipped: [] }
}

/** `valid` has to be accepted and everything else refused, `acceptable` too: two verifiers must never disagree. */
function ed25519({ publicKey, tests }: WycheproofGroup, name: string): readonly Outcome[] {
  return tests.map(({ tcId, msg, sig, result }) => {
    const accepted = ed25519Verifies(unhex(publicKey.pk), unhex(msg), unhex(sig))
    return { suite: 'ed25519', name: `${name}#${tcId}`, ok: accepted === (result === 'valid') }
  })
}

function unhex(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0)
}

function jcs(path: string, name: string): FileReport {
  const place = dirname(dirname(path))
  const output = join(place, 'output', basename(path))
  if (!existsSync(output)) return skip(name, 'it has no output')
  const canonical = new TextEncoder().encode(canonicalJson(JSON.parse(readFileSync(path, 'utf8'))))
  const outcomes: Outcome[] = [{ suite: 'jcs', name, ok: bytesEqual(canonical, readFileSync(output)) }]
  const hexFile = join(place, 'outhex', basename(path).replace(/\.json$/, '.txt'))
  if (existsSync(hexFile)) {
    const bytes = unhex(readFileSync(hexFile, 'utf8').replaceAll(/\s/g, ''))
    outcomes.push({ suite: 'jcs', name: `${name} (outhex)`, ok: bytesEqual(canonical, bytes) })
  }
  return { outcomes, skipped: [] }
}
