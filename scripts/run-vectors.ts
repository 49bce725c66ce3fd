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

interface Outcome {
  readonly suite: SuiteReport['suite']
  readonly name: string
  readonly ok: boolean
}

/** Runs every vector below a directory. Throws an Error when there is none, or when a file is not what its layout asks. */
export function runVectors(directory: string): readonly SuiteReport[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${directory} is no directory.`)
  }
  const outcomes = [...jsonFiles(directory)].flatMap((path) => {
    const name = relative(directory, path)
    return basename(dirname(path)) === 'input' ? jcs(path, name) : jsonVectors(path, name)
  })
  if (outcomes.length === 0) {
    throw new Error(`${directory} holds no vectors of transparency-dev/merkle, Wycheproof Ed25519 or JCS.`)
  }
  return SUITES.flatMap((suite) => {
    const own = outcomes.filter((outcome) => outcome.suite === suite)
    const failed = own.filter(({ ok }) => !ok).map(({ name }) => name)
    return own.length === 0 ? [] : [{ suite, passed: own.length - failed.length, failed }]
  })
}

function* jsonFiles(directory: string): Iterable<string> {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.json')) yield join(entry.parentPath, entry.name)
  }
}

function jsonVectors(path: string, name: string): readonly Outcome[] {
  const value = JSON.parse(readFileSync(path, 'utf8')) as object
  // Vectors of subtree proofs have other fields and are not run: Writ has no such proofs.
  if ('leafIdx' in value && 'treeSize' in value)
    return [{ suite: 'inclusion', name, ok: inclusion(value as InclusionVector) }]
  if ('size1' in value && 'size2' in value)
    return [{ suite: 'consistency', name, ok: consistency(value as ConsistencyVector) }]
  const file = value as WycheproofFile
  const groups = file.algorithm === 'EDDSA' ? (file.testGroups ?? []) : []
  return groups.flatMap((group) => (group.publicKey.curve === 'edwards25519' ? ed25519(group, name) : []))
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

function jcs(path: string, name: string): readonly Outcome[] {
  const place = dirname(dirname(path))
  const output = join(place, 'output', basename(path))
  if (!existsSync(output)) return []
  const canonical = new TextEncoder().encode(canonicalJson(JSON.parse(readFileSync(path, 'utf8'))))
  const outcomes: Outcome[] = [{ suite: 'jcs', name, ok: bytesEqual(canonical, readFileSync(output)) }]
  const hexFile = join(place, 'outhex', basename(path).replace(/\.json$/, '.txt'))
  if (existsSync(hexFile)) {
    const bytes = unhex(readFileSync(hexFile, 'utf8').replaceAll(/\s/g, ''))
    outcomes.push({ suite: 'jcs', name: `${name} (outhex)`, ok: bytesEqual(canonical, bytes) })
  }
  return outcomes
}
