import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { homeServices } from '../home/home-services.ts'
import { withinHome } from '../runs/within-home.fixture.ts'
import { createWrit } from '../runs/writ.ts'
import { verifyFile } from '../verify/verify-file.ts'
import { bundlesOf } from './bundle.ts'

const base = mkdtempSync(join(tmpdir(), 'writ-bundle-'))
const [home, bundle] = [join(base, 'home'), join(base, 'bundle')]
const trust = join(home, 'trust.json')
beforeAll(() => cpSync(join(import.meta.dirname, '..', 'policy', 'personal'), bundle, { recursive: true }))
afterAll(() => rmSync(base, { recursive: true }))

test('m distinct governance keys have to sign, for the bundle as it is', async () => {
  for (const name of ['ann', 'bob', 'eve'])
    await withinHome(home, (writ) => writ.keys.create('governance', name))
  await withinHome(home, (writ) => writ.keys.setThreshold('governance', 2))
  const unsigned = await withinHome(home, (writ) => writ.bundles.check(bundle, trust))
  expect(unsigned).toMatchObject({ signatures: [], threshold: 2, enough: false })
  expect((await withinHome(home, (writ) => writ.bundles.sign(bundle, 'ann'))).enough).toBe(false)
  // The same key again is still one.
  expect((await withinHome(home, (writ) => writ.bundles.sign(bundle, 'ann'))).enough).toBe(false)
  const signed = await withinHome(home, (writ) => writ.bundles.sign(bundle, 'bob'))
  expect(signed).toMatchObject({ enough: true, hash: unsigned.hash })
  expect(new Set(signed.signatures.map(({ name }) => name))).toEqual(new Set(['ann', 'bob']))
  await expect(withinHome(home, (writ) => writ.bundles.sign(bundle))).rejects.toMatchObject({
    code: 'KEY_UNAVAILABLE',
  })
  await withinHome(home, (writ) => writ.keys.revoke('bob', { reason: 'left', at: '2026-01-01T00:00:00Z' }))
  expect((await withinHome(home, (writ) => writ.bundles.check(bundle, trust))).enough).toBe(false)
  appendFileSync(join(bundle, 'policies', '00-permits.cedar'), '\n')
  const changed = await withinHome(home, (writ) => writ.bundles.check(bundle, trust))
  expect(changed.signatures.map(({ counts }) => counts)).toEqual([false, false])
  const again = await withinHome(home, (writ) => writ.bundles.sign(bundle, 'eve'))
  expect(again.signatures.map(({ name, counts }) => `${name} ${counts}`)).toEqual(['eve true'])
})

test('a bundle is opened once to be signed', async () => {
  const services = homeServices(home, undefined)
  const openPolicy = vi.fn(services.openPolicy)
  try {
    await bundlesOf({ ...services, openPolicy }).sign(bundle, 'ann')
  } finally {
    await services.close()
  }
  expect(openPolicy).toHaveBeenCalledOnce()
})

test('a run is by authority when as many of governance signed its bundle as the trust root asks', async () => {
  const [governed, signed] = [join(base, 'governed'), join(base, 'signed')]
  cpSync(join(import.meta.dirname, '..', 'policy', 'personal'), signed, { recursive: true })
  for (const name of ['ann', 'bob'])
    await withinHome(governed, (writ) => writ.keys.create('governance', name))
  await withinHome(governed, (writ) => writ.keys.setThreshold('governance', 2))
  const authority = async (): Promise<string> => {
    const writ = await createWrit({ home: governed, policy: signed })
    const { evidence } = await writ.completion({ query: 'What is red?', context: 'The barn is red.' })
    await writ.close()
    const report = await verifyFile(evidence ?? '', { trust: join(governed, 'trust.json'), only: [] })
    expect(report.verdicts[0]).toMatchObject({ name: 'INTEGRITY', result: 'pass' })
    return `${report.verdicts[1]?.result} ${report.verdicts[1]?.code}`
  }
  expect(await authority()).toBe('fail NOT_APPROVED')
  await withinHome(governed, (writ) => writ.bundles.sign(signed, 'ann'))
  expect(await authority()).toBe('fail APPROVAL_SHORT')
  await withinHome(governed, (writ) => writ.bundles.sign(signed, 'bob'))
  expect(await authority()).toBe('pass OK')
  // What was signed was another version of the bundle.
  appendFileSync(join(signed, 'policies', '00-permits.cedar'), '\n')
  expect(await authority()).toBe('fail NOT_APPROVED')
})
