import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { interpreters } from './interpreters.ts'
import { findPyodide } from './pyodide-package.ts'

const INSTALL = /npm install pyodide@314\.0\.7$/

/** A file in a place where a package of this version is installed, or none. */
function place(version?: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'writ-pyodide-'))
  if (version !== undefined) {
    const folder = join(directory, 'node_modules', 'pyodide')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'pyodide', version }))
  }
  return join(directory, 'module.js')
}

it('finds the engine, with everything that an interpreter reads', () => {
  const { version, directories, file } = findPyodide()
  expect(version).toBe('314.0.7')
  expect(directories.some((path) => path.endsWith('/ws'))).toBe(true)
  expect(file('python_stdlib.zip')).toMatch(/pyodide\/python_stdlib\.zip$/)
})

it('says how it is installed where it is missing, or is another version', () => {
  const missing = { code: 'PYTHON_NOT_INSTALLED', next: expect.stringMatching(INSTALL) }
  expect(() => findPyodide(place())).toThrow(expect.objectContaining(missing))
  expect(() => findPyodide(place('0.28.0'))).toThrow(expect.objectContaining(missing))
})

it('starts nothing where nothing confines it, whatever a policy permits', async () => {
  const refused = interpreters({ lack: 'bubblewrap is not installed' })
  await expect(refused).rejects.toMatchObject({ code: 'CONFINEMENT_REDUCED' })
})
