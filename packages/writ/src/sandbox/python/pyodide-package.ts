import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WritError } from '@writ/contract'
import { installedPackage } from '../../confinement/installed-package.ts'

/** The version that Writ is made for. What it does of the engine's inside is tested with no other. */
const PYODIDE = '314.0.7'

/** The engine of Python: an optional package. */
export interface PyodidePackage {
  readonly version: string
  /** Every directory that an interpreter reads of it. */
  readonly directories: readonly string[]
  /** The path of one of its files. */
  readonly file: (name: string) => string
}

/** Finds the engine as it is installed for a file of Writ. Throws `PYTHON_NOT_INSTALLED` when it is not there, or is another version. */
export function findPyodide(from: string = fileURLToPath(import.meta.url)): PyodidePackage {
  const directory = installedPackage('pyodide', from)
  if (directory === undefined)
    throw notInstalled('The package pyodide, which runs Python cells, is not installed.')
  const manifest = join(realpathSync(directory), 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  if (version !== PYODIDE)
    throw notInstalled(`The package pyodide is there in version ${version}; Python cells need ${PYODIDE}.`)
  const needed = installedPackage('ws', manifest) // the engine imports it, and uses nothing of it here
  const found = [directory, ...(needed === undefined ? [] : [needed])]
  return {
    version,
    directories: [...new Set(found.flatMap((path) => [path, realpathSync(path)]))],
    file: (name) => join(directory, name),
  }
}

function notInstalled(message: string): WritError {
  const next = `Install it where Writ is installed: npm install pyodide@${PYODIDE}`
  return new WritError('PYTHON_NOT_INSTALLED', message, { next })
}
