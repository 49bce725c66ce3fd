import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { TAKEN_IN } from './bundle-writ.ts'
import { freshBundle } from './fresh-bundle.js'

const SOURCE = resolve(import.meta.dirname, '../../packages/writ/src')
const bundle = freshBundle() ?? ''

/** What is loaded with a file, by an import or by a `require` that is no part of a function. */
const LOADED =
  /^(?:(?:import|export)\b[^;"'=]*|(?:(?:const|let) \w+ = )?(?:\w+\()?require\()["']([^"']+)["']/gm

/** What a file of the bundle loads before it runs: our files that come with it, and packages of others. */
function loads(file: string): { readonly ours: Set<string>; readonly others: Set<string> } {
  const found = { ours: new Set<string>(), others: new Set<string>() }
  const follow = (path: string): void => {
    if (found.ours.has(path)) return
    found.ours.add(path)
    const text = readFileSync(join(bundle, path), 'utf8')
    for (const [, specifier = ''] of text.matchAll(LOADED)) {
      if (specifier.startsWith('.')) follow(join(dirname(path), specifier))
      else if (!specifier.startsWith('node:')) found.others.add(specifier)
    }
  }
  follow(file)
  return found
}

it('loads little before the command knows what is asked of it', () => {
  const { ours, others } = loads('cli/main.cjs')
  const bytes = [...ours].reduce((sum, file) => sum + readFileSync(join(bundle, file)).length, 0)
  expect(bytes).toBeLessThan(200_000)
  expect([...others]).toEqual([])
})

it('has the licence of each package that the command takes in, where it has a file of it', () => {
  const licences = readdirSync(join(bundle, 'licences'))
  const bare = TAKEN_IN.filter((name) => !licences.includes(`${name.replaceAll('/', '-')}.txt`))
  expect(bare).toEqual(['@ai-sdk/provider-utils']) // under that of `@ai-sdk/provider`
})

it.each([
  ['policy/cedar-thread.cjs', []],
  ['ledger/worker.cjs', []],
  ['memory/index-process.js', []],
  ['memory/worker.cjs', []],
  ['sandbox/child/main.js', []],
  ['sandbox/worker/main.js', ['acorn', 'quickjs-wasi']],
  ['sandbox/python/child/main.js', ['pyodide']],
])('%s is whole by itself, beside packages it needs', (file, packages) => {
  const { ours, others } = loads(file)
  expect([...ours]).toEqual([file])
  expect([...others].sort()).toEqual(packages)
})

it('has every file that a source says a thread or a child starts from', () => {
  const named = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|[-.]fixture\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(SOURCE, file), 'utf8')
      if (!/new Worker\(|startThread\(/.test(text)) return []
      return [...text.matchAll(/'(\.{1,2}\/[\w/-]+\.c?js)'/g)].map(([, path = '']) =>
        join(dirname(file), path),
      )
    })
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((path) => !existsSync(join(bundle, path)))).toEqual([])
})
