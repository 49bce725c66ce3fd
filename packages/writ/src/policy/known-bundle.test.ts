import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PERSONAL_DIRECTORY, readBundleDirectory } from './bundle-directory.ts'
import { CedarEngine, checkPolicies } from './cedar-engine.ts'
import { describePersonal } from './describe-bundle.ts'
import type { EngineSource } from './engine-source.ts'
import { KNOWN_FILE, type KnownFile, knownBundle } from './known-bundle.ts'
import { withBundle } from './test-bundles.ts'

const { schema, policies } = await readBundleDirectory(PERSONAL_DIRECTORY)
if (schema === undefined) throw new Error('the built-in bundle has no schema')
const PERSONAL: EngineSource = { name: 'personal', schema, policies }
const KNOWN = JSON.parse(await readFile(KNOWN_FILE, 'utf8')) as KnownFile

let names = 0
const named = (source: EngineSource): EngineSource => ({ ...source, name: `known-test-${names++}` })

function knowing(
  changes: Partial<KnownFile> | string,
  source = PERSONAL,
): Promise<ReturnType<typeof knownBundle>> {
  return withBundle({}, async (directory) => {
    const file = join(directory, 'known.json')
    await writeFile(file, typeof changes === 'string' ? changes : JSON.stringify({ ...KNOWN, ...changes }))
    return knownBundle(source, pathToFileURL(file))
  })
}

describe('what is known of the built-in bundle', () => {
  test('is what its checks find today; `npm run known-bundle` makes it anew', async () => {
    expect(await describePersonal()).toEqual(KNOWN)
  })

  test('is used, and gives the engine what checking gives', () => {
    const known = knownBundle(PERSONAL)
    const { vocabulary, rules, texts } = checkPolicies(PERSONAL)
    expect(known).toEqual({ vocabulary, rules, texts, canary: KNOWN.canary })
    expect(new CedarEngine(named(PERSONAL)).rules).toEqual(rules)
  })

  test('has a deny as its one question, by a policy of the bundle', () => {
    expect(KNOWN.canary).toMatchObject({ decision: 'deny', determining: ['forbid.user.inactive'] })
  })
})

describe('a bundle is checked in full', () => {
  const [permits, ...others] = policies
  const changed = {
    name: permits?.name ?? '',
    text: `${permits?.text}\npermit (principal, action, resource);`,
  }

  test.each<[string, EngineSource]>([
    ['a policy was added', { ...PERSONAL, policies: [changed, ...others] }],
    ['a file is missing', { ...PERSONAL, policies: others }],
    [
      'a file has another name',
      { ...PERSONAL, policies: policies.map((f) => ({ ...f, name: `x/${f.name}` })) },
    ],
    ['the schema has one more space', { ...PERSONAL, schema: { ...schema, text: `${schema.text} ` } }],
  ])('when %s', (_what, source) => {
    expect(knownBundle(source)).toBeNull()
  })

  test.each<[string, Partial<KnownFile> | string]>([
    ['another Cedar checked it', { cedar: '4.12.0' }],
    ['another bundle was checked', { content: '0'.repeat(64) }],
    ['the file is empty', ''],
    ['the file is cut', JSON.stringify(KNOWN).slice(0, -9)],
    ['the file says nothing', 'null'],
  ])('when %s', async (_what, changes) => {
    expect(await knowing(changes)).toBeNull()
  })

  test('when there is no file', () => {
    expect(knownBundle(PERSONAL, new URL('file:///nowhere/known.json'))).toBeNull()
  })
})

describe('an engine that answers the known question otherwise does not start', () => {
  test('its answer is an allow', () => {
    const known = knownBundle(PERSONAL)
    if (known === null) throw new Error('the bundle is not known')
    const texts = { open: 'permit (principal, action, resource);' }
    expect(() => new CedarEngine(named(PERSONAL), { known: { ...known, texts } })).toThrow('self-test')
    const canary = { type: 'decided', decision: 'allow', determining: ['open'], erring: [] } as const
    expect(() => new CedarEngine(named(PERSONAL), { known: { ...known, texts, canary } })).toThrow('to deny')
  })

  test('its deny comes from another policy', () => {
    const known = knownBundle(PERSONAL)
    if (known === null) throw new Error('the bundle is not known')
    const texts = { ...known.texts, more: 'forbid (principal, action, resource);' }
    expect(() => new CedarEngine(named(PERSONAL), { known: { ...known, texts } })).toThrow('self-test')
  })
})
