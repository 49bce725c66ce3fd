import { expect, it } from 'vitest'
import { findTables } from './find-tables.ts'

function find(text: string): unknown {
  const bytes = Buffer.from(text)
  return findTables('application/yaml', bytes.length, () => bytes).map((found) =>
    'problem' in found
      ? { part: found.part, problem: found.problem }
      : {
          part: found.part,
          columns: found.columns.map(({ name, isText }) => (isText ? `${name}: text` : name)),
          rows: [...found.rows].map(({ cells, start, end }) => [
            ...cells,
            bytes.toString('utf8', start, end),
          ]),
        },
  )
}

it('takes lists of flat maps, with what each value says of its type, and their lines', () => {
  const text = `---
# a list
- id: 1   # first
  name: "Zoë # \\"one\\""
  paid: true

- name: 'it''s'
  id: -2.50
  none: ~
`
  expect(find(text)).toEqual([
    {
      part: null,
      columns: ['id', 'name: text', 'paid', 'none'],
      rows: [
        ['1', 'Zoë # "one"', 'true', null, `- id: 1   # first\n  name: "Zoë # \\"one\\""\n  paid: true`],
        ['-2.50', "it's", null, null, `- name: 'it''s'\n  id: -2.50\n  none: ~`],
      ],
    },
  ])
})

it('takes those below keys, whatever else is there', () => {
  const text = `version: 3
script: |
  - not: a list
orders:
- id: 7
  day: 2024-01-02
nested:
  people:
    - a: 1
names:
  - one
  - two
"more things":
    - id: 8
`
  expect(find(text)).toMatchObject([
    { part: 'orders', rows: [['7', '2024-01-02', expect.any(String)]] },
    { part: 'more things', rows: [['8', '- id: 8']] },
  ])
})

it.each([
  ['an alias', '- a: &x 1\n- a: *x\n'],
  ['a merge', '- a: 1\n- <<: {a: 1}\n'],
  ['a tag', '- a: !!python/object x\n'],
  ['a list within', '- a: [1, 2]\n'],
  ['a map within', '- a:\n    b: 1\n'],
  ['a list below', '- a:\n  - 1\n'],
  ['a text over lines', '- a: |\n    x\n- a: y\n'],
  ['a text that goes on', '- a: one\n    two\n'],
  ['a quoted text that goes on', '- a: "one\n    two"\n'],
  ['a text around it', 'a: "b\n\nx:\n  - a: 1\n  - a: 2\n"\n'],
  ['a text of one quote around it', "a: 'b\n\nx:\n  - a: 1\n  - a: 2\n'\n"],
  ['a name twice', '- a: 1\n  a: 2\n'],
  ['a colon in a value', '- a: b: c\n'],
  ['several documents', '- a: 1\n---\n- a: 2\n'],
  ['a key twice', 'x:\n  - a: 1\nx:\n  - a: 2\n'],
  ['what follows the list', '- a: 1\nb: 2\n'],
])('makes no table with %s', (_what, text) => {
  expect(find(text)).toEqual([
    { part: expect.toSatisfy((part) => part === null || part === 'x'), problem: expect.any(String) },
  ])
})

it('expands nothing', () => {
  const laughs = `a: &a [x]\n${'bcdefghi'
    .split('')
    .map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`)
    .join('')}`
  expect(find(laughs)).toEqual([])
  expect(find(`- ${'a'.repeat(100_000)}`)).toEqual([])
  expect(find(`${'- '.repeat(100_000)}a: 1`)).toEqual([])
  expect(find(`\t- a: 1`)).toEqual([])
})
