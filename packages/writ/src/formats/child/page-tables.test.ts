import { expect, it } from 'vitest'
import { parseFile } from './parse-file.ts'

async function tableOf(rows: string): Promise<unknown> {
  const bytes = Buffer.from(`<table>${rows}</table>`)
  const { document } = await parseFile({ format: 'html', name: 'a.html', bytes })
  return document?.tables
}

const HEAD = '<tr><th>City<th>Sales'

it('takes a table with its names, and cells as they look', async () => {
  expect(await tableOf(`${HEAD}<tr><td>Ulm<td>5<tr><td>Bonn<td>`)).toMatchObject([
    {
      part: '1',
      marked: true,
      columns: [{ name: 'City' }, { name: 'Sales', mayGroup: true }],
      rows: [{ cells: ['Ulm', '5'] }, { cells: ['Bonn', null] }],
    },
  ])
})

it.each([
  ['5<sup>1</sup>', '5^1'],
  ['5<sub>2</sub>', '5_2'],
  ['<ins>1</ins>2', '1 2'],
  ['1<br>2', '1 2'],
  ['<span hidden>1</span>2', '2'],
])('what is set beside a figure is no digit of it: %s', async (cell, expected) => {
  expect(await tableOf(`${HEAD}<tr><td>Ulm<td>${cell}`)).toMatchObject([
    { rows: [{ cells: ['Ulm', expected] }] },
  ])
})

it.each([
  ['cells span columns', '<tr><td colspan=2>Ulm', 'span others'],
  ['cells span rows', '<tr><td rowspan=2>Ulm<td>1<tr><td>2', 'span others'],
  ['a cell holds a table', '<tr><td><table><tr><td>1</table><td>2', 'span others'],
  ['a row is shorter', '<tr><td>1', 'another number of cells'],
  ['a figure is struck out', '<tr><td>Ulm<td><del>5</del>', 'struck out'],
  ['a style strikes one out', '<tr><td>Ulm<td><b style="text-decoration: line-through">5</b>', 'struck out'],
  ['a figure stands in a field', '<tr><td>Ulm<td><input value=5>', 'filled in'],
  ['a link is set to a figure', '<tr><td>Ulm<td>100<a href="#1">1</a>', 'several parts'],
  ['a class may hide digits', '<tr><td>Ulm<td><span class=sort>0</span>5', 'several parts'],
  [
    'names have a second row',
    '<thead><tr><td>a<td>b<tr><td>c<td>d</thead><tr><td>1<td>2',
    'more than one row',
  ],
  ['names stand again', `<tr><td>1<td>2${HEAD}`, 'more than one row'],
])('makes no table where %s', async (_what, rows, problem) => {
  expect(await tableOf(HEAD + rows)).toMatchObject([{ problem: expect.stringContaining(problem) }])
})

it.each([
  ['a row is set below the others', '<tfoot><tr><td>All<td>9</tfoot><tr><td>Ulm<td>9', true],
  ['nothing is of another kind', '<tbody><tr><td>Ulm<td>9<tr><td>Bonn<td></tbody>', false],
])('says whether a row is of another kind: %s', async (_what, rows, apart) => {
  expect(await tableOf(HEAD + rows)).toMatchObject([{ apart }])
})
