import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

// The walls of the house: which room may import which. ARCHITECTURE.md draws them; this test keeps them.

const root = resolve(import.meta.dirname, '..')
const runtime = 'packages/writ/src'

/** The floors of the house above its rooms, from the top: each may import itself, those below it, and rooms. */
const HOUSE = [['runs'], ['export', 'admin'], ['verify', 'retention'], ['home', 'scripts'], ['files']]

/** The rooms, which do not know of each other. */
const ROOMS = [
  'kernel',
  'reasoning',
  'policy',
  'memory',
  'sandbox',
  'models',
  'ledger',
  'transparency',
  'witness',
  'formats',
]

/** The floors of the kernel, from the top: each may import itself and those below it. */
const FLOORS = ['run', 'frame', 'steps', 'state', 'journal', 'basis']

interface Import {
  readonly file: string
  readonly specifier: string
  /** Whether it is loaded with the file, names types only, or is loaded when it is asked for. */
  readonly when: 'loaded' | 'types' | 'later'
}

/** What is made or installed, not written. */
const MADE = ['node_modules', 'dist', 'bundled']

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return MADE.includes(entry.name) ? [] : sources(path)
    return entry.isFile() && /\.(ts|js)$/.test(entry.name) ? [path] : []
  })
}

/** Every module specifier of a file: static, dynamic and re-exports. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const clauses = [...text.matchAll(/^\s*(?:import|export)\b([^'"]*?)\bfrom\s+['"]([^'"]+)['"]/gm)]
  const named = new Set(clauses.map(([, , to]) => to))
  const loaded = new Set(clauses.filter(([, names = '']) => !/^\s*type\b/.test(names)).map(([, , to]) => to))
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm)
  return [...found].map(([, specifier = '']) => {
    const when = loaded.has(specifier) ? 'loaded' : named.has(specifier) ? 'types' : 'later'
    return { file, specifier, when }
  })
}

const isTest = (file: string): boolean => /\.test\.ts$|[-.]fixture\.ts$|\/testing\//.test(file)
const productImports = (folder: string): Import[] =>
  sources(folder)
    .filter((file) => !isTest(file))
    .flatMap(importsOf)

/** Where an import of ours leads: a package name, or a path from the root for a relative one. */
function target({ file, specifier }: Import): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier))
  return /^(@writ\/|writ$|writ\/)/.test(specifier) ? specifier : undefined
}

function violations(imports: readonly Import[], allowed: (to: string, from: string) => boolean): string[] {
  return imports.flatMap((item) => {
    const to = target(item)
    return to === undefined || allowed(to, item.file) ? [] : [`${item.file} imports ${item.specifier}`]
  })
}

/** Files that import each other round in circles, one group a circle. */
function cycles(imports: readonly Import[]): string[][] {
  const graph = new Map<string, Set<string>>()
  for (const item of imports) {
    const to = target(item)
    if (to !== undefined) graph.set(item.file, (graph.get(item.file) ?? new Set()).add(to))
  }
  const reached = new Map([...graph.keys()].map((file) => [file, reachable(graph, file)]))
  const groups = new Map<string, string[]>()
  for (const [file, to] of reached) {
    if (!to.has(file)) continue
    const group = [...to].filter((other) => reached.get(other)?.has(file) === true).sort()
    groups.set(group.join(), group)
  }
  return [...groups.values()]
}

function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const seen = new Set<string>()
  const open = [from]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const to of graph.get(file) ?? []) {
      if (seen.has(to)) continue
      seen.add(to)
      open.push(to)
    }
  }
  return seen
}

const within = (folder: string) => (to: string) => to === folder || to.startsWith(`${folder}/`)
const SHARED = ['@writ/contract', '@writ/evidence']
/** What any room may use: durable files, spare threads, checks of values by a schema, and confined children. */
const NEUTRAL = ['disk', 'threads', 'schema', 'confinement']
const isNeutral = (to: string): boolean => NEUTRAL.some((part) => within(`${runtime}/${part}`)(to))

