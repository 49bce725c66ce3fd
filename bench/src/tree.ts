import { randomBytes } from 'node:crypto'
import {
  commitField,
  inclusionHolds,
  inclusionProof,
  leafHash,
  MerkleTree,
  nodesOf,
  treeRoot,
} from '@writ/evidence'
import { type Measure, median, medianMs, rounded } from './measure.ts'

const LEAVES = 200_000
const RECORD_BYTES = 460
const COMMITMENTS = 20_000
const PROOFS = 2000
const LEAVES_PER_CPU_SECOND = 250_000
const PROOF_MS = 0.1

/** Hashing records into a tree, committing to content, and checking that a leaf is in a tree. */
export async function tree(): Promise<readonly Measure[]> {
  const record = randomBytes(RECORD_BYTES)
  const perCpuSecond = median(
    Array.from({ length: 3 }, () => {
      const before = process.cpuUsage()
      const grown = new MerkleTree()
      for (let leaf = 0; leaf < LEAVES; leaf += 1) grown.append(leafHash(record))
      grown.root()
      const { user, system } = process.cpuUsage(before)
      return LEAVES / ((user + system) / 1e6)
    }),
  )
  const key = randomBytes(32)
  const commits = await medianMs(3, () => {
    for (let n = 0; n < COMMITMENTS; n += 1) commitField(key, '0', n, 'context.read/output', record)
  })
  const proofMs = checkingMs()
  return [
    {
      task: 'leaves hashed and the tree rebuilt',
      score: rounded(perCpuSecond),
      detail: `leaves per CPU-second, ${RECORD_BYTES} bytes each`,
      target: `${LEAVES_PER_CPU_SECOND.toLocaleString('en-US')} per CPU-second`,
      met: perCpuSecond >= LEAVES_PER_CPU_SECOND,
    },
    { task: 'commitments', score: rounded((COMMITMENTS / commits) * 1000), detail: '1/s' },
    {
      task: `inclusion proof checked, tree of ${LEAVES.toLocaleString('en-US')}`,
      score: rounded(proofMs, 4),
      detail: 'ms',
      target: `${PROOF_MS} ms`,
      met: proofMs <= PROOF_MS,
    },
  ]
}

function checkingMs(): number {
  const leaves = Array.from({ length: LEAVES }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)))
  const nodes = nodesOf(leaves)
  const root = treeRoot(nodes, LEAVES)
  const times = Array.from({ length: PROOFS }, (_, n) => {
    const index = (n * 99_991) % LEAVES
    const proof = inclusionProof(nodes, LEAVES, index)
    const started = performance.now()
    const holds = inclusionHolds(leaves[index] ?? root, index, LEAVES, proof, root)
    const took = performance.now() - started
    if (!holds) throw new Error(`leaf ${index} is not in the tree it was put in`)
    return took
  })
  return median(times)
}
