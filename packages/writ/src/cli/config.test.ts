import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { DEFAULT_LIMITS, label } from '@writ/contract'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Config, loadConfig } from './config.ts'
import { configured, tightened } from './config-limits.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'writ-config-'))
  mkdirSync(join(base, 'user', 'writ'), { recursive: true })
})
afterEach(() => rmSync(base, { recursive: true }))

function load(project: unknown, user: unknown = {}): Config {
  writeFileSync(join(base, 'writ.config.json'), JSON.stringify(project))
  writeFileSync(join(base, 'user', 'writ', 'config.json'), JSON.stringify(user))
  return loadConfig(base, { XDG_CONFIG_HOME: join(base, 'user') })
}

const bad = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) })

describe('the configuration', () => {
  it('is that of the user, with what to ask over from the project', () => {
    const config = load(
      { paths: ['docs'] },
      { model: 'u', subModel: 's', baseUrl: 'http://x', policy: 'bundle', user: 'ann', prices: { m: '2/2' } },
    )
    expect(config).toMatchObject({ model: 'u', subModel: 's', baseUrl: 'http://x', user: 'ann' })
    expect(config.policy).toBe(join(base, 'user', 'writ', 'bundle'))
    expect(config.prices).toMatchObject({ m: { inputNanoUsd: 2000 } })
    expect([config.paths, config.pathsWithin]).toEqual([['docs'], base])
    expect(load({}, { paths: ['/any'] }).pathsWithin).toBeUndefined()
  })

  it.each([
    ['model', 'openai/gpt-5', '--model'],
    ['subModel', 'openai/gpt-5', '--sub-model'],
    ['verifierModel', 'openai/gpt-5', '--verifier-model'],
    ['prices', { 'any/model': '0/0' }, '--price'],
    ['models', { 'any/model': { price: '0/0', asOf: '2026-11-20' } }, 'user configuration'],
    ['contextWindow', 1_000_000, '--context-window'],
    ['baseUrl', 'http://x', '--base-url'],
    ['keys', [], '--key-env'],
    ['policy', 'bundle', '--policy'],
    ['retention', { short: 1 }, 'user configuration'],
    ['user', 'root', '--as'],
    ['purpose', 'anything', '--purpose'],
    ['witnesses', [], '--witness'],
    ['witnessQuorum', 1, '--witness-quorum'],
  ])('takes %s from the user only, and says where it belongs', (key, value, place) => {
    expect(() => load({ [key]: value })).toThrow(bad(new RegExp(`: ${key} cannot be set .*${place}`)))
    expect(() => load({ [key]: null })).toThrow(bad(new RegExp(`: ${key} `)))
    expect(() => load({}, { [key]: value })).not.toThrow()
  })

  it('lets a project lower limits of a role, and the user set them', () => {
    const user = { limits: { maxVerifierTurns: 8, maxWorkerCalls: 5 } }
    const project = { limits: { maxVerifierTurns: 9, maxVerifierCalls: 0, maxWorkerCalls: 2 } }
    expect(load(project, user).limits).toMatchObject({
      maxVerifierTurns: 8,
      maxVerifierCalls: 0,
      maxWorkerCalls: 2,
    })
    expect(() => load({ limits: { maxWorkerTurns: 0 } })).toThrow(bad(/maxWorkerTurns/))
  })

  it('lets a project lower limits, never raise them', () => {
    const project = { limits: { maxCalls: 5, maxTokens: 1_000, maxCost: 0.25, timeout: 1.5, maxDepth: 9 } }
    expect(load(project).limits).toEqual({
      ...DEFAULT_LIMITS,
      maxCalls: 5,
      maxTokens: 1_000,
      maxCostMicroUsd: 250_000,
      timeoutMs: 1_500,
    })
    const user = { limits: { maxCalls: 3, maxTokens: 2_000, maxCost: 0.1, maxTurns: 50 } }
    expect(load(project, user).limits).toMatchObject({
      maxCalls: 3,
      maxTokens: 1_000,
      maxCostMicroUsd: 100_000,
      maxTurns: 50,
      maxDepth: DEFAULT_LIMITS.maxDepth,
    })
    for (const limits of [
      { maxCalls: -1 },
      { maxCalls: 1.5 },
      { maxCost: -1 },
      { timeout: 0 },
      { maxCals: 1 },
    ])
      expect(() => load({ limits })).toThrow(bad(/limits/))
  })

  it('can only be tightened by what a directory says, whatever it says', () => {
    const amount = fc.option(fc.nat({ max: 2_000 }), { nil: undefined })
    const some = fc.record({
      maxCalls: amount,
      maxTokens: amount,
      maxDepth: amount,
      maxTurns: amount,
      concurrency: amount,
    })
    fc.assert(
      fc.property(some, some, (ofUser, ofProject) => {
        const held = configured(DEFAULT_LIMITS, ofUser)
        const limits = tightened(held, ofProject)
        for (const [name, most] of Object.entries(held)) {
          const asked: number | undefined = ofProject[name as keyof typeof ofProject]
          const lower = asked !== undefined && (most === null || asked < most)
          expect(limits[name as keyof typeof limits]).toBe(lower ? asked : most)
        }
      }),
    )
  })

  it('takes retention classes from the user only, in whole days', () => {
    expect(load({}, { retention: { short: 30 } }).retention).toEqual({ short: 30 })
    expect(() => load({ retention: { short: 1 } })).toThrow(bad(/user configuration/))
    for (const retention of [{ short: 0 }, { short: 1.5 }, { 'Not/one': 3 }, { short: 1e9 }])
      expect(() => load({}, { retention })).toThrow(bad(/retention/))
  })

  it('binds keys to hosts for the user only, by the names of variables', () => {
    const keys = [
      { env: 'X_KEY', host: 'x.example:8443' },
      { env: null, host: '127.0.0.1:8080' },
    ]
    expect(load({}, { keys }).keys).toEqual(keys)
    expect(() => load({ keys })).toThrow(bad(/keys cannot be set by a project file/))
    for (const key of [
      { env: 'sk-proj-0123', host: 'x.example' },
      { env: 'X', host: 'https://x.example' },
      { env: 'X', host: 'X.example' },
      { env: 'X', host: 'x.example/v1' },
      { env: 'X', host: '' },
    ])
      expect(() => load({}, { keys: [key] })).toThrow(bad(/keys\.0\.(env|host)/))
    expect(() => load({}, { keys: [{ env: 'sk-proj-0123', host: 'x' }] })).not.toThrow(/0123/)
  })

  it('lets a project raise labels, never lower them', () => {
    expect(load({ label: 'public' }).label).toEqual(label('internal', [], true))
    expect(load({ label: 'secret:PII' }, { label: 'confidential:HR' }).label).toEqual(
      label('secret', ['HR', 'PII'], true),
    )
    expect(load({}, { label: 'public' }).label).toEqual(label('public', [], true))
    const { labels } = load(
      {
        labels: [
          { glob: 'a', label: 'secret' },
          { glob: 'b', label: 'public', trusted: false },
        ],
      },
      {
        labels: [
          { glob: 'c', label: 'public', trusted: true },
          { glob: 'd', label: 'public' },
        ],
      },
    )
    expect(labels).toEqual([
      { glob: 'c', label: label('public') },
      { glob: 'd', label: label('public', [], true) },
      { glob: 'a', label: label('secret'), raises: true },
      { glob: 'b', label: label('public', [], true), raises: true },
    ])
  })

  it.each([
    ['{', /is not JSON/],
    ['{"label":"top"}', /label is no label/],
    ['{"modle":"x"}', /config\.json: \S.*"modle"/],
    ['{"paths":"docs"}', /paths/],
  ])('refuses %s', (text, message) => {
    writeFileSync(join(base, 'writ.config.json'), text)
    expect(() => loadConfig(base, { XDG_CONFIG_HOME: base })).toThrow(bad(message))
  })

  it('takes nothing below the working directory for the user configuration', () => {
    load({}, { baseUrl: 'http://x' })
    const XDG_CONFIG_HOME = relative(process.cwd(), join(base, 'user'))
    expect(loadConfig(base, { XDG_CONFIG_HOME }).baseUrl).toBeUndefined()
  })

  it('is no directory', () => {
    mkdirSync(join(base, 'writ.config.json'))
    expect(() => loadConfig(base, { XDG_CONFIG_HOME: base })).toThrow(bad(/regular file/))
  })
})
