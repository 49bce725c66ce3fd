import { expect, it } from 'vitest'
import { csvTable } from './csv-table.ts'
import { parsedTables } from './parsed-tables.ts'

/** Whether the first row of a CSV file is only guessed to name its columns. */
function isGuessed(text: string): boolean {
  const table = csvTable(Buffer.from(text), 'text/csv')
  if (table === undefined || 'problem' in table) throw new Error(table?.problem ?? 'no table')
  return table.guessed === true
}

it.each([
  ['names below', 'Ada,Vienna,open\nBob,Graz,closed\nCy,Linz,lost\n'],
  ['languages', 'en,de\nhouse,Haus\nmouse,Maus\n'],
  ['words', 'city,town\nstreet,road\nname,title\n'],
  ['one column', 'Ada\nBob\nCy\n'],
  [
    'rooms, the first of which has no number',
    'Lobby,big\nRoom 2,low\nRoom 3,high\nRoom 4,low\nRoom 5,low\nRoom 6,low\nRoom 7,low\n',
  ],
  ['numbers, one of which is written wrongly', 'Ada,Graz,x7\nBob,Linz,7\nCy,Wels,8\n'],
  ['nothing below', 'Ada,Vienna\n'],
])('a first row above %s may be no header', (_what, text) => {
  expect(isGuessed(text)).toBe(true)
})

it.each([
  ['numbers', 'person,rooms\nAda,3\nBob,4\n'],
  ['days', 'who,when\nAda,2024-01-02\n'],
  ['sums with signs', 'who,much\nA,$5\nB,$6.50\nC,$1\nD,$8\nE,$9\n'],
  ['what its words name', 'name,city\nAda,Vienna\nBob,Graz\n'],
  ['what is written in another way', 'first_name,homeTown\nAda,Vienna\nBob,Graz\n'],
  ['values with something in common', 'Contact,Web\na@b,http://a\nc@d,http://c\ne@f,http://e\n'],
])('a first row above %s is a header', (_what, text) => {
  expect(isGuessed(text)).toBe(false)
})

it('of a parsed table it is known where the document says so, and guessed else', () => {
  const table = {
    part: '1',
    columns: ['Ada', 'Vienna'].map((name) => ({ name, isText: false, mayGroup: false })),
    rows: [{ start: 0, end: 1, cells: ['Bob', 'Graz'] }],
  }
  expect(parsedTables([{ ...table, marked: true }])).toMatchObject([{ guessed: false }])
  expect(parsedTables([{ ...table, marked: false }])).toMatchObject([{ guessed: true }])
})
