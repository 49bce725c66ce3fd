import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '@writ/contract'
import { commitField, leafHash, MerkleTree } from '@writ/evidence'
import { verifyFile } from 'writ'
import { type Measure, medianMs, rounded } from './measure.ts'
import { scriptedRun } from './scripted-run.ts'

const LEAVES = 200_000

/** Hashing, committing and verifying. */
export async function evidence(): Promise<readonly Measure[]> {
  const record = Buffer.from(
    JSON.stringify({ v: 1, lane: '0', n: 1, det: { input: 'x'.repeat(400) } satisfies Json }),
  )
  const tree = await medianMs(3, () => {
    const grown = new MerkleTree()
    for (let leaf = 0; leaf < LEAVES; leaf += 1) grown.append(leafHash(record))
    return grown.root()
  })
  const key = Buffer.alloc(32, 7)
  const commits = await medianMs(3, () => {
    for (let n = 0; n < 20_000; n += 1) commitField(key, '0', n, 'context.read/output', record)
  })
  const { place, answer, cleanUp } = await scriptedRun(1000)
  try {
    const path = answer.evidence ?? ''
    const trust = join(place, 'home', 'trust.json')
    const size = (await readFile(path)).length
    const verify = await medianMs(5, () => verifyFile(path, { trust }))
    return [
      {
        task: 'leaves hashed and appended per second',
        score: rounded((LEAVES / tree) * 1000),
        detail: '1/s',
      },
      { task: 'commitments per second', score: rounded((20_000 / commits) * 1000), detail: '1/s' },
      {
        task: 'verify a run of 1,000 sub-calls',
        score: rounded(verify, 1),
        detail: `ms, ${size} bytes, scripted model`,
      },
    ]
  } finally {
    await cleanUp()
  }
}
