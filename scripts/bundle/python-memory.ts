import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const script = join(root, 'packages', 'writ', 'src', 'sandbox', 'python', 'pack', 'main.ts')

/**
 * Puts the memory that Python cells begin from beside a bundle, unless that of the engine as it is lies there already. There
 * is none where the optional engine is not installed: it is made when it is first needed then.
 */
export async function putPythonMemory(into: string): Promise<void> {
  if (!existsSync(join(root, 'node_modules', 'pyodide', 'package.json'))) return
  const flags = ['--conditions=@writ/source', '--no-warnings']
  await promisify(execFile)(process.execPath, [...flags, script, into])
}
