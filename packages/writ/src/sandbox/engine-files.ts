import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/** The directory of this room: all the confined child may read of our own code. */
export const roomPath: string = dirname(fileURLToPath(import.meta.url))

export const wasmPath = (): string => require.resolve('quickjs-wasi/quickjs.wasm')

/** Directories of the packages the child loads: where they are found, and where they are when that is a link. */
export function packagePaths(): readonly string[] {
  const paths = ['quickjs-wasi', 'acorn', '@swc/wasm-typescript'].flatMap((name) => {
    const places = require.resolve.paths(name) ?? []
    const found = places.map((place) => join(place, name)).find((path) => existsSync(path))
    return [...(found === undefined ? [] : [found]), dirname(require.resolve(`${name}/package.json`))]
  })
  return [...new Set(paths)]
}

/** The prelude's modules by file name, in order of their names. */
export function readPrelude(): Record<string, string> {
  const folder = join(roomPath, 'guest')
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort()
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
