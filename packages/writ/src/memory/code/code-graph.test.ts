import type { CodeDefinition, CodeFacts, CodeReach } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { CodeGraph } from './code-graph.ts'
import type { SourceFile } from './code-symbols.ts'
import { fileOf } from './module-files.ts'

const NO_FACTS: CodeFacts = {
  definitionsOnly: false,
  partly: false,
  definitions: [],
  uses: [],
  imports: [],
  exports: [],
}

const reach = (root: CodeReach['root'], n: number, path: readonly string[] = []): CodeReach => ({
  root,
  n,
  path,
  loose: false,
})

const variable = (name: string, value: CodeReach | null): CodeDefinition => ({
  name,
  kind: 'variable',
  start: 0,
  end: 1,
  from: 0,
  to: 1,
  container: null,
  local: false,
  fixed: false,
  value,
  bases: [],
  loose: false,
})

describe('names that lead to each other', () => {
  it('end where modules hand on all of each other', () => {
    const docs = Array.from({ length: 40 }, (_, n) => `${n}.js`)
    const files = docs.map((doc): SourceFile => {
      const imports = docs.map((other) => ({ source: `./${other}`, name: '*', common: false }))
      const exports = imports.map((_, n) => ({ name: '*', reach: reach('import', n) }))
      const call = { kind: 'call', start: 0, end: 1, within: null, inFunction: false } as const
      const uses = docs.map((_, n) => ({ ...call, reach: reach('import', n, ['missing']) }))
      return { doc, facts: { ...NO_FACTS, imports, exports, uses } }
    })
    const graph = new CodeGraph(files)
    expect(graph.open).toHaveLength(1_600)
    expect(graph.edges).toHaveLength(0)
  })

  it('end where variables hold members of each other', () => {
    const definitions = Array.from({ length: 30 }, (_, n) =>
      variable(
        `v${n}`,
        reach(
          'own',
          (n + 1) % 30,
          Array.from({ length: 12 }, () => 'x'),
        ),
      ),
    )
    const uses = definitions.map((_, n) => ({
      kind: 'call' as const,
      start: 0,
      end: 1,
      within: null,
      inFunction: false,
      reach: reach('own', n, ['x', 'x']),
    }))
    const graph = new CodeGraph([{ doc: 'a.js', facts: { ...NO_FACTS, definitions, uses } }])
    expect(graph.open).toHaveLength(30)
  })

  it('end where classes extend each other', () => {
    const definitions = [0, 1].map((n): CodeDefinition => {
      return { ...variable(`C${n}`, null), kind: 'class', bases: [reach('own', 1 - n)] }
    })
    const uses = [
      {
        kind: 'call',
        start: 0,
        end: 1,
        within: null,
        inFunction: true,
        reach: reach('own', 0, ['*this', 'm']),
      },
    ] as const
    const graph = new CodeGraph([{ doc: 'a.js', facts: { ...NO_FACTS, definitions, uses } }])
    expect(graph.edges.map(({ kind }) => kind)).toEqual(['extend', 'extend'])
    expect(graph.open).toHaveLength(1)
  })
})

it('a name that was followed before its member was known to be assigned is not certain all the same', () => {
  // const api = { run() {} }; const go = api.run; go.seen = 1; api.run = other; go()
  const definitions: CodeDefinition[] = [
    variable('api', null),
    { ...variable('run', null), kind: 'method', container: 0, fixed: true },
    variable('go', reach('own', 0, ['run'])),
  ]
  const use = { start: 0, end: 1, within: null, inFunction: false } as const
  const called = (uses: CodeFacts['uses']): readonly (string | undefined)[][] =>
    new CodeGraph([{ doc: 'a.js', facts: { ...NO_FACTS, definitions, uses } }]).edges
      .filter(({ kind }) => kind === 'call')
      .map(({ to, confidence }) => [to?.def.name, confidence])
  const seen = { ...use, kind: 'member-write', reach: reach('own', 2, ['seen']) } as const
  const assigned = { ...use, kind: 'member-write', reach: reach('own', 0, ['run']) } as const
  const call = { ...use, kind: 'call', reach: reach('own', 2) } as const
  expect(called([seen, call])).toEqual([
    ['go', 'certain'],
    ['run', 'certain'],
  ])
  for (const writes of [
    [seen, assigned],
    [assigned, seen],
  ])
    expect(called([...writes, call])).toEqual([
      ['go', 'likely'],
      ['run', 'likely'],
    ])
})

describe('the file that a specifier names', () => {
  const has =
    (...docs: string[]) =>
    (doc: string): boolean =>
      docs.includes(doc)

  it.each([
    ['src/a.ts', './b.js', ['src/b.ts'], 'src/b.ts'],
    ['src/a.ts', './b.js', ['src/b.ts', 'src/b.js'], 'src/b.js'],
    ['src/a.ts', '../lib', ['lib/index.mjs'], 'lib/index.mjs'],
    ['src/a.ts', '.', ['src/index.ts'], 'src/index.ts'],
    ['a.js', './x/../b', ['b.js'], 'b.js'],
    ['a.js', 'b', ['b.js'], undefined],
    ['a.js', '../b.js', ['b.js'], undefined],
    ['a.js', '/b.js', ['b.js'], undefined],
  ])('of %s, %s', (from, specifier, docs, found) => {
    expect(fileOf(from, specifier, has(...docs))).toBe(found)
  })
})
