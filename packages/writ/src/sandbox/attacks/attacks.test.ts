import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { escapeAttempts } from './escaped-child.fixture.ts'
import { DEAF, FORGING, HOARDING, REACHING_OUT, SENDING, SPINNING, TOO_DEEP } from './guest-code.fixture.ts'
import { LIES } from './lying-child.fixture.ts'
import { SYSTEM_CALLS } from './system-calls.fixture.ts'

// How much is tried. The suites beside this file make every attempt.

/** The mechanisms of each suite, and how many attempts are made by each, on a machine that has all there is to get. */
const SUITES: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  'guest code': counted({
    ...REACHING_OUT,
    ...FORGING,
    ...SPINNING,
    ...DEAF,
    ...HOARDING,
    ...SENDING,
    ...TOO_DEEP,
  }),
  'a child that runs what it likes': counted(
    escapeAttempts({
      place: '',
      secret: '',
      administrator: true,
      parent: { pid: 0, descriptor: 0, host: '' },
      servers: { port: 0, abstract: '', datagrams: 0 },
      address: '192.0.2.1',
    }),
  ),
  'its system calls': counted(SYSTEM_CALLS),
  'a child that lies': counted(LIES),
}

function counted(attacks: Readonly<Record<string, object>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(attacks).map(([mechanism, attempts]) => [mechanism, Object.keys(attempts).length]),
  )
}

describe('the attacks on the sandbox', () => {
  it('are at least 60 attempts of at least 25 mechanisms', () => {
    const all = Object.values(SUITES).flatMap((suite) => [...suite])
    const attempts = all.reduce((sum, [, count]) => sum + count, 0)
    expect(new Set(all.map(([mechanism]) => mechanism)).size).toBe(all.length)
    expect(all.length).toBeGreaterThanOrEqual(25)
    expect(attempts).toBeGreaterThanOrEqual(60)
  })

  it('are listed in the decision as they are', () => {
    const page = readFileSync(
      new URL('../../../../../docs/decisions/2026-11-26-attacks-on-the-sandbox.md', import.meta.url),
      'utf8',
    )
    const rows = [...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| (\d+) \|$/gm)].map(
      ([, suite, mechanism, attempts]) => `${suite} | ${mechanism} | ${attempts}`,
    )
    const made = Object.entries(SUITES).flatMap(([suite, mechanisms]) =>
      [...mechanisms].map(([mechanism, attempts]) => `${suite} | ${mechanism} | ${attempts}`),
    )
    expect(rows).toEqual(made)
  })
})
