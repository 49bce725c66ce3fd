import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { label } from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Config, loadConfig } from './config.ts'

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
  it('is that of the project over that of the user, except what only the user may say', () => {
    const config = load(
      { model: 'p', paths: ['docs'], prices: { m: '0/0', n: '1/1' } },
      { model: 'u', subModel: 's', baseUrl: 'http://x', policy: 'bundle', user: 'ann', prices: { m: '2/2' } },
    )
    expect(config).toMatchObject({ model: 'p', subModel: 's', baseUrl: 'http://x', user: 'ann' })
    expect(config.policy).toBe(join(base, 'user', 'writ', 'bundle'))
    expect(config.prices).toMatchObject({ m: { inputNanoUsd: 2000 }, n: { inputNanoUsd: 1000 } })
    expect([config.paths, config.pathsWithin]).toEqual([['docs'], base])
    expect(load({}, { paths: ['/any'] }).pathsWithin).toBeUndefined()
  })

  it('takes retention classes from the user only, in whole days', () => {
    expect(load({}, { retention: { short: 30 } }).retention).toEqual({ short: 30 })
    expect(() => load({ retention: { short: 1 } })).toThrow(bad(/user configuration/))
    for (const retention of [{ short: 0 }, { short: 1.5 }, { 'Not/one': 3 }, { short: 1e9 }])
      expect(() => load({}, { retention })).toThrow(bad(/retention/))
  })

  it('binds keys to hosts for the user only, by the names of variables', () => {
    const keys = [{ env: 'X_KEY', host: 'x.example:8443' }]
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
    ['{"modle":"x"}', /"modle"/],
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
