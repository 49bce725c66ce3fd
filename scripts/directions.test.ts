import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

// The walls of the house: which room may import which. ARCHITECTURE.md draws them; this test keeps them.

const root = resolve(import.meta.dirname, '..')
const runtime = 'packages/writ/src'

/** Files of the composition root: the only ones that may open rooms. */
const COMPOSITION = [
  'runtime.ts',
  'permit-export.ts',
  'do-again.ts',
  'recorded-file.ts',
  'examine.ts',
  'export-run.ts',
  'judge-policy.ts',
  'judge-replay.ts',
  'verify-file.ts',
  'index.ts',
  'home-keys.ts',
  'erase-run.ts',
  'order-hold.ts',
  'with-ledger.ts',
  'erase-expired.ts',
  'sign-bundle.ts',
  'require-unclosed.ts',
  'resume-run.ts',
  'fork-run.ts',
  'hand-out.ts',
  'home-source.ts',
  'show-run.ts',
  'view-access.ts',
  'run-view.ts',
  'open-models.ts',
  'abort-run.ts',
  'inspect-log.ts',
  'run-witness.ts',
  'renew-proofs.ts',
  'witness-quorum.ts',
]

interface Import {
  readonly file: string
  readonly specifier: string
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/node_modules|\/dist\//.test(file))
}

/** Every module specifier of a file: static, dynamic and re-exports. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm)
  return [...found].map((match) => ({ file, specifier: match[1] ?? '' }))
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

const within = (folder: string) => (to: string) => to === folder || to.startsWith(`${folder}/`)
const SHARED = ['@writ/contract', '@writ/evidence']
/** Durable files, which every room that keeps something may write. */
const onDisk = within(`${runtime}/disk`)

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

  it.each([
    'kernel',
    'audit',
    'memory',
    'reasoning',
    'policy',
    'sandbox',
    'models',
    'ledger',
    'exports',
    'transparency',
    'witness',
  ])('the room %s imports no other room', (room) => {
    const imports = productImports(`${runtime}/${room}`)
    expect(imports.length).toBeGreaterThan(0)
    const own = within(`${runtime}/${room}`)
    expect(violations(imports, (to) => SHARED.includes(to) || onDisk(to) || own(to))).toEqual([])
  })

  it('what writes files durably imports nothing of ours', () => {
    const imports = productImports(`${runtime}/disk`)
    expect(imports.length).toBeGreaterThan(0)
    expect(violations(imports, onDisk)).toEqual([])
  })

  it('the built-in model imports the contract and nothing else of ours', () => {
    const folder = `${runtime}/models/extractive`
    const allowed = (to: string): boolean => to === '@writ/contract' || within(folder)(to)
    expect(violations(productImports(folder), allowed)).toEqual([])
  })

  it('the command line uses the public surface only', () => {
    const allowed = (to: string): boolean =>
      SHARED.includes(to) || to === `${runtime}/index.ts` || within(`${runtime}/cli`)(to)
    expect(violations(productImports(`${runtime}/cli`), allowed)).toEqual([])
  })

  it('only the composition root opens rooms', () => {
    const files = readdirSync(join(root, runtime)).filter((name) => name.endsWith('.ts') && !isTest(name))
    const openers = files.filter((name) =>
      importsOf(`${runtime}/${name}`).some((item) => target(item)?.split('/').length === 5),
    )
    expect(openers.sort()).toEqual([...COMPOSITION].sort())
  })
})
