import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

let cache: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'writ-cache-'))
})
afterEach(() => rmSync(cache, { recursive: true, force: true }))

const here = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)))

/** The list as a process gives it, and whether it had to have a report made. */
function listed({ own = true, env = {} } = {}): { libraries: string[]; reported: boolean } {
  const code = `
    const { ownProcess } = await import(${here('../threads/optimise-late.ts')})
    const { sharedLibraries } = await import(${here('./shared-libraries.ts')})
    if (${own}) ownProcess()
    let reported = false
    const { getReport } = process.report
    process.report.getReport = (...args) => { reported = true; return getReport(...args) }
    process.stdout.write(JSON.stringify({ libraries: sharedLibraries(), reported }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache, ...env },
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as ReturnType<typeof listed>
}

const file = (): string => join(cache, 'writ', 'shared-libraries.json')

/** Has the file say something else. */
function change(from: RegExp, to: string): void {
  const before = readFileSync(file(), 'utf8')
  writeFileSync(file(), before.replace(from, to))
  expect(readFileSync(file(), 'utf8')).not.toBe(before)
}

it('has a report made once, and gives the same list from then on', () => {
  const first = listed()
  expect(first.reported).toBe(true)
  expect(first.libraries.length).toBeGreaterThan(0)
  expect(listed()).toEqual({ libraries: first.libraries, reported: false })
})

it.each<[string, () => void]>([
  ['another program', () => change(/"program":"/, '"program":"x')],
  ['a library that changed', () => change(/"}}$/, '1"}}')],
  ['a library that is gone', () => change(/"libraries":\{"/, '"libraries":{"/gone')],
  ['half a list', () => writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, -9))],
  ['nothing', () => writeFileSync(file(), '')],
  ['a file that others may write', () => chmodSync(file(), 0o646)],
])('has it made again over %s', (_what, harm) => {
  const { libraries } = listed()
  harm()
  expect(listed()).toEqual({ libraries, reported: true })
  expect(listed()).toEqual({ libraries, reported: false })
})

it('has it made again where the loader is told otherwise', () => {
  listed()
  expect(listed({ env: { LD_LIBRARY_PATH: '/nowhere' } }).reported).toBe(true)
})

it('neither keeps nor takes a list in the process of somebody else', () => {
  expect(listed({ own: false }).reported).toBe(true)
  expect(listed().reported).toBe(true)
  expect(listed({ own: false }).reported).toBe(true)
})

it('gives the list where nothing can be kept', () => {
  writeFileSync(join(cache, 'writ'), '')
  expect(listed().reported).toBe(true)
  expect(listed().reported).toBe(true)
})
