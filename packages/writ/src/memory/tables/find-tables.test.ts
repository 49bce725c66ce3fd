import { describe, expect, it } from 'vitest'
import { findTables } from './find-tables.ts'
import type { FoundTable, NoTable } from './found-table.ts'

const CSV = 'text/csv'
const TSV = 'text/tab-separated-values'
const JSON_TYPE = 'application/json'
const LINES = 'application/x-ndjson'
const MARKDOWN = 'text/markdown'

function find(mediaType: string, text: string): readonly (FoundTable | NoTable)[] {
  const bytes = Buffer.from(text)
  return findTables(mediaType, bytes.length, () => bytes)
}

function table(mediaType: string, text: string): FoundTable {
  const [found, ...others] = find(mediaType, text)
  expect(others).toEqual([])
  if (found === undefined || 'problem' in found) throw new Error(found?.problem ?? 'no table')
  return found
}

const names = ({ columns }: FoundTable): readonly string[] => columns.map(({ name }) => name)
const cells = ({ rows }: FoundTable): readonly (readonly (string | null)[])[] =>
  [...rows].map((row) => row.cells)
const problem = (mediaType: string, text: string): string | undefined => {
  const [found] = find(mediaType, text)
  return found !== undefined && 'problem' in found ? found.problem : undefined
}

describe('a delimited file', () => {
  it.each([
    ['commas', CSV, 'a,b\n1,x\n2,y\n'],
    ['semicolons', CSV, 'a;b\n1;x\n2;y\n'],
    ['bars', CSV, 'a|b\n1|x\n2|y'],
    ['tabs in a CSV', CSV, 'a\tb\r\n1\tx\r\n2\ty\r\n'],
    ['tabs', TSV, 'a\tb\n1\tx\n2\ty\n'],
    ['a byte-order mark', CSV, '\uFEFFa,b\n1,x\n2,y\n'],
    ['blank lines', CSV, 'a,b\n\n1,x\r\n\r\n2,y\n\n'],
    ['rows without any cell', CSV, 'a,b\n1,x\n,\n2,y\n"", \n,\n'],
    ['lines that end twice', CSV, 'a,b\r\r\n1,x\r\r\n2,y\r'],
  ])('is a table: %s', (_what, mediaType, text) => {
    const found = table(mediaType, text)
    expect(names(found)).toEqual(['a', 'b'])
    expect(cells(found)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ])
  })

  it('tells where each row stands, in bytes', () => {
    const text = 'näme,note\nÄda,"two\r\nlines, ""quoted"""\r\nBob, plain \n'
    const found = table(CSV, text)
    const rows = [...found.rows]
    const bytes = Buffer.from(text)
    expect(rows.map(({ start, end }) => bytes.toString('utf8', start, end))).toEqual([
      'Äda,"two\r\nlines, ""quoted"""',
      'Bob, plain ',
    ])
    expect(rows.map((row) => row.cells)).toEqual([
      ['Äda', 'two\r\nlines, "quoted"'],
      ['Bob', 'plain'],
    ])
  })

  it('says whether a point may set thousands apart', () => {
    const mayGroup = (text: string): unknown => table(CSV, text).columns.map((column) => column.mayGroup)
    expect(mayGroup('a,b\n1.500,x\n')).toEqual(['beside-commas', 'beside-commas'])
    expect(mayGroup('a;b\n1.500;x\n')).toEqual([true, true])
  })

  it('takes an empty field for none, and a formula for a text', () => {
    expect(cells(table(CSV, 'a,b,c\n,"",=cmd|calc\n'))).toEqual([[null, null, '=cmd|calc']])
  })

  it('may have one column, and no row', () => {
    expect(cells(table(CSV, 'name\nAda\nBob\n'))).toEqual([['Ada'], ['Bob']])
    expect(cells(table(CSV, 'a,b\n'))).toEqual([])
  })

  it('says that some rows differ in length, and fills what is missing', () => {
    const rows = Array.from({ length: 40 }, (_, at) => `${at},x`)
    const found = table(CSV, `a,b\n${rows.join('\n')}\n7\n`)
    expect(found.ragged).toBe(true)
    expect(cells(found).at(-1)).toEqual(['7', null])
  })

  it.each([
    ['rows of many lengths', 'a,b\n1\n2,3,4\n5\n6,7\n', 'another number of cells'],
    ['a first row with values', 'country,2020,2021\nAT,1,2\n', 'holds the value 2020'],
    ['a first row like the others', 'red,big\nblue,small\nred,tiny\n', '"red" of its first row'],
    ['two delimiters that fit', 'a,b;c\n1,2;3\n', ', or ;'],
    ['a quote that is never closed', 'a,b\n1,"x\n', 'never closed'],
    ['text behind a quote', 'a,b\n1,"x"y\n', 'follows a closing quote'],
    ['lines that end in another way', 'a,b\rx,y\rz,w', 'carriage return'],
    ['a comment before the header', '# made by hand\na,b\n1,2\n', 'common number of fields'],
  ])('is none where that is uncertain: %s', (_what, text, why) => {
    expect(problem(CSV, text)).toContain(why)
  })

  it('is nothing when it is empty', () => {
    expect(find(CSV, '')).toEqual([])
  })
})

