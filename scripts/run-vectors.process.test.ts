import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  base64,
  consistencyProof,
  hex,
  inclusionProof,
  leafHash,
  nodesOf,
  rootOfHashes,
} from '@writ/evidence'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runVectors } from './run-vectors.ts'

const VECTORS = fileURLToPath(new URL('vectors.ts', import.meta.url))

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-vectors-'))
})

afterEach(() => {
  rmSync(place, { recursive: true, force: true })
})

function write(name: string, content: unknown): void {
  const path = join(place, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
}

const leaves = ['a', 'b', 'c', 'd', 'e'].map((text) => leafHash(new TextEncoder().encode(text)))
const root = (size: number): string => base64(rootOfHashes(leaves.slice(0, size)))
const included = {
  leafIdx: 2,
  treeSize: 5,
  root: root(5),
  leafHash: base64(leaves[2] ?? new Uint8Array(0)),
  proof: inclusionProof(nodesOf(leaves), 5, 2).map(base64),
  wantErr: false,
}
const consistent = {
  size1: 3,
  size2: 5,
  root1: root(3),
  root2: root(5),
  proof: consistencyProof(nodesOf(leaves), 5, 3).map(base64),
  wantErr: false,
}
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const pk = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
const signature = hex(new Uint8Array(sign(null, Buffer.from('78', 'hex'), privateKey)))

function wycheproof(...results: readonly string[]): { algorithm: string; testGroups: readonly object[] } {
  const tests = results.map((result, i) => ({
    tcId: i + 1,
    msg: result === 'valid' ? '78' : '79',
    sig: signature,
    result,
  }))
  return { algorithm: 'EDDSA', testGroups: [{ publicKey: { curve: 'edwards25519', pk }, tests }] }
}

function writeAll(): void {
  write('testdata/inclusion/0/happy-path.json', included)
  write('testdata/inclusion/0/wrong.json', { ...included, leafIdx: 1, wantErr: true })
  write('testdata/inclusion/0/no-base64.json', { ...included, root: '!', wantErr: true })
  write('testdata/consistency/0/happy-path.json', consistent)
  write('testdata/consistency/0/empty.json', { ...consistent, proof: null, wantErr: true })
  write('v1/ed25519_test.json', wycheproof('valid', 'invalid', 'acceptable'))
  write('jcs/input/a.json', '{"b": 1.0, "a": "\\u0041"}')
  write('jcs/output/a.json', '{"a":"A","b":1}')
  write('jcs/outhex/a.txt', '7b 22 61 22 3a 22 41 22 2c\n22 62 22 3a 31 7d\n')
}

it('runs every layout and counts', () => {
  writeAll()
  write('README.md', 'what these are')
  expect(runVectors(place)).toEqual({
    suites: [
      { suite: 'inclusion', passed: 3, failed: [] },
      { suite: 'consistency', passed: 2, failed: [] },
      { suite: 'ed25519', passed: 3, failed: [] },
      { suite: 'jcs', passed: 2, failed: [] },
    ],
    skipped: [],
  })
})

it('names what it does not run, and the command exits for it', () => {
  writeAll()
  const exit = (): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--conditions=@writ/source', VECTORS, place], { encoding: 'utf8' })
  expect(exit()).toMatchObject({ status: 0, stderr: '' })
  const [group] = wycheproof('valid').testGroups
  write('v1/aes_test.json', { algorithm: 'AES-GCM', testGroups: [{ tests: [{}] }] })
  write('v1/ed448_test.json', {
    algorithm: 'EDDSA',
    testGroups: [group, { ...group, publicKey: { curve: 'edwards448', pk } }, { ...group, tests: [] }],
  })
  write('v1/none_test.json', { algorithm: 'EDDSA' })
  write('testdata/subtree/0/happy-path.json', { start: 0, end: 3, size: 5, proof: [] })
  write('jcs/input/b.json', '{}')
  write('jcs/output/c.json', '{}')
  write('jcs/outhex/c.txt', '7b 7d')
  const skipped = [
    'jcs/input/b.json: it has no output',
    'jcs/outhex/c.txt: it has no input',
    'jcs/output/c.json: its layout is none of those that are run',
    'testdata/subtree/0/happy-path.json: its layout is none of those that are run',
    'v1/aes_test.json: vectors of AES-GCM are not run',
    'v1/ed448_test.json, group 1: vectors of edwards448 are not run',
    'v1/ed448_test.json, group 2: it has no tests',
    'v1/none_test.json: it has no test groups',
  ]
  expect(runVectors(place).skipped).toEqual(skipped)
  const { status, stdout } = exit()
  expect(status).toBe(1)
  for (const what of skipped) expect(stdout).toContain(`skipped: ${what}\n`)
})

it('names each vector that comes out otherwise', () => {
  writeAll()
  write('testdata/inclusion/0/wrong.json', { ...included, leafIdx: 1 })
  write('testdata/consistency/0/empty.json', { ...consistent, wantErr: true })
  const swapped = JSON.stringify(wycheproof('valid', 'invalid')).replaceAll('"valid"', '"acceptable"')
  write('v1/ed25519_test.json', swapped.replaceAll('"invalid"', '"valid"'))
  write('jcs/output/a.json', '{"a":"A","b":1.0}')
  write('jcs/outhex/a.txt', '7b')
  expect(runVectors(place).suites.map(({ failed }) => failed)).toEqual([
    ['testdata/inclusion/0/wrong.json'],
    ['testdata/consistency/0/empty.json'],
    ['v1/ed25519_test.json#1', 'v1/ed25519_test.json#2'],
    ['jcs/input/a.json', 'jcs/input/a.json (outhex)'],
  ])
})

it('says when there is nothing to run', () => {
  write('other.json', { a: 1 })
  expect(() => runVectors(place)).toThrow('holds no vectors')
  expect(() => runVectors(join(place, 'missing'))).toThrow('is no directory')
  write('broken.json', '{')
  expect(() => runVectors(place)).toThrow('broken.json is no JSON')
})
