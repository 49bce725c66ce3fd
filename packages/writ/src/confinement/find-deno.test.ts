import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { DENO, findDeno } from './find-deno.ts'

const PROGRAM = `@deno/linux-${process.arch}-glibc`

/** A directory in which packages of these versions are installed. */
function place(packages: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'writ-deno-'))
  for (const [name, version] of Object.entries(packages)) {
    const folder = join(directory, 'node_modules', name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version }))
    if (name === PROGRAM) {
      writeFileSync(join(folder, 'deno'), '')
      chmodSync(join(folder, 'deno'), 0o755)
    }
  }
  return directory
}

const WHOLE = { deno: DENO, [PROGRAM]: DENO }
const fileOf = (directory: string): string => join(directory, 'writ', 'src', 'file.js')

describe.skipIf(process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))('Deno', () => {
  it('is found where it is installed above a file, through links too', () => {
    const installed = place(WHOLE)
    expect(findDeno(fileOf(installed))).toEqual({
      path: join(installed, 'node_modules', PROGRAM, 'deno'),
    })
    const linked = place()
    mkdirSync(join(linked, 'node_modules'))
    symlinkSync(join(installed, 'node_modules', 'deno'), join(linked, 'node_modules', 'deno'))
    expect(findDeno(fileOf(linked))).toEqual(findDeno(fileOf(installed)))
  })

  it('is never that of a search path, of a home directory or of the directory that somebody works in', () => {
    const documents = place(WHOLE)
    const file = fileOf(place())
    const before = process.cwd()
    vi.stubEnv('NODE_PATH', join(documents, 'node_modules'))
    vi.stubEnv('HOME', documents)
    vi.stubEnv('PATH', join(documents, 'node_modules', PROGRAM))
    const initPaths: unknown = Reflect.get(process.getBuiltinModule('module'), '_initPaths')
    if (typeof initPaths === 'function') initPaths() // as if it had been set before this process began
    process.chdir(documents)
    try {
      expect(createRequireFinds(file, documents)).toBe(true)
      expect(findDeno(file)).toEqual({ lack: `deno ${DENO} is not installed` })
    } finally {
      process.chdir(before)
      vi.unstubAllEnvs()
      if (typeof initPaths === 'function') initPaths()
    }
  })

  it.each([
    ['another version', { ...WHOLE, deno: '2.9.4' }, 'in version 2.9.4'],
    ['no program', { deno: DENO }, 'which holds Deno itself'],
    ['a program of another version', { ...WHOLE, [PROGRAM]: '2.9.4' }, 'which holds Deno itself'],
  ])('is lacking where there is %s', (_what, packages, lack) => {
    expect(findDeno(fileOf(place(packages)))).toEqual({ lack: expect.stringContaining(lack) })
  })
})

/** Whether Node itself would take it, so that the test above shows something. */
function createRequireFinds(file: string, documents: string): boolean {
  const { createRequire } = process.getBuiltinModule('module')
  mkdirSync(dirname(file), { recursive: true })
  return createRequire(file).resolve('deno/package.json').startsWith(documents)
}
