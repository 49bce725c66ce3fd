import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { bundleWrit } from './bundle/bundle-writ.ts'
import { putPythonMemory } from './bundle/python-memory.ts'

// What a package is packed from, made anew: nothing of an older build is left in it. Run in its folder, by `prepack`.
// Writ itself is types and a bundle; what it is made of beside its own code is in the other packages too.

const folder = process.cwd()
const built = join(folder, 'dist')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

rmSync(built, { recursive: true, force: true })
execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-b', '.'], { cwd: folder, stdio: 'inherit' })
if (basename(folder) === 'writ') {
  for (const file of readdirSync(built, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.js')) rmSync(join(built, file))
  await bundleWrit(built, 'published')
  await putPythonMemory(join(built, 'sandbox', 'python'))
}
