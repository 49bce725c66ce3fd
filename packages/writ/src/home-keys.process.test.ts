import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replaceKey } from './home-keys.ts'
import { createWrit, verifyFile } from './index.ts'
import { openSigner } from './ledger/index.ts'
import { openTransparencyLog } from './transparency/index.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-keys-'))
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

it.each(['operator', 'log'] as const)(
  'a rotation of the %s key is in the log; runs before and after it verify under the new trust root',
  async (role) => {
    const before = await askOnce()
    const { statement } = await replaceKey(home, role, { reason: 'yearly' })
    const log = await openTransparencyLog(home, await openSigner(home))
    expect(log.indexOf(await readFile(statement))).toBeDefined()
    await log.close()
    const after = await askOnce()
    for (const file of [before, after]) {
      const report = await verifyFile(file, { trust: join(home, 'trust.json') })
      expect(report).toMatchObject({ ok: true })
    }
  },
)

async function askOnce(): Promise<string> {
  const writ = await createWrit({ home })
  try {
    const context = [{ id: 'a.txt', text: 'The licence mentions patents.\n' }]
    const answer = await writ.completion({ query: 'Which documents mention patents?', context })
    return answer.evidence ?? ''
  } finally {
    await writ.close()
  }
}
