import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rgPath } from '@vscode/ripgrep'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { walk } from './walk.ts'

let base: string
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'writ-ignore-')))
})
afterEach(() => rmSync(base, { recursive: true }))

function write(directory: string, path: string, text = ''): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
}

/** What ripgrep takes in by the ignore files inside a directory alone. */
function listedByRipgrep(directory: string): string[] {
  const flags = ['--no-config', '--files', '--hidden', '--no-require-git', '--no-ignore-parent']
  const nothingElse = ['--no-ignore-global', '--no-ignore-dot', '--no-ignore-exclude']
  try {
    const output = execFileSync(rgPath, [...flags, ...nothingElse, '.'], {
      cwd: directory,
      env: {},
      encoding: 'utf8',
    })
    return output
      .trim()
      .split('\n')
      .map((path) => path.replace('./', ''))
      .sort()
  } catch {
    return [] // it ends with 1 when nothing is left
  }
}

it('takes in what ripgrep does', () => {
  // In ripgrep, other than in git, a negated set matches a slash: there is none.
  const letter = fc.constantFrom('a', 'b', 'c', '*', '?', '[ab]', '\\a')
  const name = fc.oneof(fc.string({ unit: letter, minLength: 1, maxLength: 3 }), fc.constant('**'))
  const rule = fc
    .tuple(
      fc.constantFrom('', '', '!'),
      fc.constantFrom('', '', '/'),
      fc.array(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '', '/'),
    )
    .map(([negation, anchor, names, end]) => `${negation}${anchor}${names.join('/')}${end}`)
    .filter((text) => !/[^/!]\*\*|\*\*[^/]/.test(text))
  const rules = fc.array(rule, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n'))
  const part = fc.constantFrom('a', 'b', 'ab', 'ac', 'bb')
  const paths = fc.uniqueArray(
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => [...parts, 'f'].join('/')),
    { minLength: 3, maxLength: 8 },
  )
  let run = 0
  fc.assert(
    fc.property(paths, rules, rules, (files, outer, inner) => {
      const directory = join(base, String(run++))
      for (const path of files) write(directory, path)
      write(directory, '.gitignore', outer)
      write(directory, 'a/.gitignore', inner)
      const taken = walk(directory, []).files.map(({ relative }) => relative)
      expect(taken.sort()).toEqual(listedByRipgrep(directory))
    }),
    { numRuns: 60 },
  )
})

it('is done with patterns that would be catastrophic elsewhere', () => {
  const hostile = [
    `**/${'*a'.repeat(60)}*b`,
    `${'**/a*/'.repeat(60)}b`,
    `${'*a*'.repeat(60)}b`,
    '/**/'.repeat(60),
  ]
  write(base, '.gitignore', hostile.join('\n'))
  const deep = `${'a'.repeat(20)}/`.repeat(60)
  for (let n = 0; n < 20; n += 1) write(base, `${deep}${'a'.repeat(200)}${n}`)
  expect(walk(base, []).files).toHaveLength(21)
})

it('refuses more rules than anyone has', () => {
  write(base, '.gitignore', '*a\n'.repeat(10_001))
  expect(() => walk(base, [])).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
})
