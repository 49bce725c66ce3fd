import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './sha256.ts'

/** A pack that a partition is made of, and the places in it of documents that count no more. */
export interface Part {
  readonly pack: string
  readonly gone: readonly number[]
}

const SCHEMA = 'writ.parts/1'

/** The file that binds several parts together; its hash names the state of a partition as that of a pack does. */
export function partsFile(parts: readonly Part[]): { readonly bytes: Buffer; readonly hash: string } {
  const rows = parts.map(({ pack, gone }) => ({ pack, gone }))
  const bytes = Buffer.from(`${JSON.stringify({ schema: SCHEMA, parts: rows })}\n`)
  return { bytes, hash: sha256(bytes) }
}

/** The parts of the state of a partition, or undefined when nothing in the directory has that name. */
export function partsOf(packs: string, hash: string): readonly Part[] | undefined {
  if (existsSync(join(packs, `${hash}.pack`))) return [{ pack: hash, gone: [] }]
  const path = join(packs, `${hash}.parts`)
  const bytes = ifThere(path)
  if (bytes === undefined) return undefined
  if (sha256(bytes) !== hash) throw new Error(`${path} is not what its name says`)
  const { schema, parts } = JSON.parse(bytes.toString()) as { schema: string; parts: Part[] }
  if (schema !== SCHEMA) throw new Error(`${path} is not a list of parts`)
  return parts
}

/** Another process may remove it at any moment. */
function ifThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The same, with all of them there. */
export function wholeParts(packs: string, hash: string): readonly Part[] | undefined {
  const parts = partsOf(packs, hash)
  return parts?.every(({ pack }) => existsSync(join(packs, `${pack}.pack`))) === true ? parts : undefined
}

/** The hashes of all files that the state of a partition is kept in. */
export function packsOf(packs: string, hash: string): readonly string[] {
  return [...new Set([hash, ...(partsOf(packs, hash) ?? []).map(({ pack }) => pack)])]
}
