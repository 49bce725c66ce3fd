import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createWrit } from 'writ'
import type * as Zip from '../../../packages/writ/src/formats/child/zip-reader.ts'
import type { Measure } from '../measure.ts'
import { checkerTruth, type Fact } from './checker-truth.ts'

/** Packages whose sources are not minified, by where those lie. */
const PACKAGES: Readonly<Record<string, string>> = {
  commander: 'lib',
  'postal-mime': 'src',
  htmlparser2: 'src',
  mammoth: 'lib',
}

const NODE_MODULES = resolve(import.meta.dirname, '../../../node_modules')

const ZIP_READER = new URL('../../../packages/writ/src/formats/child/zip-reader.ts', import.meta.url)

const ENOUGH = 0.95

/** Every link of every symbol, by the same functions that a frame has. */
const SCRIPT = `export const meta = { name: 'all-links', description: 'every call and write' }
const { symbols: all } = await symbols({ limit: 5000 })
const place = new Map(all.map((s) => [s.id, s.doc + ':' + s.line]))
const calls = []
for (const s of all) {
  const { links: rows } = await links(s.id, { kind: 'calls', limit: 5000 })
  for (const r of rows) calls.push([r.doc, r.line, r.name, place.get(r.to), r.confidence])
}
const { links: rows } = await links('*', { kind: 'writes', limit: 5000 })
const writes = rows.filter((r) => r.inFunction && r.kind !== 'mutate').map((r) => [r.doc, r.line, r.name, place.get(r.to), r.confidence])
FINAL({ calls, writes, symbols: all.length })
`

type Row = readonly [doc: string, line: number, name: string, to: string, confidence: string]

/** Calls and writes that the structure of code tells, held against TypeScript's checker, and Python's own parser, over real packages. */
export async function* code(): AsyncGenerator<Measure> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    for (const [name, folder] of Object.entries(PACKAGES)) {
      const corpus = join(place, name)
      await cp(join(NODE_MODULES, name, folder), corpus, {
        recursive: true,
      })
      yield* measurePackage(name, corpus, place)
    }
    yield* measurePython(place)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** The standard library of Python against what its own `ast` and `symtable` found in it. */
async function* measurePython(place: string): AsyncGenerator<Measure> {
  const text = gunzipSync(await readFile(join(import.meta.dirname, 'python-truth.json.gz'))).toString()
  const truth = JSON.parse(text) as PythonTruth
  const corpus = join(place, 'python')
  await extractFiles(truth.files, corpus)
  const { calls, writes, symbols, seconds } = await linksOf('python', corpus, place)
  const facts = (rows: PythonTruth['calls']): readonly Fact[] =>
    rows.map(([doc, line, said, to]) => ({ doc, line, text: said, to }))
  yield* compared('Python: calls', calls, facts(truth.calls), `${symbols} symbols, ${seconds} s`, 'Python')
  yield* compared('Python: writes to module state', writes, facts(truth.writes), '', 'Python')
}

interface PythonTruth {
  readonly files: readonly string[]
  readonly calls: readonly (readonly [doc: string, line: number, text: string, to: string])[]
  readonly writes: PythonTruth['calls']
}

/** Writes files of the standard library that the package pyodide has. */
async function extractFiles(files: readonly string[], to: string): Promise<void> {
  const zip = await readFile(join(NODE_MODULES, 'pyodide/python_stdlib.zip'))
  const { readZip } = (await import(ZIP_READER.href)) as typeof Zip
  for (const entry of readZip(zip)) {
    if (!files.includes(entry.name)) continue
    await mkdir(dirname(join(to, entry.name)), { recursive: true })
    await writeFile(join(to, entry.name), entry.read())
  }
}

interface Found {
  readonly calls: Row[]
  readonly writes: Row[]
  readonly symbols: number
  readonly seconds: string
}

async function linksOf(name: string, corpus: string, place: string): Promise<Found> {
  const script = join(place, 'all-links.js')
  await writeFile(script, SCRIPT)
  const started = performance.now()
  const writ = await createWrit({ home: join(place, `${name}-home`) })
  const answer = await writ.completion({
    query: 'links',
    context: { paths: [corpus] },
    strategy: `script:${script}`,
  })
  await writ.close()
  const seconds = (performance.now() - started) / 1000
  if (answer.status !== 'complete') throw new Error(`${name}: ${JSON.stringify(answer.reason)}`)
  return {
    ...(answer.value as { calls: Row[]; writes: Row[]; symbols: number }),
    seconds: seconds.toFixed(1),
  }
}

async function* measurePackage(name: string, corpus: string, place: string): AsyncGenerator<Measure> {
  const files = (await readdir(corpus, { recursive: true }))
    .filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
    .sort()
  const found = await linksOf(name, corpus, place)
  const options = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    strict: false,
    target: 'esnext',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    allowImportingTsExtensions: true,
    types: [],
  }
  await mkdir(corpus, { recursive: true })
  await writeFile(join(corpus, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }))
  const truth = checkerTruth(corpus, files)
  yield* compared(
    `${name}: calls`,
    found.calls,
    truth.calls,
    `${found.symbols} symbols, ${found.seconds} s; ${truth.typed} more calls are told by types alone`,
  )
  yield* compared(`${name}: writes to module state`, found.writes, truth.writes, '')
}

function* compared(
  task: string,
  rows: readonly Row[],
  truth: readonly Fact[],
  more: string,
  judge = 'TypeScript',
): Generator<Measure> {
  const known = new Set(truth.map(({ doc, line, text, to }) => `${doc}:${line} ${text} → ${to}`))
  const keys = (some: readonly Row[]): Set<string> =>
    new Set(some.map(([doc, line, text, to]) => `${doc}:${line} ${text.replaceAll(/\s+/g, '')} → ${to}`))
  const certain = keys(rows.filter(([, , , , confidence]) => confidence === 'certain'))
  const right = [...certain].filter((key) => known.has(key)).length
  const precision = certain.size === 0 ? 1 : right / certain.size
  const recall = known.size === 0 ? 1 : right / known.size
  if (process.env.WRIT_BENCH_DIFFERENCES !== undefined) {
    for (const key of certain) if (!known.has(key)) process.stderr.write(`${task}: only here ${key}\n`)
    for (const key of known) if (!certain.has(key)) process.stderr.write(`${task}: only there ${key}\n`)
  }
  const target = `≥ ${ENOUGH}`
  const detail = `of ${certain.size} certain, ${right} as ${judge} says`
  yield {
    task: `${task}, precision`,
    score: rounded(precision),
    detail: more === '' ? detail : `${detail}; ${more}`,
    target,
    met: precision >= ENOUGH,
  }
  yield {
    task: `${task}, recall`,
    score: rounded(recall),
    detail: `of ${known.size} that ${judge} resolves by name`,
    target,
    met: recall >= ENOUGH,
  }
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000
}
