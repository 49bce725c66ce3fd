import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { guestLoader, guestSources, PRELOADED } from './guest-sources.ts'
import type { PyodidePackage } from './pyodide-package.ts'

/** Raised by hand when what lies around the engine changes: the clock, chance, memory, how cells are run. */
const HOST_VERSION = 2

/** Digest of the engine, its libraries and the guest's modules: everything that shapes what a Python cell does. */
export function pythonAbi({ version, file }: PyodidePackage): string {
  const hash = createHash('sha256').update(
    `pyodide ${version}, host ${HOST_VERSION}, ${PRELOADED.join(' ')}\n`,
  )
  for (const name of ['pyodide.asm.wasm', 'pyodide.asm.mjs', 'pyodide.mjs', 'python_stdlib.zip'])
    hash.update(
      createHash('sha256')
        .update(readFileSync(file(name)))
        .digest(),
    )
  for (const [name, source] of Object.entries({ ...guestSources(), load: guestLoader() }))
    hash.update(`\n${name}\n${source}`)
  return `sha256:${hash.digest('hex')}`
}
