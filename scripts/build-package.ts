import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { copyAssets } from './copy-assets.ts'

// What a package is packed from, made anew: nothing of an older build is left in it. Run in its folder, by `prepack`.

const folder = process.cwd()
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))

rmSync(join(folder, 'dist'), { recursive: true, force: true })
execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-b', '.'], { cwd: folder, stdio: 'inherit' })
await copyAssets(folder)
