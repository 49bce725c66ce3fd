import { cp, readdir } from 'node:fs/promises'
import { join, posix, relative, resolve } from 'node:path'
import {
  type CodeSplittingOptions,
  type OutputChunk,
  type Plugin,
  type RolldownOutput,
  rolldown,
} from 'rolldown'

// Writ in few files: the library, the command, and one file for each thread and for the confined child, which may read
// nothing else of ours. Packages of others stay imports, but for those the command takes in.

const root = resolve(import.meta.dirname, '../..')
const packages = join(root, 'packages')
const source = join(packages, 'writ', 'src')

/** What a program imports. */
const LIBRARY = ['index', 'ledger/index', 'cli/terminal']

/** What a user starts. */
const COMMAND = ['cli/main']

/** What a command loads when it asks: one file beside that of the command, because finding forty takes as long as running them. */
const QUESTION = 'cli/ask'

/** Its own threads. Each is whole in its one file. */
const THREADS = ['policy/cedar-thread', 'ledger/worker', 'memory/worker']

/** What it starts in other processes. Each is whole in its one file, too. */
const STARTED = [
  'memory/index-process',
  'sandbox/child/main',
  'sandbox/sql/child/main',
  'sandbox/worker/main',
  'sandbox/python/child/main',
]

/** What Writ starts itself, with the packages of others that are in it: a child that can read its own file only. */
const CLOSED = ['formats/child/main']

/** What a bundle is made of, by path from the root of the checkout. */
export interface BundleParts {
  readonly modules: readonly string[]
  readonly assets: readonly string[]
}

/** Where a bundle is used. A program that has our other packages shares them with a published library. */
type Use = 'checkout' | 'published'

/** Writes the bundle into an empty directory, with everything it reads beside its code. */
export async function bundleWrit(into: string, use: Use): Promise<BundleParts> {
  const shared = use === 'published' ? /^[^./\0]/ : OTHERS
  const taken = new Set(TAKEN_IN)
  const parts = [
    await bundle(LIBRARY, into, { external: shared }),
    await bundle(COMMAND, into, { external: UNBUNDLED, format: 'cjs', together: QUESTION }),
    ...(await Promise.all(THREADS.map((entry) => bundle([entry], into, { whole: true, format: 'cjs' })))),
    ...(await Promise.all(STARTED.map((entry) => bundle([entry], into, { whole: true })))),
    ...(await Promise.all(
      CLOSED.map((entry) => bundle([entry], into, { whole: true, external: NOTHING, taken })),
    )),
  ]
  const modules = [...new Set(parts.flat())].sort()
  await copyLicences(into, taken)
  return { modules, assets: await copyAssets(source, into) }
}

/** Copies the licences of what is taken in. */
async function copyLicences(into: string, taken: ReadonlySet<string>): Promise<void> {
  for (const name of taken) {
    const from = join(root, 'node_modules', name)
    for (const file of (await readdir(from)).filter((entry) => /^licen[cs]e/i.test(entry)))
      await cp(join(from, file), join(into, 'licences', `${name.replaceAll('/', '-')}.txt`))
  }
}

/** Copies what no compiler carries along: prompts, the personal policy bundle with its image, guest code. Gives what was copied. */
async function copyAssets(from: string, into: string): Promise<string[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && /\.(md|cedar|cedarschema|json|image|js|py)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files) await cp(file, join(into, relative(from, file)))
  return files.map((file) => relative(root, file)).sort()
}

/** Packages of others. */
const OTHERS = /^(?!@writ\/)[^./\0]/

/** Those of many files that the command loads: finding a hundred files takes it longer than running them. */
export const TAKEN_IN: readonly string[] = [
  'acorn',
  'commander',
  'zod',
  'canonicalize',
  '@ai-sdk/openai-compatible',
  '@ai-sdk/provider',
  '@ai-sdk/provider-utils',
  '@workflow/serde',
  'eventsource-parser',
]

const UNBUNDLED = new RegExp(`^(?!(?:@writ|${TAKEN_IN.join('|')})(?:/|$))[^./\\0]`)

/** What a child that is closed needs of others is in its file. */
const NOTHING = /^node:/

