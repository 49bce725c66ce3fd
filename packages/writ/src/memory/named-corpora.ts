import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Amounts,
  type CorpusSummary,
  isWritError,
  LEVELS,
  type Omitted,
  type Skipped,
  WritError,
} from '@writ/contract'
import { z } from 'zod'
import type { KeptPartition } from './worker-calls.ts'

const Count = z.int().nonnegative()

/** What is kept of a corpus under its name; documents are in its packs. */
export interface CorpusManifest extends CorpusSummary {
  readonly schema: 'writ.corpus/1'
  readonly purposes: readonly string[]
  readonly owner: string
  readonly kept: readonly KeptPartition[]
  readonly omitted: readonly Omitted[]
  readonly skipped: Skipped
  /** Name of the list of the files it was made of, beside the manifests. */
  readonly files?: string | undefined
  /** States of partitions that it had before; those that are still there go with it. */
  readonly earlier?: readonly string[] | undefined
  /** Its source; absent where it was kept before anybody counted. */
  readonly code?: Amounts | undefined
}

const Fields = z.strictObject({
  schema: z.literal('writ.corpus/1'),
  name: z.string(),
  ingestedAt: z.iso.datetime(),
  firstIngestedAt: z.iso.datetime().optional(),
  documents: Count,
  bytes: Count,
  purposes: z.array(z.string()),
  owner: z.string(),
  partitions: Count,
  kept: z.array(
    z.strictObject({
      key: z.strictObject({
        collection: z.string(),
        label: z.strictObject({
          level: z.enum(LEVELS),
          categories: z.array(z.string()),
          untrusted: z.boolean(),
        }),
        purposes: z.array(z.string()),
        owner: z.string(),
      }),
      packSha256: z.string().regex(/^[0-9a-f]{64}$/),
      source: z.strictObject({ version: Count, files: Count, bytes: Count }).optional(),
    }),
  ),
  omitted: z.array(
    // Corpora kept before reasons were say the code alone.
    z.strictObject({ doc: z.string(), code: z.string(), reason: z.string().default('left out') }),
  ),
  skipped: z.record(z.string(), Count),
  files: z
    .string()
    .regex(/^[A-Za-z0-9._-]+\.files$/)
    .optional(),
  earlier: z.array(z.string().regex(/^[0-9a-f]{64}$/)).optional(),
  code: z.strictObject({ files: Count, bytes: Count }).optional(),
})

/** Corpora kept before the first ingestion was noted say the last one alone. */
const Manifest: z.ZodType<CorpusManifest> = Fields.transform((fields) => {
  return { ...fields, firstIngestedAt: fields.firstIngestedAt ?? fields.ingestedAt }
})

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

export function isName(name: string): boolean {
  return NAME.test(name)
}

export function requireName(name: string): void {
  if (isName(name)) return
  throw new WritError(
    'USAGE',
    `${JSON.stringify(name)} cannot name a corpus: use 1 to 100 letters, digits, ".", "_", "-", not starting with one of those marks`,
  )
}

/** The manifests of kept corpora, one file each. */
export class NamedCorpora {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Keeps a manifest, in place of an older one of its name; it is written in `scratch` first. */
  async save(given: CorpusManifest, scratch: string): Promise<void> {
    const manifest = { ...given, firstIngestedAt: (await this.#before(given)).firstIngestedAt }
    const unfinished = join(scratch, `${randomUUID()}.tmp`)
    await writeFile(unfinished, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
    await rename(unfinished, this.#path(manifest.name))
    await this.#forgetFiles(manifest.name, manifest.files)
  }

  /** Throws `UNKNOWN_CORPUS`. */
  async get(name: string): Promise<CorpusManifest> {
    const unknown = new WritError('UNKNOWN_CORPUS', `no corpus is named ${JSON.stringify(name)}`)
    if (!isName(name)) throw unknown
    let text: string
    try {
      text = await readFile(this.#path(name), 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw unknown
      throw error
    }
    return parse(text, this.#path(name))
  }

  /** Where a list of files is, or is to be. */
  filesPath(files: string): string {
    return join(this.#directory, files)
  }

  /** Forgets a name. Throws `UNKNOWN_CORPUS`. */
  async remove(name: string): Promise<CorpusManifest> {
    const manifest = await this.get(name)
    await rm(this.#path(name))
    await this.#forgetFiles(name)
    return manifest
  }

  /** The states of partitions that any corpus has. */
  async states(): Promise<ReadonlySet<string>> {
    return new Set((await this.all()).flatMap(({ kept }) => kept.map(({ packSha256 }) => packSha256)))
  }

  /** Manifests in order of name. */
  async all(): Promise<CorpusManifest[]> {
    const files = (await readdir(this.#directory)).filter((file) => file.endsWith('.json')).sort()
    const found = await Promise.all(files.map((file) => this.#ifThere(file.slice(0, -'.json'.length))))
    return found.filter((manifest) => manifest !== undefined)
  }

  /** Another process may remove a corpus once it was listed. */
  async #ifThere(name: string): Promise<CorpusManifest | undefined> {
    try {
      return await this.get(name)
    } catch (error) {
      if (isWritError(error) && error.code === 'UNKNOWN_CORPUS') return undefined
      throw error
    }
  }

  /** What a manifest takes the place of; itself, when that is nothing, or nothing that can be read. */
  async #before(manifest: CorpusManifest): Promise<CorpusManifest> {
    return await this.get(manifest.name).catch(() => manifest)
  }

  /** Removes the lists of files of a name but for one. */
  async #forgetFiles(name: string, kept?: string): Promise<void> {
    const lists = (await readdir(this.#directory)).filter((file) => filesOf(name).test(file) && file !== kept)
    await Promise.all(lists.map((file) => rm(join(this.#directory, file), { force: true })))
  }

  #path(name: string): string {
    return join(this.#directory, `${name}.json`)
  }
}

/** A name for another list of the files of a corpus. */
export function newFiles(name: string): string {
  return `${name}.${randomUUID()}.files`
}

function filesOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('.', '\\.')}\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.files$`)
}

function parse(text: string, path: string): CorpusManifest {
  try {
    return Manifest.parse(JSON.parse(text))
  } catch (cause) {
    throw new WritError('BAD_CONFIG', `${path} is not a corpus manifest; ingest the corpus again`, { cause })
  }
}
