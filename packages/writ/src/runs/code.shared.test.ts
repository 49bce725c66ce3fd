import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LinkList, RunEvent, TextSource, WritError } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit, type Writ } from '../index.ts'
import { testRuns } from './test-runs.fixture.ts'

// The structure of code in runs: through the gate, into records, and done again without a parser.

const here = testRuns()
const { run, verified } = here

const MAIN = {
  id: 'src/main.js',
  text: `import { parse as read, count } from './parse.js'
import * as all from './parse.js'
export function main(parse) { parse(1); return read(2) + all.parse(3) }
export class Tool { go() { return this.step() } step() { return count.add(1) } }
main(read)
`,
}
const PARSE = {
  id: 'src/parse.js',
  text: `// Größe
export const count = new Set()
let last = 0
export function parse(text) { last = text; helper(); return secret(text) }
function helper() { const last = 1; return last }
import { secret } from './secret.js'
`,
}
const RESTRICTED = { level: 'restricted', categories: [], untrusted: true } as const
const SECRET = {
  id: 'src/secret.js',
  text: "import { parse } from './parse.js'\nexport function secret(x) { return parse(x) }\n",
  label: RESTRICTED,
}

const EVERYTHING = `
  const said = (promise) => promise.then((value) => value, (error) => [error.name, error.message])
  FINAL([await symbols(), await symbols({ doc: 'src/secret.js' }), await links('parse'), await links('parse', { direction: 'out' }),
    await said(links('secret')), await said(links('src/secret.js#secret')), await said(links('nothing')), await links('*', { kind: 'writes' })])`

describe('a run over code', () => {
  it('lists symbols and links, cites a call by its bytes, and is done again from its record', async () => {
    const code = `
      const { symbols: list, unread } = await symbols('parse', { kind: 'function' })
      const { links: calls } = await links(list.find(({ name }) => name === 'parse'), { kind: 'calls' })
      const citation = await cite(calls[0], 'read(2)')
      const refused = await cite({ doc: 'src/parse.js', start: 0, end: 40 }).catch((error) => error.name)
      FINAL({ ids: list.map(({ id }) => id), exported: list[0].exported, unread: unread.count, calls: calls.map(({ from, name, line, confidence }) => [from, name, line, confidence]), quote: citation.quote, refused })`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [MAIN, PARSE] } })
    expect(answer.value).toEqual({
      ids: ['src/parse.js#parse', 'src/parse.js#helper'],
      exported: ['parse'],
      unread: 0,
      calls: [
        ['src/main.js#main', 'read', 3, 'certain'],
        ['src/main.js#main', 'all.parse', 3, 'certain'],
      ],
      quote: 'read(2)',
      refused: 'CitationInvalid',
    })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is the same whether source that policy withholds is there or not', async () => {
    const seen = async (context: readonly TextSource[]): Promise<unknown> => {
      const { answer } = await run(sequence([block(EVERYTHING)]), { asked: { context } })
      await verified(answer)
      expect(answer.label.level).toBe('internal')
      return answer.value
    }
    const without = await seen([MAIN, PARSE])
    expect(await seen([MAIN, PARSE, SECRET])).toEqual(without)
    const [, none, , out, ...rest] = without as [unknown, unknown, LinkList, LinkList, ...unknown[]]
    expect(none).toMatchObject({ symbols: [], truncated: false })
    expect(out.links).toContainEqual(
      expect.objectContaining({ name: 'secret', to: null, confidence: 'unresolved' }),
    )
    const unknown = [
      'UnknownSymbol',
      expect.stringContaining('is defined in source that this frame may read'),
    ]
    expect(rest.slice(0, 3)).toEqual([unknown, unknown, unknown])
  })

  it('sees only the documents of its scope', async () => {
    const child = `FINAL((await links('parse', { kind: 'calls' })).links.length)`
    const code = `FINAL(await rlm_query('SIMTASK:test count', { scope: ['src/parse.js'] }))`
    const { answer } = await run(sequence([block(code), block(child)]), { asked: { context: [MAIN, PARSE] } })
    expect(answer.value).toBe(0)
  })
})

