import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadOptional, OPTIONAL_PACKAGES } from './optional-package.ts'

describe('loadOptional', () => {
  it('gives the command that installs a missing package', async () => {
    const missing = Object.assign(new Error("Cannot find package '@ai-sdk/google' imported from …"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadOptional('@ai-sdk/google', () => Promise.reject(missing))).rejects.toMatchObject({
      code: 'PROVIDER_NOT_INSTALLED',
      next: expect.stringContaining('npm install @ai-sdk/google@4.0.121'),
    })
  })

  it('passes on what else goes wrong, such as a package that lacks one of its own', async () => {
    const inner = Object.assign(new Error("Cannot find package 'zod' imported from …"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadOptional('@ai-sdk/google', () => Promise.reject(inner))).rejects.toBe(inner)
  })

  it('names the versions that the tests run with, as optional peers', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as Record<
      'dependencies' | 'devDependencies' | 'peerDependencies' | 'peerDependenciesMeta',
      Record<string, unknown>
    >
    for (const [name, version] of Object.entries(OPTIONAL_PACKAGES)) {
      expect(manifest.devDependencies[name]).toBe(version)
      expect(manifest.peerDependencies[name]).toBe(`^${version}`)
      expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true })
      expect(manifest.dependencies).not.toHaveProperty(name)
    }
  })
})
