import type { ParsedTable } from '@writ/contract'
import { expect, it } from 'vitest'
import { cells } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'

// Sheets by what stands in them: strings are texts, numbers are numbers, null is an empty cell, 'f:' a formula.

type Value = string | number | boolean | null

/** Rows of a sheet from row 1 on; an empty row leaves its number out. */
function sheetOf(rows: readonly (readonly Value[])[]): string {
  return rows
    .map((row, at) => {
      const filled = row.map((value, column) =>
        cellXml(value, `${String.fromCharCode(65 + column)}${at + 1}`),
      )
      return `<row r="${at + 1}">${filled.join('')}</row>`
    })
    .join('')
}

function cellXml(value: Value, ref: string): string {
  if (value === null) return ''
  if (typeof value === 'number') return `<c r="${ref}"><v>${value}</v></c>`
  if (typeof value === 'boolean') return `<c r="${ref}" t="b"><v>${Number(value)}</v></c>`
  if (value.startsWith('f=')) return `<c r="${ref}"><f>${value.slice(2)}</f><v>9</v></c>`
  if (value.startsWith('f:')) return `<c r="${ref}"><f>${value.slice(2)}</f></c>`
  return `<c r="${ref}" t="inlineStr"><is><t>${value}</t></is></c>`
}

async function tablesOf(rows: readonly (readonly Value[])[], after = ''): Promise<readonly ParsedTable[]> {
  const { bytes } = cells(sheetOf(rows), '', after)
  const { document } = await parseFile({ format: 'xlsx', name: 'a.xlsx', bytes })
  return document?.tables ?? []
}

const HEAD = ['City', 'Sales']
const plain = (tables: readonly ParsedTable[]): unknown =>
  tables.map(({ part, columns, rows, problem }) =>
    problem === undefined
      ? { part, columns: columns.map(({ name }) => name), rows: rows.map((row) => row.cells) }
      : problem,
  )

it('takes rows below a row of names, with empty cells, and titles above them', async () => {
  const body = [
    ['Ulm', 1.5],
    ['Bonn', null],
  ]
  const found = [
    {
      part: 'A',
      columns: HEAD,
      rows: [
        ['Ulm', '1.5'],
        ['Bonn', null],
      ],
    },
  ]
  expect(plain(await tablesOf([HEAD, ...body]))).toEqual(found)
  expect(plain(await tablesOf([['A report'], [], HEAD, ...body]))).toEqual(found)
  expect(plain(await tablesOf([['A report'], HEAD, ...body]))).toEqual(found)
  const merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
  expect(plain(await tablesOf([['A report'], HEAD, ...body], merged))).toEqual(found)
})

it('takes several tables below each other where figures prove their names', async () => {
  const tables = await tablesOf([HEAD, ['Ulm', 1], [], ['Year', 'Rain'], [2024, 7]])
  expect(plain(tables)).toEqual([
    { part: 'A 1', columns: HEAD, rows: [['Ulm', '1']] },
    { part: 'A 2', columns: ['Year', 'Rain'], rows: [['2024', '7']] },
  ])
})

it.each<[string, readonly (readonly Value[])[], string]>([
  ['rows go on after an empty one', [HEAD, ['Ulm', 1], [], ['Bonn', 2]], 'row 4 holds the value 2'],
  ['a text stands below them', [HEAD, ['Ulm', 1], [], ['Source: us']], 'stands apart below a table'],
  ['names stand again', [HEAD, ['Ulm', 1], [], HEAD, ['Bonn', 2]], 'they may be one'],
  ['a sum stands below them', [HEAD, ['Ulm', 1], [], ['Total', 1]], 'row 4 holds the value 1'],
  [
    'texts go on after an empty row',
    [HEAD, ['Ulm', 'x'], [], ['a', 'b'], ['c', 'd']],
    'may belong to the table',
  ],
  ['a column has no name', [['City'], ['Ulm', 1], ['Bonn', 2]], 'row 2 holds the value 1'],
  [
    'only some columns have names',
    [
      ['City', 'Sales'],
      ['Ulm', 1, 3],
    ],
    'names 2 of 3 columns',
  ],
  [
    'the first row is of figures',
    [
      [1, 2],
      [3, 4],
    ],
    'holds the value 1',
  ],
  [
    'tables stand side by side',
    [
      ['a', 'b', null, 'c'],
      ['x', 1, null, 2],
    ],
    'an empty column',
  ],
  ['nothing is below the names', [HEAD], 'nothing below the names'],
  ['a text above may be a name', [['x'], ['a', 'b'], ['c', 'd']], 'a text stands above it'],
  ['a formula has no stored value', [HEAD, ['Ulm', 'f:1+1']], 'no stored value'],
])('makes no table where %s', async (_what, rows, reason) => {
  expect(await tablesOf(rows)).toEqual([
    expect.objectContaining({ problem: expect.stringContaining(reason) }),
  ])
})

it('makes no table where cells are merged in it', async () => {
  const merged = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
  expect(await tablesOf([HEAD, ['Ulm', 1], [null, 2]], merged)).toMatchObject([
    { problem: 'cells are merged in row 2' },
  ])
})

it('gives each row its own line of the text', async () => {
  const { bytes } = cells(sheetOf([HEAD, ['Ulm', 1], ['Bonn', 2]]))
  const { document } = await parseFile({ format: 'xlsx', name: 'a.xlsx', bytes })
  const [table] = document?.tables ?? []
  const text = Buffer.from(document?.text ?? '')
  expect(table?.rows.map(({ start, end }) => text.toString('utf8', start, end))).toEqual([
    'Ulm\t1',
    'Bonn\t2',
  ])
})

it.each<[string, readonly (readonly Value[])[], boolean]>([
  ['a sum of cells above', [HEAD, ['Ulm', 4], ['Bonn', 5], ['Both', 'f=SUM(B2:B3)']], true],
  ['a sum of those that are seen', [HEAD, ['Ulm', 9], ['Both', 'f=SUBTOTAL(109,Sales[Sales])']], true],
  [
    'a sum across',
    [
      [...HEAD, 'c', 'd'],
      ['Ulm', 4, 5, 'f=SUM(B2:C2)'],
    ],
    false,
  ],
  [
    'a share of what another column has',
    [
      [...HEAD, 'c'],
      ['Ulm', 4, 'f=B2/SUM(B$2:B$3)'],
      ['Bonn', 5, 1],
    ],
    false,
  ],
  ['units below the names', [HEAD, [null, 'EUR'], ['Ulm', 4]], true],
])('says whether a row is of another kind: %s', async (_what, rows, apart) => {
  expect(await tablesOf(rows)).toMatchObject([{ apart }])
})

it('says so where a row is hidden', async () => {
  const sheet = sheetOf([HEAD, ['Ulm', 4], ['Bonn', 5]])
  const apart = async (xml: string): Promise<unknown> => {
    const { document } = await parseFile({ format: 'xlsx', name: 'a.xlsx', bytes: cells(xml).bytes })
    return document?.tables.map((table) => table.apart)
  }
  expect(await apart(sheet)).toEqual([false])
  expect(await apart(sheet.replace('<row r="2">', '<row r="2" hidden="1">'))).toEqual([true])
})
