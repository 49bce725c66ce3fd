import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CELL_BACKSTOP_MS,
  CELL_FUEL_POLLS,
  type ConfinementLevel,
  counted,
  GUEST_MEMORY_BYTES,
  GUEST_STACK_BYTES,
  label,
  type Sandbox,
  toWritError,
} from '@writ/contract'
import { openParser } from '../formats/index.ts'
import type { HomeServices } from '../home/home-services.ts'
import { checkShards } from '../ledger/index.ts'
import { openLibrary } from '../memory/index.ts'
import { openSandbox, SandboxPool } from '../sandbox/index.ts'

/** What a check of one part found, or what is wrong and what to do. */
export interface Finding {
  readonly name: string
  readonly ok: boolean
  /** True of a part that a run may do without, and that is not here. */
  readonly absent?: boolean
  readonly detail: string
}

/** Codes of what is missing and only needed by whoever asks for it. */
const ABSENT: ReadonlySet<string> = new Set([
  'PYTHON_NOT_INSTALLED',
  'SQL_UNAVAILABLE',
  'CONFINEMENT_REDUCED',
])

/** What a level leaves to walls that the system does not keep: `SECURITY.md` has all of it. */
const OPEN: Readonly<Record<ConfinementLevel, string>> = {
  full: '',
  filtered: '; that files are not read rests on Deno alone',
  reduced: '; that no socket is opened rests on the VM alone, that no file is read on Node too',
}

/** Checks everything a run may need, each with the real part. Nothing is left behind but the home itself. */
export async function checkHome(services: HomeServices): Promise<readonly Finding[]> {
  const checks = {
    sandbox: () => checkJavaScript(),
    python: () => checkPython(services.sandboxes),
    tables: checkTables,
    documents: checkDocuments,
    policy: () => checkPolicy(services),
    memory: checkMemory,
    ledger: () => checkLedger(services),
  }
  return await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return { name, ok: true, detail: await check() }
      } catch (error) {
        const { code, message, next } = toWritError(error)
        const absent = ABSENT.has(code) ? { ok: true, absent: true } : { ok: false }
        return { name, ...absent, detail: `${message} ${next}` }
      }
    }),
  )
}

/** A cell of each language that has to give 42. */
const CELLS = {
  javascript: { language: 'typescript', code: '6 * (7 as number)' },
  python: { language: 'python', code: '6 * int("7")' },
} as const

async function checkJavaScript(): Promise<string> {
  const pool = new SandboxPool()
  try {
    return await pool.use((sandbox) => checkCell(sandbox, 'javascript'))
  } finally {
    await pool.close()
  }
}

async function checkPython(pool: SandboxPool): Promise<string> {
  return await pool.use(
    async (sandbox) => {
      const { packages = [] } = sandbox.confinement
      const known = packages.map(({ name, version, imports }) => `${name} ${version} (${imports.join(', ')})`)
      const importable = known.length === 0 ? 'the standard library alone' : known.join(', ')
      return `${await checkCell(sandbox, 'python')}; packages: ${importable}`
    },
    { language: 'python' },
  )
}

async function checkCell(sandbox: Sandbox, language: keyof typeof CELLS): Promise<string> {
  const vm = await sandbox.open({
    name: 'doctor',
    memoryBytes: GUEST_MEMORY_BYTES,
    stackBytes: GUEST_STACK_BYTES,
    seed: '00'.repeat(32),
    epochMs: 0,
    functions: [],
    context: { type: 'none' },
    language,
  })
  const limits = { fuelPolls: CELL_FUEL_POLLS, calls: 0, backstopMs: CELL_BACKSTOP_MS, outputChars: 100 }
  const result = await vm.run(CELLS[language], limits, () => undefined, new AbortController().signal)
  const { level, layers, lack } = sandbox.confinement
  if (result.shown !== '42')
    throw new Error(`A cell gave ${result.shown ?? result.error?.message ?? 'nothing'}, not 42.`)
  const why = lack === undefined ? '' : ` (${lack})`
  return `cells run; confinement ${level}${why}: ${layers.join(' → ')}${OPEN[level]}`
}

async function checkTables(): Promise<string> {
  const sandbox = await openSandbox()
  try {
    const { rows } = await sandbox.sql.run('SELECT 6 * 7 AS answer', [], 1, new AbortController().signal)
    const given = JSON.stringify(rows)
    if (given !== '[{"answer":42}]') throw new Error(`A query gave ${given}, not 42.`)
    return 'queries run in DuckDB'
  } finally {
    await sandbox.close()
  }
}

async function checkDocuments(): Promise<string> {
  const parser = openParser()
  try {
    const bytes = Buffer.from('<p>six times seven is 42</p>')
    const parsed = await parser.parse({ format: 'html', name: 'a.html', bytes })
    if (!('document' in parsed) || parsed.document?.text.includes('42') !== true)
      throw new Error('A page was parsed to something else.')
    return 'documents are parsed'
  } finally {
    await parser.close()
  }
}

async function checkPolicy(services: HomeServices): Promise<string> {
  const { bundle } = await services.policy()
  return `bundle ${bundle.name} (${bundle.hash.slice(0, 12)}…) loads`
}

async function checkMemory(): Promise<string> {
  await using opened = new AsyncDisposableStack()
  const place = await mkdtemp(join(tmpdir(), 'writ-doctor-'))
  opened.defer(() => rm(place, { recursive: true, force: true }))
  await writeFile(join(place, 'a.txt'), 'a needle in one line\n')
  const library = opened.adopt(await openLibrary(join(place, 'home')), (one) => one.close())
  const store = await library.open({
    paths: [join(place, 'a.txt')],
    texts: [],
    collection: 'doctor',
    defaultLabel: label('internal'),
    labels: [],
    purposes: ['general'],
    owner: 'doctor',
    home: join(place, 'home'),
  })
  const [partition] = store.partitions
  const request = { pattern: 'needle', ignoreCase: false, before: 0, after: 0, limit: 1 }
  const found = partition === undefined ? undefined : await store.grep(partition.id, request)
  if (found?.matches.length !== 1) throw new Error('ripgrep did not find what is there.')
  return 'SQLite FTS5 and ripgrep work'
}

async function checkLedger(services: HomeServices): Promise<string> {
  const signer = await services.signer()
  const runs = await (await services.ledger()).runs()
  const shards = checkShards(services.home)
  return `${counted(runs.length, 'run')}, ${counted(shards, 'shard')} without damage; operator key ${signer.publicKey('operator').keyId.slice(0, 12)}…`
}
