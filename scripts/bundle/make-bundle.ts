import { createHash } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type BundleParts, bundleWrit } from './bundle-writ.ts'
import { BUNDLED, CURRENT, stateOf } from './fresh-bundle.js'
import { putPythonMemory } from './python-memory.ts'

// Makes the bundle that this checkout runs. A bundle is never changed and goes only when it is a day old and no longer
// in use: processes that run one load more of it later.

const root = resolve(import.meta.dirname, '../..')
const PACKAGES = ['contract', 'evidence', 'writ']
const SOURCES = PACKAGES.map((name) => `packages/${name}/src`)
const MADE_WITH = ['package-lock.json', ...manifests(), ...scripts()]
const KEPT_MS = 24 * 3_600_000

await mkdir(BUNDLED, { recursive: true })
// INVARIANT: files are looked at before they are read, so that a change while the bundle is made is seen afterwards.
const before = await states()
/** Beside the bundles, for it changes with the engine alone. Without it the first Python cell takes two seconds more. */
const python = putPythonMemory(join(BUNDLED, 'python')).catch(() => undefined)
const place = await mkdtemp(join(BUNDLED, 'new-'))
try {
  const parts = await bundleWrit(place, 'checkout')
  const files = Object.fromEntries(filesOf(parts).map((path) => [path, before.get(path) ?? 'new']))
  const bundle = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)
  await chmod(place, 0o755) // whoever may read the checkout may run it
  await put(place, join(BUNDLED, bundle))
  const { version } = JSON.parse(await readFile(join(root, 'packages/writ/package.json'), 'utf8')) as {
    version: string
  }
  await replace(join(BUNDLED, 'package.json'), { type: 'module', version })
  await keepFromNow(bundle)
  await replace(CURRENT, { bundle, files })
  await removeOld(bundle)
  await python
} finally {
  await rm(place, { recursive: true, force: true })
}

/** Everything whose change makes the bundle stale. A directory changes with the names in it. */
function filesOf({ modules, assets }: BundleParts): string[] {
  return [...modules, ...assets, ...new Set(assets.map((asset) => dirname(asset))), ...MADE_WITH]
}

async function states(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const add = (path: string): void => void found.set(path, stateOf(join(root, path)))
  for (const folder of SOURCES) {
    add(folder)
    for (const name of await readdir(join(root, folder), { recursive: true })) add(join(folder, name))
  }
  MADE_WITH.forEach(add)
  return found
}

function manifests(): string[] {
  return PACKAGES.map((name) => `packages/${name}/package.json`)
}

function scripts(): string[] {
  return ['bundle-writ.ts', 'make-bundle.ts', 'python-memory.ts'].map((name) => `scripts/bundle/${name}`)
}

/** Puts a bundle where it belongs. The same one that is there already stays, unless a part of it is gone. */
async function put(made: string, at: string): Promise<void> {
  if (await moved(made, at)) return
  const [wanted, there] = [await readdir(made, { recursive: true }), await readdir(at, { recursive: true })]
  if (wanted.every((name) => there.includes(name))) return
  await remove(at)
  await moved(made, at)
}

/** False when there is something already. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    return false
  }
}

/** Removes a bundle. It is moved away first, so that whoever is cut short leaves no half of it in its place. */
async function remove(path: string): Promise<void> {
  const aside = await mkdtemp(join(BUNDLED, 'old-'))
  await rename(path, aside).catch(() => undefined) // somebody else removed it
  await rm(aside, { recursive: true, force: true })
}

async function replace(path: string, content: object): Promise<void> {
  const written = `${path}.${process.pid}`
  await writeFile(written, `${JSON.stringify(content, null, 1)}\n`)
  await rename(written, path)
}

/** The day of the bundle that was in use begins now: processes may have started from it a moment ago. */
async function keepFromNow(next: string): Promise<void> {
  const last = await readFile(CURRENT, 'utf8').catch(() => '{}')
  const { bundle } = JSON.parse(last) as { bundle?: string }
  const now = new Date()
  if (bundle !== undefined && bundle !== next)
    await utimes(join(BUNDLED, bundle), now, now).catch(() => undefined)
}

async function removeOld(inUse: string): Promise<void> {
  for (const entry of await readdir(BUNDLED, { withFileTypes: true })) {
    const path = join(BUNDLED, entry.name)
    if (!entry.isDirectory() || [inUse, 'python'].includes(entry.name) || path === place) continue
    const { ctimeMs } = await stat(path)
    if (Date.now() - ctimeMs > KEPT_MS) await remove(path)
  }
}