describe('directions', () => {
  it('finds the imports it judges', () => {
    expect(productImports('packages').length).toBeGreaterThan(200)
  })

  it('contract imports nothing of ours and no runtime', () => {
    const imports = productImports('packages/contract/src')
    expect(violations(imports, within('packages/contract/src'))).toEqual([])
    expect(imports.filter(({ specifier }) => specifier.startsWith('node:'))).toEqual([])
  })

  it('evidence imports the contract only, and reads no files', () => {
    const imports = productImports('packages/evidence/src')
    expect(
      violations(imports, (to) => to === '@writ/contract' || within('packages/evidence/src')(to)),
    ).toEqual([])
    expect(
      imports.filter(({ specifier }) => /^node:(fs|net|http|child_process|worker)/.test(specifier)),
    ).toEqual([])
  })

  it('the verifier for browsers imports the contract and evidence only, and nothing of Node', () => {
    const imports = productImports('packages/evidence/browser')
    const own = within('packages/evidence/browser')
    expect(violations(imports, (to) => SHARED.includes(to) || own(to))).toEqual([])
    expect(imports.filter(({ specifier }) => specifier.startsWith('node:'))).toEqual([])
  })

  it.each(ROOMS)('the room %s imports no other room', (room) => {
    const imports = productImports(`${runtime}/${room}`)
    expect(imports.length).toBeGreaterThan(0)
    const own = within(`${runtime}/${room}`)
    expect(violations(imports, (to) => SHARED.includes(to) || isNeutral(to) || own(to))).toEqual([])
  })

  it.each(NEUTRAL)('%s, which any room may use, imports no room of ours', (part) => {
    const imports = productImports(`${runtime}/${part}`)
    expect(imports.length).toBeGreaterThan(0)
    // A confined child has threads, and its starter keeps a file.
    const below = part === 'confinement' ? [part, 'disk', 'threads'] : [part]
    const allowed = (to: string): boolean => below.some((own) => within(`${runtime}/${own}`)(to))
    expect(violations(imports, (to) => to === '@writ/contract' || allowed(to))).toEqual([])
  })

  it('the built-in model imports the contract and nothing else of ours', () => {
    const folder = `${runtime}/models/extractive`
    const allowed = (to: string): boolean => to === '@writ/contract' || within(folder)(to)
    expect(violations(productImports(folder), allowed)).toEqual([])
  })

  it('the command line uses the public surface only, and what makes threads start sooner', () => {
    const allowed = (to: string): boolean =>
      SHARED.includes(to) ||
      to === `${runtime}/index.ts` ||
      within(`${runtime}/cli`)(to) ||
      within(`${runtime}/threads`)(to)
    expect(violations(productImports(`${runtime}/cli`), allowed)).toEqual([])
  })

  it.each(FLOORS)('the floor %s of the kernel imports nothing above it', (floor) => {
    const imports = productImports(`${runtime}/kernel/${floor}`)
    expect(imports.length).toBeGreaterThan(0)
    const below = FLOORS.slice(FLOORS.indexOf(floor)).map((name) => within(`${runtime}/kernel/${name}`))
    expect(
      violations(
        imports,
        (to) => SHARED.includes(to) || within(`${runtime}/schema`)(to) || below.some((own) => own(to)),
      ),
    ).toEqual([])
  })

  it('the kernel has one door', () => {
    const kernel = within(`${runtime}/kernel`)
    const outside = productImports(runtime).filter(({ file }) => !kernel(file))
    expect(violations(outside, (to) => !kernel(to) || to === `${runtime}/kernel/index.ts`)).toEqual([])
    expect(sources(`${runtime}/kernel`).filter((file) => file.split('/').length < 6)).toEqual([
      `${runtime}/kernel/index.ts`,
    ])
  })

  it('few files of the kernel know of a history: its journals, and what opens them', () => {
    const history = `${runtime}/kernel/journal/history.ts`
    const knowing = productImports(`${runtime}/kernel`).filter((item) => target(item) === history)
    expect([...new Set(knowing.map(({ file }) => file.slice(`${runtime}/kernel/`.length)))].sort()).toEqual([
      'journal/fork-journal.ts',
      'journal/replay-journal.ts',
      'journal/resume-journal.ts',
      'run/from-history.ts',
    ])
  })

  it('no file of the kernel is too long to read', () => {
    const files = sources(`${runtime}/kernel`).filter((file) => !isTest(file))
    const lines = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1
    expect(files.filter((file) => lines(file) > 400)).toEqual([])
  })

  it('nothing is loaded in a circle, and few types refer to each other in one', () => {
    const imports = productImports('packages').filter(({ when }) => when !== 'later')
    expect(cycles(imports.filter(({ when }) => when === 'loaded'))).toEqual([])
    expect(cycles(imports).length).toBeLessThanOrEqual(2)
  })

  it.each(HOUSE.flat())('%s imports nothing above or beside it', (part) => {
    const imports = productImports(`${runtime}/${part}`)
    expect(imports.length).toBeGreaterThan(0)
    const floor = HOUSE.findIndex((parts) => parts.includes(part))
    const barred = ['cli', ...HOUSE.slice(0, floor + 1).flat()].filter((name) => name !== part)
    const allowed = (to: string): boolean =>
      to !== `${runtime}/index.ts` && !barred.some((name) => within(`${runtime}/${name}`)(to))
    expect(violations(imports, allowed)).toEqual([])
  })

  it('files knows rooms by their types only', () => {
    const loaded = productImports(`${runtime}/files`).filter(({ when }) => when !== 'types')
    expect(loaded.length).toBeGreaterThan(0)
    const inRoom = (to: string): boolean => ROOMS.some((room) => within(`${runtime}/${room}`)(to))
    expect(violations(loaded, (to) => !inRoom(to))).toEqual([])
  })

  it('the house has no other parts', () => {
    const parts = readdirSync(join(root, runtime)).sort()
    expect(parts).toEqual([...HOUSE.flat(), ...ROOMS, ...NEUTRAL, 'cli', 'index.ts'].sort())
  })

  it.each(['verify/audit', 'export/steps', 'export/report', 'export/telemetry'])(
    '%s reads records, and opens no room',
    (part) => {
      const imports = productImports(`${runtime}/${part}`)
      expect(imports.length).toBeGreaterThan(0)
      const beside = [part, 'export/steps', 'export/run-source.ts', 'export/claimed-time.ts']
      const allowed = (to: string): boolean =>
        SHARED.includes(to) || beside.some((name) => within(`${runtime}/${name}`)(to))
      expect(violations(imports, allowed)).toEqual([])
    },
  )
})
