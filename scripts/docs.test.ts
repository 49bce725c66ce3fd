import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

// What the documentation names has to be there: a claim whose test is gone is no claim.

const root = resolve(import.meta.dirname, '..')
const PATH = /`((?:packages|scripts|docs|bench)\/[\w./-]*\w\.[a-z]+)`/g

const pages = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  // A decision is dated: what it names may have moved on since.
  .filter((page) => !page.includes('decisions'))

function namedIn(page: string): string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(PATH)].map(([, path = '']) => path)
}

describe('documentation', () => {
  it('names files that exist', () => {
    const missing = pages.flatMap((page) =>
      namedIn(page)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page} names ${path}`),
    )
    expect(missing).toEqual([])
  })

  it('rests its claims about rules on tests', () => {
    const tests = namedIn('docs/compliance.md').filter((path) => path.endsWith('.test.ts'))
    expect(new Set(tests).size).toBeGreaterThan(10)
  })
})
