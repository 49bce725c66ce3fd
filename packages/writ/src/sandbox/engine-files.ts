import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/** The directory of this room: all the confined child may read of our own code. */
export const roomPath: string = dirname(fileURLToPath(import.meta.url))

export const wasmPath = (): string => require.resolve('quickjs-wasi/quickjs.wasm')

/** Directories of the packages the child loads. */
export function packagePaths(): readonly string[] {
  return [...new Set(['quickjs-wasi', 'acorn', '@swc/wasm-typescript'].flatMap((name) => placesOf(name)))]
}

/** Directories of a package: where it is found, and where it is when that is a link. */
function placesOf(name: string): readonly string[] {
  const places = require.resolve.paths(name) ?? []
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path))
  return [...(found === undefined ? [] : [found]), dirname(require.resolve(`${name}/package.json`))]
}

/** The prelude's modules by file name, in order of their names. */
export function readPrelude(): Record<string, string> {
  const folder = join(roomPath, 'guest')
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort()
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