interface BundleOptions {
  /** What stays an import. */
  readonly external?: RegExp
  /** Whether everything goes into the one file of the entry. */
  readonly whole?: boolean
  /** The form of modules. Only scripts, which CommonJS modules are, can be kept with all they compiled. */
  readonly format?: 'es' | 'cjs'
  /** A module that is loaded later, in one file with all it imports that is not loaded already. */
  readonly together?: string
  /** Gathers the names of the packages of others that went in. */
  readonly taken?: Set<string>
}

/** Bundles files that share code, and gives the modules of ours that it was made of, those without code of their own too. */
async function bundle(
  entries: readonly string[],
  into: string,
  { external = OTHERS, whole = false, format = 'es', together, taken }: BundleOptions = {},
): Promise<string[]> {
  const read = new Set<string>()
  const made = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(source, `${entry}.ts`)])),
    platform: 'node',
    ...(together === undefined ? {} : { preserveEntrySignatures: 'allow-extension' }),
    external,
    resolve: { conditionNames: ['@writ/source', 'node', 'import', 'module', 'default'] },
    plugins: [{ name: 'read', transform: (_code, id) => void read.add(id) }, keepPlaces],
    onLog: (_level, { code, id, message }) => {
      // The engine of grammars has an `eval` for scripts of side modules. In the child that runs it, Node refuses every one.
      if (code === 'EVAL' && id?.includes('/web-tree-sitter/') === true) return
      throw new Error(message)
    },
  })
  try {
    const ending = format === 'cjs' ? 'cjs' : 'js'
    const names = { entryFileNames: `[name].${ending}`, chunkFileNames: `chunks/[name]-[hash].${ending}` }
    const split = together === undefined ? !whole : groupsOf((await made.generate(names)).output, together)
    await made.write({
      ...names,
      dir: into,
      format,
      codeSplitting: split,
      comments: { annotation: false, jsdoc: false },
    })
    for (const id of read) {
      const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]
      if (name !== undefined) taken?.add(name)
    }
    return [...read].filter((id) => id.startsWith(packages)).map((id) => relative(root, id))
  } finally {
    await made.close()
  }
}

/** Splits as it would be split anyway, but for what a module adds to the entries once it is loaded: that is one group. */
function groupsOf(output: RolldownOutput['output'], together: string): CodeSplittingOptions {
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])))
  const later = [...chunks.values()].filter(
    (chunk) => chunk.facadeModuleId === join(source, `${together}.ts`),
  )
  const modules = modulesOf(later, chunks)
  for (const id of modulesOf(
    [...chunks.values()].filter((chunk) => chunk.isEntry),
    chunks,
  ))
    modules.delete(id)
  const name = (id: string): string | null => (modules.has(id) ? posix.basename(together) : null)
  return { includeDependenciesRecursively: false, groups: [{ debugName: together, name }] }
}

/** The modules of chunks and of all that these import at once. */
function modulesOf(of: readonly OutputChunk[], chunks: ReadonlyMap<string, OutputChunk>): Set<string> {
  const found = new Set(of)
  for (const chunk of found)
    for (const name of chunk.imports) {
      const imported = chunks.get(name)
      if (imported !== undefined) found.add(imported)
    }
  return new Set([...found].flatMap(({ moduleIds }) => moduleIds))
}

/** A file's own address, by the form of the module. */
const HERE: Readonly<Record<string, string>> = {
  es: 'import.meta.url',
  cjs: "require('node:url').pathToFileURL(__filename)",
}

/**
 * A module that is part of a bundle still takes itself for a file of its own, at the path it would have without: so it
 * finds what it reads and starts where that was copied.
 */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith(packages)) return null
    if (/import\.meta\.(dirname|filename)/.test(code)) throw new Error(`${id} has another place in a bundle.`)
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return null
    const place = relative(source, id).replace(/\.ts$/, '.js')
    return { code: code.replaceAll('import.meta.url', JSON.stringify(`writ-place:${place}`)), map: null }
  },
  renderChunk: (code, { fileName }, { format }) =>
    code.replaceAll(/(["'`])writ-place:([^"'`]+)\1/g, (_match, _quote, place: string) => {
      const path = posix.relative(posix.dirname(fileName), place)
      return `new URL(${JSON.stringify(path)}, ${HERE[format]}).href`
    }),
}
