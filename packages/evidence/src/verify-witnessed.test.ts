import { defined, type Thresholds, type TrustRoot } from '@writ/contract'
import { expect, test } from 'vitest'
import { bytesOf } from './archive.fixture.ts'
import { checkpointText, parseLogCheckpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import { fromBase64, fromUtf8, hex, utf8 } from './encoding.ts'
import { packEvidence } from './evidence-file.ts'
import { RUN_CLOSE_PROOF, RUN_HEAD_PROOF, RUN_OPEN, RUN_OPEN_PROOF } from './evidence-layout.ts'
import { leafHash, rootOf, rootOfHashes } from './merkle.ts'
import { inclusionProof } from './merkle-proof.ts'
import { formatNote, formatSignature, parseNote, signNote } from './note.ts'
import { OPENED_AT, OWNER, RUN, sampleEvidence, WordSigner } from './sample-run.fixture.ts'
import { signByOperator } from './statement.ts'
import { RUN_HEAD_KIND } from './statement-run.ts'
import { formatTlogProof } from './tlog-proof.ts'
import { nodesOf } from './tree-nodes.ts'
import type { Verdict } from './verdict.ts'
import { verifyEvidence } from './verify.ts'

const sample = await sampleEvidence()
const size = sample.leaves.length
const root = rootOf(sample.leaves)
const at = new Date(OPENED_AT + 1_000).toISOString()
const TIME = Math.ceil(OPENED_AT / 1000) + 5
const head = await signByOperator(OWNER, RUN_HEAD_KIND, { run: RUN, size, root: hex(root), at })
const strangerHead = await signByOperator(new WordSigner('mallory'), RUN_HEAD_KIND, {
  run: RUN,
  size,
  root: hex(root),
  at,
})
const otherHead = await signByOperator(OWNER, RUN_HEAD_KIND, { run: RUN, size, root: 'ab'.repeat(32), at })

const runOpen = sample.files.get(RUN_OPEN) ?? utf8('')
const ORIGIN = `writ.dev/log/${OWNER.publicKey('log').keyId.slice(0, 16)}`
const [ANN, BO, CY] = ['ann', 'bo', 'cy'].map((word) => new WordSigner(word)) as [
  WordSigner,
  WordSigner,
  WordSigner,
]

interface Made {
  readonly leaves?: readonly Uint8Array[]
  readonly index?: number
  readonly origin?: string
  readonly signer?: WordSigner
  readonly witnesses?: readonly WordSigner[]
  readonly extra?: Uint8Array
  readonly time?: number
  readonly sorted?: boolean
  readonly spoilCosignature?: boolean
}

const LEAVES = [utf8('another run'), runOpen, head, sample.runClose, utf8('more')]

async function proof(leaf: Uint8Array, made: Made = {}): Promise<Uint8Array> {
  const { leaves = LEAVES, origin = ORIGIN, signer = OWNER, witnesses = [], extra, time = TIME } = made
  const hashes = leaves.map(leafHash)
  const index = made.index ?? leaves.indexOf(leaf)
  const text = checkpointText(origin, leaves.length, rootOfHashes(hashes))
  const note = parseNote(await signNote(signer, 'log', text), 'n')
  const cosigned = await Promise.all(
    witnesses.map(async (witness) => {
      const { name, publicKey } = witness.publicKey('witness')
      const key = { name, publicKey: fromBase64(publicKey) ?? utf8('') }
      const one = await cosign(key, (bytes) => witness.sign('witness', bytes), time, text)
      return made.spoilCosignature ? { ...one, signature: one.signature.slice().reverse() } : one
    }),
  )
  const signatures = cosigned.sort((a, b) => (`${a.name}+${a.keyHash}` < `${b.name}+${b.keyHash}` ? -1 : 1))
  if (made.sorted === false) signatures.reverse()
  const checkpoint = parseLogCheckpoint(
    formatNote({ text, signatures: [...note.signatures, ...signatures] }),
    'c',
  )
  const path = inclusionProof(nodesOf(hashes), leaves.length, index)
  return formatTlogProof({ index, hashes: path, checkpoint, ...defined({ extra }) })
}

function trusting(threshold: number | undefined, ...witnesses: readonly WordSigner[]): TrustRoot {
  return asking(threshold === undefined ? undefined : { witness: threshold }, ...witnesses)
}

function asking(thresholds: Thresholds | undefined, ...witnesses: readonly WordSigner[]): TrustRoot {
  const span = { validFrom: new Date(OPENED_AT).toISOString(), validUntil: null }
  const keys = witnesses.map((witness) => ({ ...witness.publicKey('witness'), ...span }))
  const trust = OWNER.trust()
  return {
    ...trust,
    keys: [...trust.keys, ...keys],
    ...defined({ thresholds }),
  }
}

async function verdict(
  proofs: Readonly<Record<string, Uint8Array>>,
  trust: TrustRoot | undefined,
): Promise<Verdict> {
  const pieces = packEvidence(sample.files, sample.runClose, new Map(Object.entries(proofs)))
  const report = await verifyEvidence(await bytesOf(pieces), { trust })
  expect(report.verdicts[0]).toMatchObject({ name: 'INTEGRITY', result: 'pass' })
  return report.verdicts.find(({ name }) => name === 'WITNESSED') as Verdict
}

const opened = (ms: number): string => new Date(OPENED_AT + ms).toISOString()
const shown = ({ result, code, at: where }: Verdict): unknown => [result, code, where]
const both = { [RUN_OPEN_PROOF]: await proof(runOpen), [RUN_CLOSE_PROOF]: await proof(sample.runClose) }

test('a quorum of trusted witnesses passes, the head beside it too', async () => {
  const witnesses = [ANN, BO]
  const proofs = {
    [RUN_OPEN_PROOF]: await proof(runOpen, { leaves: LEAVES.slice(0, 2), witnesses: [CY] }),
    [RUN_HEAD_PROOF]: await proof(head, { witnesses, extra: head }),
    [RUN_CLOSE_PROOF]: await proof(sample.runClose, { witnesses: [ANN, BO, CY] }),
  }
  // Known and revoked before it signed, the third counts for nothing and harms nothing.
  const trust = trusting(2, ANN, BO, CY)
  const keys = trust.keys.map((key) =>
    key.name === CY.publicKey('witness').name ? { ...key, revokedAt: opened(0) } : key,
  )
  const passed = await verdict(proofs, { ...trust, keys })
  expect(shown(passed)).toEqual(['pass', 'OK', null])
  expect(passed.detail).toContain('run-open, run-head, run-close in the log writ.dev/log/')
  expect(passed.detail).toContain('2 witnesses cosigned it; 2 are asked for')
})

test('without a threshold it is not evaluated, and the detail says whether the run is in the log', async () => {
  const logged = await verdict(both, trusting(undefined))
  expect(shown(logged)).toEqual(['not-evaluated', 'NO_WITNESS', null])
  expect(logged.detail).toContain('run-open, run-close in the log')
  expect((await verdict({}, trusting(undefined))).detail).toContain('carries no proof')
  expect(shown(await verdict(both, undefined))).toEqual(['not-evaluated', 'NO_TRUST_ROOT', null])
})

test.each([
  ['one witness of two', { witnesses: [ANN] }, 'QUORUM_NOT_MET'],
  ['a stranger beside one', { witnesses: [ANN, CY] }, 'UNKNOWN_KEY'],
  ['a stranger beside a quorum', { witnesses: [ANN, BO, CY] }, 'UNKNOWN_KEY'],
  ['one before its validity', { witnesses: [ANN, BO], time: TIME - 100 }, 'QUORUM_NOT_MET'],
  ['a spoilt cosignature', { witnesses: [ANN, BO], spoilCosignature: true }, 'BAD_COSIGNATURE'],
  ['cosignatures out of order', { witnesses: [ANN, BO], sorted: false }, 'NOT_CANONICAL'],
] as const)('%s fails', async (_, made, code) => {
  const proofs = { ...both, [RUN_CLOSE_PROOF]: await proof(sample.runClose, made) }
  expect(shown(await verdict(proofs, trusting(2, ANN, BO)))).toEqual(['fail', code, RUN_CLOSE_PROOF])
})

test('a threshold without a proof of the close fails', async () => {
  expect(shown(await verdict({}, trusting(1, ANN)))).toEqual(['fail', 'NOT_LOGGED', 'run-close.dsse'])
  const open = { [RUN_OPEN_PROOF]: await proof(runOpen, { witnesses: [ANN] }) }
  expect(shown(await verdict(open, trusting(1, ANN)))).toEqual(['fail', 'NOT_LOGGED', 'run-close.dsse'])
})

test.each<readonly [string, Thresholds, string, string]>([
  ['from its opening on', { witnessFrom: [{ from: opened(0), count: 2 }] }, 'fail', 'QUORUM_NOT_MET'],
  ['from later on', { witnessFrom: [{ from: opened(1), count: 2 }] }, 'not-evaluated', 'NO_WITNESS'],
  [
    'of one witness for it, of more from later on',
    {
      witnessFrom: [
        { from: opened(-1), count: 1 },
        { from: opened(1), count: 2 },
      ],
    },
    'pass',
    'OK',
  ],
  [
    'of two for every run, of one from its opening on',
    { witness: 2, witnessFrom: [{ from: opened(0), count: 1 }] },
    'pass',
    'OK',
  ],
  [
    'of two for every run, of one from later on',
    { witness: 2, witnessFrom: [{ from: opened(1), count: 1 }] },
    'fail',
    'QUORUM_NOT_MET',
  ],
  [
    'that ended before it',
    {
      witnessFrom: [
        { from: opened(-2), count: 2 },
        { from: opened(-1), count: 0 },
      ],
    },
    'not-evaluated',
    'NO_WITNESS',
  ],
])('a threshold %s', async (_, thresholds, result, code) => {
  const proofs = { ...both, [RUN_CLOSE_PROOF]: await proof(sample.runClose, { witnesses: [ANN] }) }
  expect(await verdict(proofs, asking(thresholds, ANN, BO))).toMatchObject({ result, code })
})

test('a quorum that is not met names the step that is missing', async () => {
  const step = 'writ log prove <file> --witness <url>'
  expect((await verdict(both, trusting(1, ANN))).detail).toContain(step)
  expect((await verdict({}, trusting(1, ANN))).detail).toContain(step)
})

test.each<readonly [string, string, () => Promise<Uint8Array>, string]>([
  ['of another statement', RUN_CLOSE_PROOF, () => proof(LEAVES[4] ?? head), 'NOT_INCLUDED'],
  ['at another index', RUN_CLOSE_PROOF, () => proof(sample.runClose, { index: 4 }), 'NOT_INCLUDED'],
  [
    'from another log',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { origin: 'writ.dev/log/0123456789abcdef' }),
    'WRONG_LOG',
  ],
  [
    'from no log of ours',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { origin: 'example.com/log' }),
    'WRONG_LOG',
  ],
  [
    'signed by another log key',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { signer: ANN }),
    'LOG_NOT_SIGNED',
  ],
  ['that is no proof', RUN_CLOSE_PROOF, async () => utf8('c2sp.org/tlog-proof@v1\n'), 'NOT_CANONICAL'],
  [
    'with an extra line',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { extra: utf8('x') }),
    'NOT_CANONICAL',
  ],
  [
    'before the opening',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { leaves: [sample.runClose, ...LEAVES.slice(0, 3)] }),
    'WRONG_PLACE',
  ],
  [
    'of a second root of the size',
    RUN_CLOSE_PROOF,
    () => proof(sample.runClose, { leaves: [...LEAVES.slice(0, 4), utf8('x')] }),
    'WRONG_LOG',
  ],
  ['of a head without its statement', RUN_HEAD_PROOF, () => proof(head), 'BAD_SHAPE'],
  ['of a head with another root', RUN_HEAD_PROOF, () => proof(head, { extra: otherHead }), 'ROOT_MISMATCH'],
  ['of a head by a stranger', RUN_HEAD_PROOF, () => proof(head, { extra: strangerHead }), 'UNKNOWN_KEY'],
])('a proof %s fails, threshold or not', async (_, name, make, code) => {
  const proofs = { ...both, [name]: await make() }
  expect(shown(await verdict(proofs, trusting(undefined)))).toEqual(['fail', code, name])
})

test('any byte of a proof that is altered is refused, threshold or not, and so is any line that is added', async () => {
  const whole = await proof(sample.runClose, { witnesses: [ANN] })
  for (const trust of [trusting(1, ANN), trusting(undefined, ANN)]) {
    const judged = async (bytes: Uint8Array): Promise<Verdict['result']> =>
      (await verdict({ ...both, [RUN_CLOSE_PROOF]: bytes }, trust)).result
    expect(await judged(whole)).not.toBe('fail')
    for (let i = 0; i < whole.length; i += 7) {
      const altered = whole.map((byte, j) => (i === j ? byte ^ 1 : byte))
      expect(await judged(altered)).toBe('fail')
    }
    for (const name of ['aaa', 'zzz']) {
      // Sorted where a line of its name belongs, and by nobody.
      const line = utf8(formatSignature({ name, keyHash: '01020304', signature: new Uint8Array(72) }))
      const [head = '', ...lines] = fromUtf8(whole)?.split(/(?=— )/) ?? []
      const [made = '', ...others] = lines
      const text = [head, made, ...[...others, fromUtf8(line) ?? ''].toSorted()].join('')
      expect(await judged(utf8(text))).toBe('fail')
    }
  }
}, 60_000)
