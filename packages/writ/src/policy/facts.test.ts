import type { WritError } from '@writ/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PolicyPoint } from './policy-point.ts'
import { openHere, organisationFiles, personalFiles } from './test-bundles.ts'

const PERMIT = 'permit (principal, action, resource);'
const MODEL = {
  maxLevel: 'internal',
  categories: [],
  jurisdiction: 'EU',
  onPrem: false,
  retention: false,
  approved: true,
}
const FACTS = {
  users: {
    $os: { clearance: 'secret', active: true, purposes: ['general'] },
    bob: { clearance: 'public', active: false, purposes: [] },
  },
  models: { defaults: { remote: { ...MODEL, approved: false } }, byId: { 'openai/known': MODEL } },
}
const open = (facts?: unknown, more: Record<string, string> = {}): Promise<PolicyPoint> =>
  openHere({
    'p.cedar': PERMIT,
    ...(facts === undefined ? {} : { 'facts.json': JSON.stringify(facts) }),
    ...more,
  })
const fault = async (opened: Promise<PolicyPoint>): Promise<WritError> =>
  opened.then(
    () => Promise.reject(new Error('the bundle was not refused')),
    (error: unknown) => error as WritError,
  )

describe('the facts of a bundle', () => {
  let point: PolicyPoint
  beforeAll(async () => {
    point = await open(FACTS)
  })

  test('$os is whoever runs the process', () => {
    expect(point.user('ann', 'general')).toEqual({
      id: 'ann',
      clearance: 4,
      active: true,
      purposes: ['general'],
    })
  })

  test('other users are those of the facts, inactive ones too: the decision says so', () => {
    expect(point.user('bob', 'general')).toEqual({ id: 'bob', clearance: 0, active: false, purposes: [] })
  })

  test('an entry under the name of the OS user goes before $os', async () => {
    const named = await open({ users: { ...FACTS.users, ann: FACTS.users.bob } })
    expect(named.user('ann', 'general').clearance).toBe(0)
  })

  test('without $os the OS user is unknown', async () => {
    const others = await open({ users: { bob: FACTS.users.bob } })
    expect(() => others.user('ann', 'general')).toThrow(expect.objectContaining({ code: 'UNKNOWN_USER' }))
  })

  test.each(['eve', '$os', '__proto__', 'constructor', ''])('nobody is called %j', (name) => {
    expect(() => point.user(name, 'general')).toThrow(expect.objectContaining({ code: 'UNKNOWN_USER' }))
  })

  test.each(['leisure', 'General', ''])('no purpose is called %j', (purpose) => {
    expect(() => point.user('ann', purpose)).toThrow(expect.objectContaining({ code: 'UNKNOWN_PURPOSE' }))
  })

  test('models: by exact id, else by location, else as built in', () => {
    expect(point.model('openai/known', 'remote', 'd1')).toEqual({ ...MODEL, digest: 'd1' })
    expect(point.model('openai/known', 'loopback', 'd1')).toMatchObject({ maxLevel: 'internal' })
    expect(point.model('openai/other', 'remote', 'd2')).toEqual({ ...MODEL, approved: false, digest: 'd2' })
    expect(point.model('constructor', 'builtin', 'd3')).toMatchObject({
      maxLevel: 'secret',
      onPrem: true,
      approved: true,
    })
  })

  test('the terminal shows what the OS user is cleared for, unless the facts say otherwise', async () => {
    expect(point.sink('terminal').maxLevel).toBe(4)
    const sinks = { terminal: { maxLevel: 'internal', categories: ['PII'], external: true } }
    const other = await open({ ...FACTS, sinks })
    expect(other.sink('terminal')).toEqual({
      type: 'sink',
      id: 'terminal',
      maxLevel: 1,
      categories: ['PII'],
      external: true,
    })
  })

  test('a sink or profile the facts do not have is the fault of the bundle', () => {
    expect(() => point.sink('printer')).toThrow(expect.objectContaining({ code: 'BAD_POLICY' }))
    expect(() => point.profile('toString')).toThrow(expect.objectContaining({ code: 'BAD_POLICY' }))
  })

  test('the hash covers the facts in force, and a bundle of its own files is the same bundle', async () => {
    const again = await openHere(point.bundle.files)
    expect(again.bundle.hash).toBe(point.bundle.hash)
    expect(again.bundle.files).toEqual(point.bundle.files)
    expect(Object.keys(point.bundle.files).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'facts.json',
      'p.cedar',
      'schema.cedarschema',
    ])
    const { $os, bob } = FACTS.users
    const stricter = await open({ ...FACTS, users: { $os: { ...$os, clearance: 'public' }, bob } })
    expect(stricter.bundle.hash).not.toBe(point.bundle.hash)
  })

  test('without facts, those of the personal bundle hold, but for the confinement', async () => {
    const personal = await openHere()
    const bare = await open()
    const { confinement, ...rest } = JSON.parse(personal.bundle.files['facts.json'] ?? '')
    expect(confinement).toBe('reduced')
    expect(JSON.parse(bare.bundle.files['facts.json'] ?? '')).toEqual(rest)
    const shipped: unknown = JSON.parse((await personalFiles())['facts.json'] ?? '')
    expect(JSON.parse(personal.bundle.files['facts.json'] ?? '')).toEqual(shipped)
  })

  test('what confinement is permitted is only what the bundle says', async () => {
    expect((await open({})).confinement).toBeUndefined()
    expect((await open({ confinement: 'full' })).confinement).toBe('full')
    expect((await open({ confinement: 'filtered' })).confinement).toBe('filtered')
    expect((await open({ confinement: 'reduced' })).confinement).toBe('reduced')
    expect((await openHere()).confinement).toBe('reduced')
  })

  test.each([
    ['not JSON', '{"users": }', 'not JSON'],
    ['a list', '[]', 'expected object'],
    ['an unknown part', '{"user": {}}', 'user'],
    [
      'an unknown level',
      '{"users": {"$os": {"clearance": "top", "active": true, "purposes": []}}}',
      'users.$os.clearance',
    ],
    [
      'activity in words',
      '{"users": {"$os": {"clearance": "public", "active": "yes", "purposes": []}}}',
      'users.$os.active',
    ],
    [
      'an unknown purpose',
      '{"users": {"$os": {"clearance": "public", "active": true, "purposes": ["fun"]}}}',
      '"fun"',
    ],
    [
      'a fraction as depth',
      '{"profiles": {"worker": {"maxDepth": 1.5, "mayEgress": true}}}',
      'profiles.worker.maxDepth',
    ],
    [
      '2^53 as depth',
      '{"profiles": {"worker": {"maxDepth": 9007199254740992, "mayEgress": true}}}',
      'profiles.worker.maxDepth',
    ],
    [
      'a negative depth',
      '{"profiles": {"worker": {"maxDepth": -1, "mayEgress": true}}}',
      'profiles.worker.maxDepth',
    ],
    [
      'an unknown category',
      '{"sinks": {"terminal": {"maxLevel": "public", "categories": ["X"], "external": false}}}',
      '"X"',
    ],
    [
      'an unknown jurisdiction',
      JSON.stringify({ models: { byId: { m: { ...MODEL, jurisdiction: 'MARS' } } } }),
      '"MARS"',
    ],
    ['an unknown confinement', '{"confinement": "none"}', 'confinement'],
    ['an unknown location', JSON.stringify({ models: { defaults: { cloud: MODEL } } }), 'cloud'],
    ['a misspelt fact', JSON.stringify({ models: { byId: { m: { ...MODEL, onprem: true } } } }), 'onprem'],
  ])('%s is refused', async (_what, text, message) => {
    const error = await fault(openHere({ 'p.cedar': PERMIT, 'facts.json': text }))
    expect(error).toMatchObject({ code: 'BAD_POLICY', data: { file: 'facts.json' } })
    expect(error.message).toContain(message)
  })

  test('a schema whose words the built-in facts do not have needs facts of its own', async () => {
    const { 'schema.cedarschema': schema = '' } = await organisationFiles()
    const elsewhere = { 'schema.cedarschema': schema.replace('["EU", "US", "CH", "LOCAL"]', '["DE", "FR"]') }
    expect((await fault(open(undefined, elsewhere))).message).toContain('"LOCAL"')
  })
})
