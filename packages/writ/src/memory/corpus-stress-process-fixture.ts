import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type CodeReader, isWritError, type Library } from '@writ/contract'
import { corpusText } from './corpus-fixture.ts'
import { openLibrary } from './library.ts'
import { requestFor } from './memory-fixture.ts'

// One of several processes that use the same corpora at once, for a test: role, home, directory, seconds, seed. What it is told that nobody
// could be told goes to standard output, a line each, and last how often it did its part.

type Role = 'ingest' | 'open' | 'twin'

const [role = 'open', home = '', docs = '', seconds = '5', seed = '0'] = process.argv.slice(2)
const until = performance.now() + Number(seconds) * 1_000
const PART_BYTES = 40_000

/** What each may be told: the corpus is not there, not there yet, or somebody else changes it. */
const EXPECTED: Readonly<Record<Role, readonly string[]>> = {
  ingest: ['CORPUS_BUSY'],
  open: ['UNKNOWN_CORPUS'],
  twin: ['CORPUS_BUSY'],
}

/** Takes as long as a parser does, and knows nothing. */
const readCode: CodeReader['readCode'] = async () => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  return { code: 'damaged', reason: 'nothing is known of it' }
}

function request(): ReturnType<typeof requestFor> {
  return { ...requestFor(docs, home), inUse: async () => new Set<string>() }
}

/** Changes a file, and has the corpus brought up to date. */
async function ingest(library: Library, round: number): Promise<void> {
  const path = join(docs, `part-${round % 3}`, `${Number(seed) % 7}.${round % 2 === 0 ? 'md' : 'ts'}`)
  mkdirSync(dirname(path), { recursive: true })
  const text = corpusText(1_000 * Number(seed) + (round % 5))
  writeFileSync(path, path.endsWith('.ts') ? `export const words = ${JSON.stringify(text)}\n` : text)
  const store = await library.ingest('docs', request())
  await store.readStructure()
  await store.close()
}

/** Opens the corpus, and asks something of it. */
async function open(library: Library): Promise<void> {
  const store = await library.openNamed('docs')
  try {
    for (const { id } of store.partitions) {
      const found = await store.search(id, { query: 'harbour', k: 3 })
      if (found.length === 0) throw new Error('nothing was found in a corpus that has it')
      for (const { doc, start, end } of found) await store.read(doc, start, end)
      const { signal } = new AbortController()
      await store.symbols({ partitions: [id], docs: null }, { limit: 5 }, signal)
    }
  } finally {
    await store.close()
  }
}

/** Keeps the same files under two more names, removes the one while the other is kept, and opens what is left. */
async function twin(library: Library, round: number): Promise<void> {
  const [one, other] = [`one-${seed}`, `other-${seed}`]
  await (await library.ingest(one, request())).close()
  const kept = library.ingest(other, request())
  kept.catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, (round * 7) % 60))
  await library.remove(one, new Set())
  await (await kept).close()
  await (await library.openNamed(other)).close()
  await library.remove(other, new Set())
}

const roles: Readonly<Record<Role, (library: Library, round: number) => Promise<void>>> = {
  ingest,
  open,
  twin,
}
const library = await openLibrary(home, { partBytes: PART_BYTES, readCode })
let rounds = 0
for (let round = 0; performance.now() < until; round += 1) {
  try {
    await roles[role as Role](library, round)
    rounds += 1
  } catch (error) {
    if (isWritError(error) && EXPECTED[role as Role].includes(error.code)) continue
    const told = error instanceof Error ? { error: error.stack, cause: error.cause } : { error }
    process.stdout.write(
      `${JSON.stringify({ role, round, ...told, code: isWritError(error) ? error.code : null })}\n`,
    )
  }
}
await library.close()
process.stdout.write(`${JSON.stringify({ role, rounds })}\n`)
