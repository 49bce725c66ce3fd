import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { auditPublished, createWrit, verifyFile } from '../index.ts'
import { openSigner } from '../ledger/index.ts'
import { withinHome } from '../runs/within-home.fixture.ts'
import { openTransparencyLog } from '../transparency/index.ts'

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
    const { statement } = await withinHome(home, (writ) => writ.keys.rotate(role, { reason: 'yearly' }))
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

it('both keys revoked at once: each rotation is in the log as soon as the home can sign it', async () => {
  await askOnce()
  const trust = join(home, 'trust.json')
  for (const role of ['log', 'operator'] as const) {
    const key = (await withinHome(home, (writ) => writ.keys.list())).find((one) => one.role === role)
    await withinHome(home, (writ) => writ.keys.revoke(key?.keyId ?? '', { reason: 'laptop stolen' }))
  }
  expect(await withinHome(home, (writ) => writ.keys.rotate('log', { reason: 'stolen' }))).toMatchObject({
    role: 'log',
    logged: false,
  })
  expect(await withinHome(home, (writ) => writ.keys.rotate('operator', { reason: 'stolen' }))).toMatchObject({
    logged: true,
  })
  const { statements, faults } = await withinHome(home, (writ) => writ.log.audit(trust))
  expect({ statements, faults }).toEqual({
    statements: { 'key-rotation': 2, 'run-close': 1, 'run-open': 1 },
    faults: [],
  })
})

it('a reason no statement can hold is refused while the old key is still in charge', async () => {
  const before = await withinHome(home, (writ) => writ.keys.list())
  await expect(
    withinHome(home, (writ) => writ.keys.rotate('operator', { reason: 'x'.repeat(60_000) })),
  ).rejects.toMatchObject({
    code: 'USAGE',
  })
  expect(await withinHome(home, (writ) => writ.keys.list())).toEqual(before)
})

it('what a revoked key signed after that is a fault of the log it is in', async () => {
  await askOnce()
  const trust = join(home, 'trust.json')
  const published = join(home, 'published')
  await withinHome(home, (writ) => writ.log.publish(published))
  expect(await auditPublished(published, trust)).toMatchObject({ faults: [] })
  const operator = (await withinHome(home, (writ) => writ.keys.list())).find(
    ({ role }) => role === 'operator',
  )
  await withinHome(home, (writ) =>
    writ.keys.revoke(operator?.keyId ?? '', { reason: 'stolen', at: '2026-01-01' }),
  )
  const { faults } = await auditPublished(published, trust)
  expect(faults.map((fault) => fault.replace(/ at .*/, ''))).toEqual(
    [0, 1].map((at) => `${at}: signed by the operator key ${operator?.name}, which was not valid`),
  )
})

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
