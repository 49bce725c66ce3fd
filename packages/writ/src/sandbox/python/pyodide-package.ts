import { createRequire } from 'node:module'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { placesOf } from '../engine-files.ts'

/** The version that Writ is made for. What it does of the engine's inside is tested with no other. */
const PYODIDE = '314.0.7'

const require = createRequire(import.meta.url)

/** The engine of Python: an optional package. */
export interface PyodidePackage {
  readonly version: string
  /** Every directory that an interpreter reads of it. */
  readonly directories: readonly string[]
  /** The path of one of its files. */
  readonly file: (name: string) => string
}

/** Finds the engine. Throws `PYTHON_NOT_INSTALLED` when it is not there, or is another version. */
export function findPyodide(from: NodeJS.Require = require): PyodidePackage {
  let manifest: string
  try {
    manifest = from.resolve('pyodide/package.json')
  } catch (cause) {
    throw notInstalled('The package pyodide, which runs Python cells, is not installed.', cause)
  }
  const { version } = from('pyodide/package.json') as { readonly version: string }
  if (version !== PYODIDE)
    throw notInstalled(`The package pyodide is there in version ${version}; Python cells need ${PYODIDE}.`)
  const [directory = '', ...others] = placesOf('pyodide', from)
  const needed = placesOf('ws', createRequire(manifest)) // the engine imports it, and uses nothing of it here
  return {
    version,
    directories: [...new Set([directory, ...others, ...needed])],
    file: (name) => join(directory, name),
  }
}

function notInstalled(message: string, cause?: unknown): WritError {
  const next = `Install it where Writ is installed: npm install pyodide@${PYODIDE}`
  return new WritError('PYTHON_NOT_INSTALLED', message, { next, cause })
}
