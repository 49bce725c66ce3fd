import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

interface Asked {
  readonly own?: boolean
  readonly env?: NodeJS.ProcessEnv
  /** A library more that the process takes itself to have loaded. */
  readonly also?: string
  readonly uid?: number
}

/** The list as a process gives it, and whether it had to have a report made. */
function listed({ own = true, env = {}, also = '', uid }: Asked = {}): {
  libraries: string[]
  reported: boolean
} {
  const code = `
    const { ownProcess } = await import(${here('../threads/optimise-late.ts')})
    const { sharedLibraries } = await import(${here('./shared-libraries.ts')})
    if (${own}) ownProcess()
    let reported = false
    const { getReport } = process.report
    process.report.getReport = (...args) => {
      reported = true
      const report = getReport(...args)
      return { ...report, sharedObjects: [...report.sharedObjects, ${JSON.stringify(also)}] }
    }
    process.stdout.write(JSON.stringify({ libraries: sharedLibraries(), reported }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache, ...env },
    ...(uid === undefined ? {} : { uid }),
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

/** Puts something in the place of the file. */
function inItsPlace(put: (was: string) => void): void {
  const was = `${file()}.old`
  renameSync(file(), was)
  put(was)
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
  ['a link to a file', () => inItsPlace((was) => symlinkSync(was, file()))],
  ['a pipe that nobody writes to', () => inItsPlace(() => spawnSync('mkfifo', [file()]))],
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

it('gives the list where a library was taken away since it was loaded', () => {
  const { libraries } = listed()
  rmSync(file())
  const gone = '/nowhere/libgone.so'
  expect(listed({ also: gone }).libraries).toEqual([...libraries, gone])
})

it.skipIf(process.getuid?.() !== 0)('gives the list to a user who has no home', () => {
  const env = { HOME: undefined, XDG_CACHE_HOME: undefined }
  // Asking the system for one loads some more.
  expect(listed({ env, uid: 54_321 }).libraries).toEqual(expect.arrayContaining(listed().libraries))
})
