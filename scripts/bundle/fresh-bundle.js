import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Which bundle a checkout runs. Plain JavaScript, because the launcher asks before anything else and stripping types costs
// more than asking.

const root = resolve(import.meta.dirname, '../..')

/** Where the bundles of this checkout are, each in a directory named after the state of what it was made of. */
export const BUNDLED = join(root, 'packages', 'writ', 'bundled')

/** The file that names the bundle in use and everything it was made of. */
export const CURRENT = join(BUNDLED, 'current.json')

/**
 * Directory of the bundle made of the sources as they are, which is made first when there is none; undefined when it
 * cannot be made, and then the sources run.
 * @returns {string | undefined}
 */
export function freshBundle() {
  return currentBundle() ?? (make() ? currentBundle() : undefined)
}

/**
 * Directory of the bundle in use, unless one of the files it was made of is not as it was.
 * @returns {string | undefined}
 */
export function currentBundle() {
  try {
    const { bundle, files } = JSON.parse(readFileSync(CURRENT, 'utf8'))
    for (const [path, state] of Object.entries(files))
      if (stateOf(`${root}/${path}`) !== state) return undefined
    const place = join(BUNDLED, bundle)
    statSync(join(place, 'cli', 'main.cjs')) // it may be gone, or another user's
    return place
  } catch {
    return undefined
  }
}

/**
 * How a file or directory stands. The time of its last change is set by the system alone, so no copy or checkout can
 * bring an old one back.
 * @param {string} path
 */
export function stateOf(path) {
  const { size, mtimeMs, ctimeMs } = statSync(path)
  return `${size}/${mtimeMs}/${ctimeMs}`
}

function make() {
  const script = fileURLToPath(new URL('make-bundle.ts', import.meta.url))
  const { spawnSync } = process.getBuiltinModule('node:child_process') // 4 ms that only this takes
  const { status } = spawnSync(process.execPath, [script], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH },
  })
  return status === 0
}
