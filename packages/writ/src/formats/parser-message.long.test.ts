import { expect, it } from 'vitest'
import { isWithin } from '../confinement/json-size.ts'
import { parseFile } from './child/parse-file.ts'
import { cells, type HostileFile } from './hostile-files.fixture.ts'
import { MAX_OUTLINE, MAX_TABLE_CELLS } from './limits.ts'
import { MOST_MESSAGE, parserMessage } from './parser-message.ts'

const page = (html: string): HostileFile => ({ format: 'html', bytes: Buffer.from(html) })
const row = (text: string, at: number): string =>
  `<row r="${at}"><c r="A${at}" t="str"><v>${text}</v></c></row>`

it.each<[string, HostileFile]>([
  ['a table of one column', page(`<table>${'<tr><td>x'.repeat(MAX_TABLE_CELLS + 1)}</table>`)],
  ['tables of one cell', page('<table><tr><td>a<tr><td>b</table>'.repeat(MAX_TABLE_CELLS / 2 + 1))],
  ['headings', page('<h1>a</h1>'.repeat(MAX_OUTLINE + 1))],
  ['cells with what is no text', cells(`${row('a', 1)}${row('b_x0000_c_xD800_', 2)}`)],
])('hears what a parser says of %s', async (_what, file) => {
  const { document } = await parseFile({ name: 'a', ...file })
  const said = { type: 'document', document }
  expect(isWithin(JSON.stringify(said), MOST_MESSAGE)).toBe(true)
  expect(parserMessage(said)).toBeDefined()
})
