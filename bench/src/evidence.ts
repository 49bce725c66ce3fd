import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyFile } from 'writ'
import { appends } from './appends.ts'
import { audit } from './audit.ts'
import { type Measure, medianMs, rounded } from './measure.ts'
import { scriptedRun } from './scripted-run.ts'
import { tree } from './tree.ts'
import { verifyLong } from './verify-long.ts'

/** Recording, hashing and verifying. */
export async function evidence(): Promise<readonly Measure[]> {
  return [...(await appends()), ...(await tree()), await verifying(), ...(await verifyLong()), await audit()]
}

async function verifying(): Promise<Measure> {
  const { place, answer, cleanUp } = await scriptedRun(1000)
  try {
    const path = answer.evidence ?? ''
    const trust = join(place, 'home', 'trust.json')
    const size = (await readFile(path)).length
    return {
      task: 'verify a run of 1,000 sub-calls',
      score: rounded(await medianMs(5, () => verifyFile(path, { trust })), 1),
      detail: `ms, ${size} bytes, scripted model`,
    }
  } finally {
    await cleanUp()
  }
}
