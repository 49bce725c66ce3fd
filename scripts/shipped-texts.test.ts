import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS } from '@writ/contract'
import { expect, it } from 'vitest'

// What a user is told names nothing that is not on their machine: the package has no pages of this repository.

const root = join(import.meta.dirname, '..')
const { files } = JSON.parse(readFileSync(join(root, 'packages/writ/package.json'), 'utf8')) as {
  files: readonly string[]
}

/** A page of this repository. */
const PAGE = /(?:docs|examples|bench|packages)\/[\w./-]+|\b[\w-]+\.md\b/g

function unshipped(text: string): readonly string[] {
  return (text.match(PAGE) ?? []).filter((path) => !files.some((own) => path.startsWith(`${own}/`)))
}

it('no error names a page that is not shipped', () => {
  const naming = Object.entries(ERRORS).flatMap(([code, { next }]) =>
    unshipped(next).map((path) => [code, path]),
  )
  expect(naming).toEqual([])
  expect(unshipped('See docs/reference/errors.md for it.')).toEqual(['docs/reference/errors.md'])
})

it('nor does any text of the programs', () => {
  const naming = ['contract', 'evidence', 'writ'].flatMap((room) => {
    const source = join(root, 'packages', room, 'src')
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/test|fixture/.test(path))
      .flatMap((path) =>
        readFileSync(join(source, path), 'utf8')
          .split('\n')
          .filter((line) => !/^\s*(?:\*|\/\*|\/\/)/.test(line))
          .flatMap((line) => line.match(/docs\/[\w/-]+\.md/g) ?? [])
          .map((page) => `${room}/${path}: ${page}`),
      )
  })
  expect(naming).toEqual([])
})