describe('JSON', () => {
  it('is a table when it is a list of objects, by the bytes of each', () => {
    const text =
      '\uFEFF[ {"a": 1.50, "b": "x}"} ,\n{"b": null, "c": [1, {"d": 2}], "a": 12345678901234567890}]\n'
    const found = table(JSON_TYPE, text)
    expect(found.columns).toEqual([
      { name: 'a', isText: false, mayGroup: false },
      { name: 'b', isText: true, mayGroup: false },
      { name: 'c', isText: true, mayGroup: false },
    ])
    const rows = [...found.rows]
    expect(rows.map((row) => row.cells)).toEqual([
      ['1.50', 'x}', null],
      ['12345678901234567890', null, '[1,{"d":2}]'],
    ])
    const bytes = Buffer.from(text)
    expect(rows.map(({ start, end }) => bytes.toString('utf8', start, end))).toEqual([
      '{"a": 1.50, "b": "x}"}',
      '{"b": null, "c": [1, {"d": 2}], "a": 12345678901234567890}',
    ])
  })

  it.each(['{"a": 1}', '[]', '[1, 2]', '[{"a": 1}, 2]', '[{"a": 1}', '[{"a": 1}] x', '', 'x'])(
    'is none otherwise: %s',
    (text) => expect(find(JSON_TYPE, text)).toEqual([]),
  )

  it('may be one object a line', () => {
    const found = table(LINES, '{"a": 1}\r\n\n {"a": 2, "b": "2024-01-02"}\n')
    expect(found.columns).toEqual([
      { name: 'a', isText: false, mayGroup: false },
      { name: 'b', isText: true, mayGroup: false },
    ])
    expect(cells(found)).toEqual([
      ['1', null],
      ['2', '2024-01-02'],
    ])
    expect(problem(LINES, '{"a": 1}\n[2]\n')).toBe('not every line is an object')
    expect(problem(LINES, '{"a": 1}\n{"a": \n')).toContain('no JSON object')
  })
})

describe('Markdown', () => {
  it('holds tables where a rule stands below a row', () => {
    const text =
      'Intro | no\n\n| a | b \\| c |\n|---|:-:|\n| 1 | x |\n| 2 |\n\n```\n|n|o|\n|-|-|\n|1|2|\n```\na|b\n-|-\n3|4'
    const found = find(MARKDOWN, text) as readonly FoundTable[]
    expect(found.map(({ part, ragged }) => [part, ragged])).toEqual([
      ['1', true],
      ['2', false],
    ])
    expect(found.map(names)).toEqual([
      ['a', 'b | c'],
      ['a', 'b'],
    ])
    expect(found.map(cells)).toEqual([
      [
        ['1', 'x'],
        ['2', null],
      ],
      [['3', '4']],
    ])
  })

  it('leaves out rows without any cell, and sees a fence that follows a table', () => {
    const text = '| a | b |\n|---|---|\n| 1 | x |\n|   |   |\n```\n| n | o |\n|---|---|\n| 1 | 2 |\n```\n'
    const found = find(MARKDOWN, text) as readonly FoundTable[]
    expect(found.map(cells)).toEqual([[['1', 'x']]])
  })

  it('holds none without', () => {
    expect(find(MARKDOWN, '| a | b |\n| 1 | 2 |\n')).toEqual([])
  })
})

it('reads no other text', () => {
  expect(findTables('text/plain', 10, () => expect.unreachable())).toEqual([])
})

it.each([CSV, TSV, JSON_TYPE, LINES, MARKDOWN, 'text/xml', 'application/yaml', 'log'])(
  'makes no table of a text that is too long, and says so: %s',
  (kind) => {
    const found = findTables(kind, 1024 ** 3, () => expect.unreachable())
    expect(found).toEqual([{ part: null, problem: expect.stringContaining('bytes') }])
  },
)

it.each([
  ['[{"a": 1, "b": 2, "a": 3}]'],
  ['[{"a": 1}, {"\\u0061": 1, "a": 2}]'],
  ['[{"a": {"x": 1, "x": 2}}]'],
])('makes no table of objects with a name twice: %s', (text) => {
  const bytes = Buffer.from(text)
  const [found] = findTables('application/json', bytes.length, () => bytes)
  expect(found).toMatchObject({ problem: expect.stringContaining('has a name twice') })
})

it('takes names, colons and quotes within texts for what they are', () => {
  const bytes = Buffer.from('[{"a": "x\\": \\"y", "b": ["\\"", {"c": ":"}], "__proto__": 1}]')
  const [found] = findTables('application/json', bytes.length, () => bytes)
  expect(found).toMatchObject({ columns: [{ name: 'a' }, { name: 'b' }, { name: '__proto__' }] })
})

it.each([
  ['application/yaml', '- a: 1\n'],
  ['text/xml', '<x><r a="1"/><r a="1"/></x>'],
  ['log', '2026-01-02 10:00:00 INFO a\n'],
])('takes no byte order mark for a part of %s', (kind, text) => {
  const [plain, marked] = [text, `\uFEFF${text}`].map((written) => {
    const bytes = Buffer.from(written)
    const [found] = findTables(kind, bytes.length, () => bytes)
    if (found === undefined || 'problem' in found) return found
    const places = [...found.rows].map(({ start, end }) => bytes.toString('utf8', start, end))
    return { columns: found.columns, places }
  })
  expect(plain).toMatchObject({ columns: expect.any(Array) })
  expect(marked).toEqual(plain)
})

it.each([
  ['a blank line', 'name,n\nA,1\nB,2\n\nC,3\n', true],
  ['a row without any cell', 'name,n\nA,1\nB,2\n,\nC,3\n', true],
  ['a blank line with returns', 'name,n\r\nA,1\r\nB,2\r\n\r\nC,3\r\n', true],
  ['no blank line', 'name,n\r\nA,1\r\nB,2\r\nC,3\r\n\r\n', false],
  ['the header once more', `name,n\n${'A,1\n'.repeat(1_200)}name,n\nB,2\n`, true],
  ['a blank line behind each', 'name,n\n\nA,1\n\nB,2\n\nC,3\n\n', false],
])('what stands behind %s may be no row of the same table', (_what, text, apart) => {
  expect(table(CSV, text)).toMatchObject({ apart })
})
