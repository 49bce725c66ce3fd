import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { BOTTOM, flowsTo, type LabelRule, LEVELS, label } from '@writ/contract'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { labeller } from './labeller.ts'
import { type Selection, select } from './selection.ts'

let base: string
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'writ-select-')))
})
afterEach(() => rmSync(base, { recursive: true }))

function files(contents: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(base, path)), { recursive: true })
    writeFileSync(join(base, path), content)
  }
}

interface Given {
  readonly texts?: readonly string[]
  readonly labels?: readonly LabelRule[]
  readonly homes?: readonly string[]
}

function from(paths: readonly string[], { texts = [], labels = [], homes = [] }: Given = {}): Selection {
  return select({
    paths: paths.map((path) => join(base, path)),
    texts: texts.map((id) => ({ id, text: id })),
    defaultLabel: label('internal'),
    labels,
    homes: homes.map((home) => join(base, home)),
  })
}

function ids({ candidates }: Selection): string[] {
  return candidates.map(({ id }) => id).sort()
}

describe('ids', () => {
  it('are paths relative to the only directory', () => {
    files({ 'd/a.md': '', 'd/sub/b.md': '', 'd/.hidden': '' })
    expect(ids(from(['d/']))).toEqual(['.hidden', 'a.md', 'sub/b.md'])
  })

  it('begin with the directory when there are several, and with the path given when names collide', () => {
    files({ 'x/d/a.md': '', 'e/a.md': '', 'y/d/a.md': '' })
    expect(ids(from(['x/d', 'e']))).toEqual(['d/a.md', 'e/a.md'])
    expect(ids(from(['x/d', 'e', 'y/d']))).toEqual(
      [join(base, 'x/d/a.md'), 'e/a.md', join(base, 'y/d/a.md')].sort(),
    )
  })

  it('are names of files, or the path given when a name is shared', () => {
    files({ 'a.md': '', 'x/b.md': '', 'y/b.md': '', 'd/a.md': '' })
    expect(ids(from(['a.md', 'x/b.md']))).toEqual(['a.md', 'b.md'])
    expect(ids(from(['a.md', 'x/b.md', 'y/b.md']))).toEqual(
      [join(base, 'x/b.md'), join(base, 'y/b.md'), 'a.md'].sort(),
    )
    expect(ids(from(['a.md', 'd']))).toEqual([join(base, 'a.md'), 'a.md'].sort())
  })

  it('of texts are kept, and two texts of one id refused', () => {
    files({ 'd/a.md': '' })
    expect(ids(from(['d'], { texts: ['a.md'] }))).toEqual([join(base, 'd/a.md'), 'a.md'].sort())
    expect(() => from([], { texts: ['a', 'a'] })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
    expect(() => from([], { texts: [''] })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
  })

  it('count a file once, however often it is reached', () => {
    files({ 'd/sub/a.md': '' })
    const selection = from(['d', 'd/', 'd/sub', 'd/sub/a.md'])
    expect(selection.candidates).toHaveLength(1)
    expect(selection.skipped).toEqual({ duplicate: 2 })
  })
})

describe('what is passed over', () => {
  it('is .git, node_modules, the home and symlinks, counted', () => {
    files({ 'd/.git/config': '', 'd/node_modules/m/i.js': '', 'd/.writ/k': '', 'd/a': '', 'out/secret': '' })
    symlinkSync('a', join(base, 'd/link'))
    symlinkSync('.', join(base, 'd/loop'))
    symlinkSync('../out', join(base, 'd/outside'))
    symlinkSync('gone', join(base, 'd/dangling'))
    const selection = from(['d'], { homes: ['d/.writ'] })
    expect(ids(selection)).toEqual(['a'])
    expect(selection.skipped).toEqual({ git: 1, home: 1, node_modules: 1, symlink: 4 })
  })

  it('is never what was given by name, unless it is in the home', () => {
    files({ 'node_modules/m/i.js': '', 'd/a': '', 'home/corpora/x': '' })
    symlinkSync('d', join(base, 'link'))
    symlinkSync('d/a', join(base, 'file-link'))
    expect(ids(from(['node_modules']))).toEqual(['m/i.js'])
    expect(ids(from(['link']))).toEqual(['a'])
    expect(ids(from(['file-link']))).toEqual(['file-link'])
    const home = from(['home', 'home/corpora', 'home/corpora/x'], { homes: ['home'] })
    expect([home.candidates.length, home.skipped]).toEqual([0, { home: 3 }])
  })

  it('includes what git ignores: nested files, parents up to the repository, info/exclude', () => {
    files({
      '.gitignore': 'a.log\n',
      'repo/.git/info/exclude': 'excluded\n',
      'repo/.gitignore': '*.log\n/build/\nparent-only\n',
      'repo/src/.gitignore': '!keep.log\nlocal/\n',
      'repo/src/keep.log': '',
      'repo/src/drop.log': '',
      'repo/src/Drop.LOG': '',
      'repo/src/local/x': '',
      'repo/src/build/x': '',
      'repo/src/excluded': '',
      'repo/src/sub/parent-only': '',
      'repo/src/sub/a.txt': '',
      'repo/build/out': '',
    })
    const whole = from(['repo'])
    expect(ids(whole)).toEqual(
      ['.gitignore', 'src/.gitignore', 'src/Drop.LOG', 'src/build/x', 'src/keep.log', 'src/sub/a.txt'].sort(),
    )
    expect(whole.skipped).toEqual({ git: 1, ignored: 5 })
    const below = from(['repo/src'])
    expect(ids(below)).toEqual(['.gitignore', 'Drop.LOG', 'build/x', 'keep.log', 'sub/a.txt'].sort())
    expect(below.skipped).toEqual({ ignored: 4 })
    expect(ids(from(['repo/build']))).toEqual(['out'])
    expect(ids(from(['repo/src/drop.log']))).toEqual(['drop.log'])
  })

  it('reaches no further than the repository', () => {
    files({ '.gitignore': '*\n', 'd/a': '' })
    expect(ids(from(['d']))).toEqual(['a'])
  })
})

describe('labels', () => {
  const labelOf = (selection: Selection, id: string) =>
    selection.candidates.find((found) => found.id === id)?.label

  it('are of the first rule that matches, else the default, which is untrusted', () => {
    files({ 'd/hr/open.csv': '', 'd/hr/pay.csv': '', 'd/other.txt': '' })
    const labels = [
      { glob: 'hr/open.*', label: label('internal', ['HR']) },
      { glob: 'hr/**', label: label('secret') },
    ]
    const selection = from(['d'], { labels })
    expect(labelOf(selection, 'hr/open.csv')).toEqual(label('internal', ['HR']))
    expect(labelOf(selection, 'hr/pay.csv')).toEqual(label('secret'))
    expect(labelOf(selection, 'other.txt')).toEqual(label('internal', [], true))
  })

  it('are joined with what corpus.json says, whose first rule that matches counts', () => {
    files({
      'd/corpus.json':
        '{"labels":[{"glob":"hr/plan.*","label":"confidential:PLAN"},{"glob":"hr/**","label":"restricted:PII"},{"glob":"**","label":"public"}]}',
      'd/hr/pay.csv': '',
      'd/hr/plan.csv': '',
      'd/hr/vouched.csv': '',
      'd/other.txt': '',
      'd/hr/corpus.json': '',
    })
    const selection = from(['d'], { labels: [{ glob: 'hr/vouched.*', label: label('internal', ['HR']) }] })
    expect(ids(selection)).toEqual([
      'hr/corpus.json',
      'hr/pay.csv',
      'hr/plan.csv',
      'hr/vouched.csv',
      'other.txt',
    ])
    expect(labelOf(selection, 'hr/pay.csv')).toEqual(label('restricted', ['PII'], true))
    expect(labelOf(selection, 'hr/plan.csv')).toEqual(label('confidential', ['PLAN'], true))
    expect(labelOf(selection, 'hr/vouched.csv')).toEqual(label('restricted', ['HR', 'PII']))
    expect(labelOf(selection, 'other.txt')).toEqual(label('internal', [], true))
  })

  it('are joined with rules that only raise, wherever they stand', () => {
    files({ 'd/corpus.json': '{"labels":[{"glob":"**","label":"public:OWN"}]}', 'd/a.md': '', 'd/b.txt': '' })
    const raising = { glob: '*', label: label('confidential', ['HR']), raises: true }
    const selection = from(['d'], { labels: [raising, { glob: '*.md', label: label('restricted') }] })
    expect(labelOf(selection, 'a.md')).toEqual(label('restricted', ['HR', 'OWN']))
    expect(labelOf(selection, 'b.txt')).toEqual(label('confidential', ['HR', 'OWN'], true))
  })

  it('never fall below those of the deciding rules, whatever the corpus or a rule that raises says', () => {
    const level = fc.constantFrom(...LEVELS)
    const labels = fc.record({
      level,
      categories: fc.subarray(['HR', 'PII']),
      untrusted: fc.boolean(),
    })
    const globs = fc.constantFrom('**', 'hr/**', '*.md', 'hr/*.md')
    const rules = fc.array(fc.record({ glob: globs, label: labels }), { maxLength: 3 })
    fc.assert(
      fc.property(rules, rules, rules, labels, (deciding, raising, ofCorpus, standard) => {
        const claims = raising.map((rule) => ({ ...rule, raises: true }))
        const labelled = labeller([...claims, ...deciding], standard, ofCorpus)
        for (const path of ['a.md', 'hr/a.md', 'hr/a.txt', 'b.txt']) {
          expect(flowsTo(labeller(deciding, standard)(path), labelled(path))).toBe(true)
          expect(flowsTo(labeller([], BOTTOM, ofCorpus)(path), { ...labelled(path), untrusted: true })).toBe(
            true,
          )
          expect(flowsTo(labeller(claims, BOTTOM)(path), { ...labelled(path), untrusted: true })).toBe(true)
        }
      }),
    )
  })

  it.each([
    ['{', /corpus\.json/],
    ['[]', /corpus\.json: the top level/],
    ['{"labels":[{"glob":"*","label":"top"}]}', /corpus\.json: labels\[0\]\.label: "top"/],
    ['{"labels":[{"glob":"","label":"public"}]}', /labels\[0\]\.glob/],
    ['{"labels":[{"glob":"*","label":"public","trusted":true}]}', /labels\[0\]\.trusted: .*vouch for itself/],
    ['{"labels":[{"glob":"*","label":"public","trusted":false}]}', /labels\[0\]\.trusted/],
    ['{"labels":[{"glob":"*","label":"public","trused":true}]}', /labels\[0\].*"trused"/],
    ['{"labels":[{"glob":"[","label":"public"}]}', /unclosed/],
  ])('are never guessed from the corpus.json %s', (content, message) => {
    files({ 'd/corpus.json': content, 'd/a': '' })
    const bad = expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) })
    expect(() => from(['d'])).toThrow(bad)
  })
})

describe('a path that is not there', () => {
  it.each(['missing', 'file/below', 'nul\0'])('%j is PATH_NOT_FOUND', (path) => {
    files({ file: '' })
    expect(() => from([path])).toThrow(expect.objectContaining({ code: 'PATH_NOT_FOUND' }))
  })
})
