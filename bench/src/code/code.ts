import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createWrit } from 'writ'
import type { Measure } from '../measure.ts'
import { checkerTruth, type Fact } from './checker-truth.ts'

/** Packages whose sources are not minified, by where those lie. */
const PACKAGES: Readonly<Record<string, string>> = {
  commander: 'lib',
  'postal-mime': 'src',
  htmlparser2: 'src',
  mammoth: 'lib',
}

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

/** Calls and writes that the structure of code tells, held against TypeScript's checker over real packages. */
export async function* code(): AsyncGenerator<Measure> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    for (const [name, folder] of Object.entries(PACKAGES)) {
      const corpus = join(place, name)
      await cp(resolve(import.meta.dirname, '../../../node_modules', name, folder), corpus, {
        recursive: true,
      })
      yield* measurePackage(name, corpus, place)
    }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function* measurePackage(name: string, corpus: string, place: string): AsyncGenerator<Measure> {
  const files = (await readdir(corpus, { recursive: true }))
    .filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
    .sort()
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
  const found = answer.value as { calls: Row[]; writes: Row[]; symbols: number }
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
    `${found.symbols} symbols, ${seconds.toFixed(1)} s; ${truth.typed} more calls are told by types alone`,
  )
  yield* compared(`${name}: writes to module state`, found.writes, truth.writes, '')
}

function* compared(
  task: string,
  rows: readonly Row[],
  truth: readonly Fact[],
  more: string,
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
  const detail = `of ${certain.size} certain, ${right} as TypeScript says`
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
    detail: `of ${known.size} that TypeScript resolves by name`,
    target,
    met: recall >= ENOUGH,
  }
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000
}
