import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

// `npm ci` may run scripts, since `npm pack` has to; so nothing that is installed may have any.

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>
}

it('installs nothing that runs scripts', () => {
  const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
  const { packages } = JSON.parse(text) as Lock
  expect(Object.keys(packages).length).toBeGreaterThan(50)
  expect(Object.keys(packages).filter((name) => packages[name]?.hasInstallScript)).toEqual([])
})
