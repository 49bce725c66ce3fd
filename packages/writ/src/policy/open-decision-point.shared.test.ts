import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleHash } from '@writ/evidence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDecisionPoint } from './index.ts'
import type { PolicyPoint } from './policy-point.ts'
import { organisationFiles, PARTITION, personalFiles, READ, withBundle } from './test-bundles.ts'

const PERMIT = 'permit (principal, action, resource);'

describe('the personal bundle, in its own thread', () => {
  let point: PolicyPoint
  beforeAll(async () => {
    point = await openDecisionPoint({ osUser: 'ann' })
  })
  afterAll(() => point.close())

  test('is named, hashed and complete', async () => {
    const { name, hash, files } = point.bundle
    expect(name).toBe('personal')
    expect(hash).toBe(bundleHash(files))
    const shipped = await personalFiles()
    expect(Object.keys(files).toSorted()).toEqual(Object.keys(shipped).toSorted())
    for (const [file, text] of Object.entries(shipped)) {
      if (file !== 'facts.json') expect(files[file]).toBe(text)
    }
  })

  test('decides, and decides the same again', async () => {
    const first = await point.decide(READ)
    expect(first).toMatchObject({ verdict: 'allow', policies: ['permit.context'] })
    expect(await point.decide({ ...READ })).toBe(first)
  })

  test('decides many at once, each for itself', async () => {
    const requests = Array.from({ length: 200 }, (_, level) => ({
      ...READ,
      resource: { ...PARTITION, id: `p${level}`, level: level % 5 },
    }))
    const decisions = await Promise.all([...requests, ...requests].map((request) => point.decide(request)))
    const expected = [...requests, ...requests].map(({ resource }) =>
      resource.level <= 2 ? 'allow' : 'deny',
    )
    expect(decisions.map(({ verdict }) => verdict)).toEqual(expected)
  })
})

test('closed, it denies everything, also what it has decided before', async () => {
  const point = await openDecisionPoint({ osUser: 'ann' })
  expect(await point.decide(READ)).toMatchObject({ verdict: 'allow' })
  await point.close()
  expect(await point.decide(READ)).toMatchObject({ verdict: 'deny', reason: 'engine-error' })
  await point.close()
})

test('an open decision point alone keeps no process alive, and waits for its answers', async () => {
  const script = `
    const { openDecisionPoint } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const point = await openDecisionPoint({ osUser: 'ann' })
    console.log((await point.decide(${JSON.stringify(READ)})).verdict)`
  const args = ['--conditions=@writ/source', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 })
  expect(stdout).toBe('allow\n')
})

describe('a directory with a bundle', () => {
  const open = (bundleDir: string): Promise<PolicyPoint> => openDecisionPoint({ bundleDir, osUser: 'ann' })

  test('an organisation has its own schema and policies, and the built-in facts in its words', async () => {
    await withBundle(await organisationFiles(), async (directory) => {
      const point = await open(directory)
      const purpose = point.defaultPurpose
      const user = point.user('ann', purpose)
      const resource = { ...PARTITION, purposes: [purpose] }
      expect(await point.decide({ ...READ, user, purpose, resource })).toMatchObject({ verdict: 'allow' })
      const other = { ...PARTITION, purposes: ['support'] }
      const refused = await point.decide({ ...READ, user, purpose, resource: other })
      expect(refused).toMatchObject({ verdict: 'deny', reason: 'purpose' })
      await point.close()
    })
  })

  test('policies lie at the top or in policies/, everything else is passed over', async () => {
    const files = {
      'z.cedar': PERMIT,
      'policies/a.cedar': PERMIT,
      'policies/deep/b.cedar': 'nonsense',
      'notes.txt': '?',
    }
    await withBundle(files, async (directory) => {
      const point = await open(directory)
      expect(Object.keys(point.bundle.files)).toEqual([
        'schema.cedarschema',
        'policies/a.cedar',
        'z.cedar',
        'facts.json',
      ])
      expect(await point.decide(READ)).toMatchObject({ policies: ['policies/a.cedar#1', 'z.cedar#1'] })
      await point.close()
    })
  })

  test('one that only forbids denies everything', async () => {
    await withBundle({ 'policies/no.cedar': 'forbid(principal, action, resource);' }, async (directory) => {
      const point = await open(directory)
      expect(await point.decide(READ)).toMatchObject({ verdict: 'deny', policies: ['policies/no.cedar#1'] })
      await point.close()
    })
  })

  test.each([
    [
      'a syntax error',
      { 'policies/a.cedar': `${PERMIT}\nforbid (principal;` },
      { file: 'policies/a.cedar', line: 2, column: 18 },
    ],
    [
      'a validation error',
      { 'a.cedar': 'permit (principal, action, resource) when { context.x };' },
      { file: 'a.cedar', line: 1, column: 45 },
    ],
    [
      'arithmetic',
      { 'a.cedar': 'permit (principal, action, resource) when { context.depth + 1 > 1 };' },
      { file: 'a.cedar', line: 1, column: 1 },
    ],
    [
      'a schema error',
      { 'a.cedar': PERMIT, 'schema.cedarschema': 'entity A = {' },
      { file: 'schema.cedarschema', line: 1, column: 13 },
    ],
    ['bad facts', { 'a.cedar': PERMIT, 'facts.json': '{' }, { file: 'facts.json' }],
    ['no policies', { 'facts.json': '{}' }, { file: 'policies' }],
    ['policies that are a file', { policies: PERMIT, 'a.cedar': PERMIT }, { file: 'policies' }],
    ['a policy that is a directory', { 'a.cedar/x': '' }, { file: 'a.cedar' }],
  ])('%s is BAD_POLICY at its place', async (_what, files: Record<string, string>, place) => {
    await withBundle(files, async (directory) => {
      const error: unknown = await open(directory).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'BAD_POLICY', exitCode: 2, data: place, cause: expect.any(Error) })
      expect(String(error)).toContain(directory)
      expect(String(error)).toContain(place.file)
    })
  })

  test('a directory that is not there, and text that is not UTF-8', async () => {
    await withBundle({}, async (directory) => {
      await mkdir(join(directory, 'policies'))
      await writeFile(join(directory, 'policies', 'a.cedar'), Buffer.from([0x70, 0xff, 0xfe]))
      await expect(open(directory)).rejects.toMatchObject({
        code: 'BAD_POLICY',
        data: { file: 'policies/a.cedar' },
      })
      await rm(directory, { recursive: true })
      await expect(open(directory)).rejects.toMatchObject({ code: 'BAD_POLICY', data: { file: '.' } })
    })
  })
})