describe('a run over code that is gone on from', () => {
  const cells = [
    block("const { of } = await links('helper')"),
    block("FINAL([of[0].line, (await links('helper')).links.length])"),
  ]

  it('takes what it was told from its record, when it was suspended', async () => {
    const suspended = new AbortController()
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'step' && event.op === 'links') suspended.abort()
    }
    const asked = { context: [PARSE], suspend: suspended.signal, onEvent }
    const error = await run(sequence(cells), { asked }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SUSPENDED' })
    const answer = await here.writ?.resume((error as WritError).run ?? '')
    expect(answer).toMatchObject({ status: 'complete', value: [5, 1] })
    if (answer !== undefined) await verified(answer)
  })

  it('and when it is forked behind it', async () => {
    const { answer } = await run(sequence(cells), { asked: { context: [PARSE] } })
    const { steps } = (await here.writ?.show(answer.run)) ?? { steps: [] }
    const last = steps.filter(({ kind }) => kind === 'cell').at(-1)
    const forked = await here.writ?.fork(answer.run, { at: { lane: '0', n: last?.n ?? 0 } })
    expect(forked).toMatchObject({ status: 'complete', value: [5, 1] })
    if (forked !== undefined) await verified(forked)
  })
})

describe('the built-in model over code', () => {
  let place: string
  let writ: Writ

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'writ-builtin-code-'))
    writ = await createWrit({ home: join(place, 'home'), model: 'builtin/extractive' })
  })
  afterAll(async () => {
    await writ.close()
    await rm(place, { recursive: true })
  })

  it.each([
    ['Who calls parse?', /^parse is called by 1 function or place, at 2 calls: src\/main.js#main\.$/],
    ['What does main call?', /^main calls 1 function of the source in reach: src\/parse.js#parse\.$/],
    ['Where is Tool.step defined?', /^Tool.step is defined at src\/main.js:4 \(method\)\.$/],
    ['Which functions write module-level state?', /^2 functions write state of a module, at 2 places: /],
    [
      'Which functions write the variable last?',
      /^1 function writes last, at 1 place: src\/parse.js#parse\.$/,
    ],
    ['What breaks if helper changes its signature?', /1 call in 1 function or place, 0 overrides/],
  ])('answers exactly, and cites: %s', async (query, says) => {
    const answer = await writ.completion({ query, context: [MAIN, PARSE] })
    expect(answer).toMatchObject({ basis: 'exact', support: { unsupported: 0 }, value: { kind: 'code' } })
    expect((answer.value as { answer: string }).answer).toMatch(says)
    expect(answer.citations.length).toBeGreaterThan(0)
    await verified(answer, join(place, 'home'))
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('says of a name that no source defines so, of source that is not read whole, too, and of no source nothing', async () => {
    const long = { id: 'long.js', text: `// ${'x'.repeat(2 * 1024 * 1024)}\nfunction absent() {}\n` }
    const text = { id: 'a.txt', text: 'Ann calls absent every day.' }
    const notes = async (context: readonly TextSource[]): Promise<string> => {
      const { value } = await writ.completion({ query: 'Who calls absent?', context })
      return (value as { notes: string[] }).notes.join(' ')
    }
    const undefinedIn = 'Nothing called "absent" is defined in the source in reach.'
    const unread = 'Files that may define it are not read whole.'
    expect(await notes([text])).not.toContain('source')
    expect(await notes([text, PARSE])).toContain(undefinedIn)
    expect(await notes([text, PARSE])).not.toContain(unread)
    expect(await notes([long, PARSE])).toContain(`${undefinedIn} ${unread}`)
  })

  it.each([
    [
      'Who calls helper?',
      'func helper() int {\n return 1\n}\nfunc run() int {\n return helper()\n}\n',
      'No call of helper was found, but source that may hold one is not known whole.',
    ],
    [
      'What does run call?',
      'func helper() int {\n return 1\n}\nfunc run() int {\n return helper()\n}\n',
      'No call in run of what the source in reach defines was found, but source that may hold one is not known whole.',
    ],
    [
      'What breaks if helper changes its signature?',
      'func helper() int {\n return 1\n}\nfunc run() int {\n return helper()\n}\n',
      'If helper changes its signature: at least 0 calls in 0 functions or places, ',
    ],
  ])(
    'does not take source of which only definitions are known for source without calls: %s',
    async (query, text, says) => {
      const { basis, value } = await writ.completion({ query, context: [{ id: 'a.go', text }] })
      expect(basis).toBe('passages')
      const { answer, notes } = value as { answer: string; notes: string[] }
      expect(answer).toContain(says)
      expect(notes).toContain('Not known whole, so this may not be all: a.go.')
    },
  )

  it('says that calls are at least so many where source that names the function is not known whole', async () => {
    const context = [MAIN, PARSE, { id: 'src/bad.js', text: 'parse(1)\nfunction ( {\n' }]
    const { basis, value } = await writ.completion({ query: 'Who calls parse?', context })
    expect(basis).toBe('passages')
    expect((value as { answer: string }).answer).toMatch(
      /^parse is called by at least 1 function or place, at 2 or more calls: /,
    )
  })

  it('does not say that nothing calls what likely is called', async () => {
    const text = 'function x() {}\nx = Math.abs\nfunction go() { x() }\n'
    const { basis, value } = await writ.completion({ query: 'Who calls x?', context: [{ id: 'a.js', text }] })
    expect(basis).toBe('passages')
    expect((value as { answer: string }).answer).toBe('No call of x is certain.')
  })

  it('takes a decorator for a call', async () => {
    const text = 'function log(t) { return t }\nclass Tool { @log go() {} }\n'
    const answer = await writ.completion({ query: 'Who calls log?', context: [{ id: 'a.ts', text }] })
    expect(answer).toMatchObject({ basis: 'exact' })
    expect((answer.value as { answer: string }).answer).toMatch(/^log is called by 1 .*: a\.ts#Tool\.$/)
  })

  it('takes a component for one that is called', async () => {
    const context = [
      { id: 'card.tsx', text: 'export function Card() { return <b /> }\nexport const b = () => 1\n' },
      { id: 'app.tsx', text: "import { b, Card } from './card'\nconst App = () => <b><Card /></b>\n" },
    ]
    const said = async (query: string): Promise<unknown> => {
      const { basis, value } = await writ.completion({ query, context })
      return [basis, (value as { answer: string }).answer]
    }
    expect(await said('Who calls Card?')).toEqual(['exact', expect.stringContaining(': app.tsx#App.')])
    expect(await said('Who calls b?')).toEqual(['exact', expect.stringContaining('Nothing')])
  })

  it('is not certain of a name that two modules hand on as one', async () => {
    const context = [
      { id: 'a.js', text: "import { x } from './b.js'\nfunction go() { x() }\n" },
      { id: 'b.js', text: "export * from './c.js'\nexport * from './d.js'\n" },
      { id: 'c.js', text: 'export function x() {}\n' },
      { id: 'd.js', text: 'export function x() {}\n' },
    ]
    const answer = await writ.completion({ query: 'What does go call?', context })
    expect(answer.basis).toBe('passages')
    expect(answer.value).toMatchObject({ links: [{ confidence: 'likely' }] })
  })

  it.each([
    ['is assigned again', 'function x() {}\nx = Math.abs\nfunction go() { x() }\n', ''],
    ['is declared twice', 'var x = () => 1\nvar x = () => 2\nfunction go() { x() }\n', ''],
    [
      'a module hands on twice',
      "const { x } = require('./b.js')\nfunction go() { x() }\n",
      'exports.x = function one() {}\nexports.x = function two() {}\n',
    ],
  ])('is not certain of a name that %s', async (_what, text, other) => {
    const context = [
      { id: 'a.js', text },
      { id: 'b.js', text: other },
    ]
    const answer = await writ.completion({ query: 'What does go call?', context })
    expect(answer.basis).toBe('passages')
    const { links } = answer.value as { links: { confidence: string }[] }
    expect(links.map(({ confidence }) => confidence)).toContain('likely')
    expect(links.map(({ confidence }) => confidence)).not.toContain('certain')
  })

  it('finds a private member by its name', async () => {
    const text = 'class A { #m() {} n() { this.#m() } }\n'
    const answer = await writ.completion({ query: 'Who calls #m?', context: [{ id: 'a.js', text }] })
    expect(answer).toMatchObject({ basis: 'exact' })
    expect((answer.value as { answer: string }).answer).toMatch(/is called by 1 .*: a\.js#A\.n\.$/)
  })

  it.each([
    ['Object.assign', 'const o = { f: x }\nObject.assign(o, { f: y })'],
    ['Object.defineProperty', "const o = { f: x }\nObject.defineProperty(o, 'f', { value: y })"],
    ['another name for it', 'const o = { f: x }\nconst p = o\np.f = y'],
    ['a spread behind it', 'const t = { f: y }\nconst o = { f: x, ...t }'],
    ['a spread behind its code', 'const t = { f: y }\nconst o = { f() { x() }, ...t }'],
    ['the same name behind it', 'const o = { f: x, f: y }'],
  ])('is not certain of a member that is replaced by %s', async (_what, made) => {
    const text = `function x() {}\nfunction y() {}\n${made}\nfunction go() { o.f() }\n`
    const answer = await writ.completion({ query: 'What does go call?', context: [{ id: 'a.js', text }] })
    const { links } = answer.value as { links: { what: string; confidence: string }[] }
    const sure = links.filter(({ confidence }) => confidence === 'certain').map(({ what }) => what)
    expect(sure).not.toContain('a.js#x')
    expect(sure.filter((what) => /^a\.js#o\.f(@\d+)?$/.test(what) && !made.includes('f: x, f: y'))).toEqual(
      [],
    )
  })

  const SHAPES = {
    id: 'shapes.js',
    text: `class Base { area() { return 0 } show() { return this.area() } }
class Round extends Base { area() { return 3 } }
function draw(shape) { return shape.area() }
`,
  }
  const STATE = {
    id: 'state.js',
    text: 'const table = {}\nconst other = { of: table }\nmodule.exports = { table, other }\n',
  }
  const WRITERS = {
    id: 'writers.js',
    text: `const { table } = require('./state.js')
const { other } = require('./state.js')
const same = table
function one() { table.x = 1 }
function two() { same.x = 1 }
function three() { other.of.x = 1 }
`,
  }
  const BROKEN = { id: 'broken.js', text: 'helper(\nfunction (' }

  it.each([
    [
      'a method that others override',
      'Who calls Base.area?',
      [SHAPES],
      ['Likely, and not certain: 1 place', 'By name alone: 1 call'],
    ],
    [
      'what is written by other names for it',
      'Which functions write the variable state.js#table?',
      [STATE, WRITERS],
      [
        'No function that writes table is certain',
        'Likely, and not certain: 2 places (writers.js:4, writers.js:5)',
      ],
    ],
    ['a name of several', 'Who calls area?', [SHAPES], ['is the name of 2 definitions']],
    ['source that does not parse', 'Who calls helper?', [PARSE, BROKEN], ['may not be all: broken.js']],
    [
      'a member that source which does not parse may define',
      'Who calls Tool.go?',
      [{ id: 'broken.js', text: 'class Tool { go( {{{' }],
      ['Files that may define it are not read whole'],
    ],
    ['a name that is not there', 'Who calls nobody?', [PARSE], ['Nothing called \\"nobody\\" is defined']],
    ['no source at all', 'Who calls parse?', [{ id: 'a.txt', text: 'I parse.' }], ['Nothing was judged']],
  ])('is not exact about %s, and says why', async (_what, query, context, why) => {
    const answer = await writ.completion({ query, context })
    expect(answer.basis).toBe('passages')
    for (const words of why) expect(JSON.stringify(answer.value)).toContain(words)
  })
})
