import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BundleFault } from './bundle-fault.ts'
import type { SourceFile } from './source-file.ts'

/** The files of a bundle as they are on disk. */
export interface BundleDirectory {
  readonly name: string
  /** Absent: the built-in schema is meant. */
  readonly schema: SourceFile | undefined
  /** Sorted by name; never empty. */
  readonly policies: readonly SourceFile[]
  /** Absent: the built-in facts are meant. */
  readonly facts: SourceFile | undefined
  /** Bytes of `bundle.dsse`, which is no part of the bundle: governance's signatures for it, or for an earlier one. */
  readonly signatures?: Uint8Array | undefined
}

/** The file beside a bundle that says who stands behind it. */
export const SIGNATURES = 'bundle.dsse'

/** Where the built-in personal bundle is shipped: beside this file. */
export const PERSONAL_DIRECTORY: string = fileURLToPath(new URL('./personal/', import.meta.url))

/**
 * Reads `schema.cedarschema`, `facts.json`, `*.cedar` and `policies/*.cedar` of a directory; nothing else in it matters.
 * Throws a `BundleFault` when it cannot be read or holds no policy.
 */
export async function readBundleDirectory(directory: string): Promise<BundleDirectory> {
  const names = await list(directory, '.')
  const nested = names.includes('policies') ? await list(directory, 'policies') : []
  const policyNames = [...names, ...nested.map((name) => `policies/${name}`)].filter((name) =>
    name.endsWith('.cedar'),
  )
  if (policyNames.length === 0) {
    throw new BundleFault('policies', 'there is no policy: no *.cedar and no policies/*.cedar')
  }
  const optional = async (name: string): Promise<SourceFile | undefined> =>
    names.includes(name) ? await read(directory, name) : undefined
  return {
    name: basename(resolve(directory)),
    schema: await optional('schema.cedarschema'),
    policies: await Promise.all(policyNames.sort().map((name) => read(directory, name))),
    facts: await optional('facts.json'),
    signatures: names.includes(SIGNATURES) ? await bytesOf(directory, SIGNATURES) : undefined,
  }
}

async function list(directory: string, name: string): Promise<string[]> {
  try {
    return await readdir(join(directory, name))
  } catch (cause) {
    throw new BundleFault(name, `cannot be listed: ${String(cause)}`, null, cause)
  }
}

async function bytesOf(directory: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(directory, name))
  } catch (cause) {
    throw new BundleFault(name, `cannot be read: ${String(cause)}`, null, cause)
  }
}

async function read(directory: string, name: string): Promise<SourceFile> {
  try {
    const bytes = await bytesOf(directory, name)
    return { name, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch (cause) {
    if (cause instanceof BundleFault) throw cause
    throw new BundleFault(name, `cannot be read as UTF-8 text: ${String(cause)}`, null, cause)
  }
}
