import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKey, revokeKey, setThreshold } from './home-keys.ts'
import { bundleSignatures, signBundle } from './sign-bundle.ts'

const base = mkdtempSync(join(tmpdir(), 'writ-bundle-'))
const [home, bundle] = [join(base, 'home'), join(base, 'bundle')]
const trust = join(home, 'trust.json')
beforeAll(() => cpSync(join(import.meta.dirname, 'policy', 'personal'), bundle, { recursive: true }))
afterAll(() => rmSync(base, { recursive: true }))

test('m distinct governance keys have to sign, for the bundle as it is', async () => {
  for (const name of ['ann', 'bob', 'eve']) await createKey(home, 'governance', name)
  await setThreshold(home, 'governance', 2)
  const unsigned = await bundleSignatures(bundle, trust)
  expect(unsigned).toMatchObject({ signatures: [], threshold: 2, enough: false })
  expect((await signBundle(bundle, home, 'ann')).enough).toBe(false)
  // The same key again is still one.
  expect((await signBundle(bundle, home, 'ann')).enough).toBe(false)
  const signed = await signBundle(bundle, home, 'bob')
  expect(signed).toMatchObject({ enough: true, hash: unsigned.hash })
  expect(new Set(signed.signatures.map(({ name }) => name))).toEqual(new Set(['ann', 'bob']))
  await expect(signBundle(bundle, home)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  await revokeKey(home, 'bob', { reason: 'left', at: '2026-01-01T00:00:00Z' })
  expect((await bundleSignatures(bundle, trust)).enough).toBe(false)
  appendFileSync(join(bundle, 'policies', '00-permits.cedar'), '\n')
  const changed = await bundleSignatures(bundle, trust)
  expect(changed.signatures.map(({ counts }) => counts)).toEqual([false, false])
  const again = await signBundle(bundle, home, 'eve')
  expect(again.signatures.map(({ name, counts }) => `${name} ${counts}`)).toEqual(['eve true'])
})
