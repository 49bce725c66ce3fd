import type { Parsed, ParseRefusal, ParseRequest } from '@writ/contract'
import { expect, it } from 'vitest'
import { cells, HOSTILE } from '../hostile-files.fixture.ts'
import { HOSTILE_STRUCTURES, twoSheets } from '../hostile-structures.fixture.ts'
import { parseFile } from './parse-file.ts'
import { asRefusal } from './refused.ts'

/** What the file, or its first member, is refused for. */
async function refusedFor(mechanism: string): Promise<ParseRefusal['code'] | undefined> {
  const make = HOSTILE[mechanism] ?? HOSTILE_STRUCTURES[mechanism]
  if (make === undefined) throw new Error(`no mechanism ${mechanism}`)
  try {
    const parsed = await parseFile({ name: 'hostile', ...make(1) })
    return parsed.left[0]?.code
  } catch (error) {
    return asRefusal(error).code
  }
}

it.each([
  ['a zip that unpacks to far more', 'limits'],
  ['a zip that says it is smaller', 'damaged'],
  ['a zip that says it is larger', 'limits'],
  ['a zip whose sum is wrong', 'damaged'],
  ['a zip whose parts share their bytes', 'limits'],
  ['a zip with a password', 'encrypted'],
  ['a zip cut short', 'damaged'],
  ['a zip that counts more parts', 'limits'],
  ['a zip with links', 'unsafe-name'],
  ['a gzip that unpacks to far more', 'limits'],
  ['a tar that ends inside a file', 'damaged'],
  ['a tar of an endless size', 'damaged'],
  ['a tar of links in a circle', 'unsafe-name'],
  ['a Word document of far more', 'limits'],
  ['a Word document nested deeply', 'limits'],
  ['a workbook with a row that cannot be', 'damaged'],
  ['a workbook with cells far apart', 'limits'],
  ['a PDF of a million pages', 'scan'],
  ['a page nested deeply', 'limits'],
  ['a page of tables in tables', 'limits'],
  ['a page of a program only', 'damaged'],
  ['a mailbox of too many messages', 'limits'],
  ['a zip whose directory lies behind its end', 'damaged'],
  ['a zip that begins with something else', 'damaged'],
  ['a Word document that is a workbook', 'damaged'],
  ['a workbook that is a Word document', 'damaged'],
  ['a Word document of no encoding', 'damaged'],
  ['a Word document of attributes twice', 'damaged'],
  ['a workbook in the encoding of a machine', 'damaged'],
  ['a workbook of entities', 'damaged'],
  ['a workbook of days that are none', 'damaged'],
  ['a workbook of a truth that is neither', 'damaged'],
  ['a workbook of numbers that are none', 'damaged'],
  ['a workbook of cells of types that are none', 'damaged'],
  ['a workbook with a row in a comment', 'damaged'],
  ['a workbook whose first rows are a comment', 'damaged'],
  ['a workbook with rows in plain text', 'damaged'],
  ['a workbook with two values in a cell', 'damaged'],
  ['a workbook with rows in two places', 'damaged'],
  ['a workbook whose sheet is cut short', 'damaged'],
  ['a workbook of cells of one place', 'damaged'],
  ['a workbook of rows of one place', 'damaged'],
  ['a workbook of cells in rows of others', 'damaged'],
  ['a workbook of rows backwards', 'damaged'],
  ['a workbook with strings nested deeply', 'limits'],
  ['mail with a boundary of nothing', 'damaged'],
  ['mail of parts that are none', 'damaged'],
  ['mail of headers beyond count', 'damaged'],
  ['a database of a free list in a circle', 'damaged'],
  ['a database whose tree leads to itself', 'damaged'],
  ['a database whose schema is of the future', 'damaged'],
] as const)('%s is refused: %s', async (mechanism, code) => {
  expect(await refusedFor(mechanism)).toBe(code)
})

it('says of mail that was cut short that it was', async () => {
  const make = HOSTILE_STRUCTURES['mail of parts that end early']
  const { document } = await parseFile({ name: 'hostile', ...make?.(1) } as ParseRequest)
  expect(document?.warnings).toEqual(['it ends before its last part does: it was cut short'])
})

it('reads text of a workbook that stands as it is in a value or a whole cell, and refuses it elsewhere by name', async () => {
  const read = (row: string): Promise<Parsed> => {
    const { bytes } = cells(`<row r="1">${row}</row>`)
    return parseFile({ format: 'xlsx', name: 'a.xlsx', bytes })
  }
  const { document } = await read(
    '<c r="A1"><v><![CDATA[12]]>.5</v></c><c r="B1" t="str"><v>a<![CDATA[R&D & co >]]></v></c><c r="C1" t="inlineStr"><is><t><![CDATA[x y]]></t></is></c>',
  )
  expect(document?.text).toBe('Sheet A\n12.5\taR&D & co >\tx y\n')
  for (const row of [
    '<c r="A1" t="inlineStr"><is><r><t><![CDATA[here]]></t></r></is></c>',
    '<c r="A1" t="str"><v><![CDATA[</v></c><c r="B1" t="str"><v>here]]></v></c>',
    '<c r="A1"><![CDATA[here]]><v>1</v></c>',
    '<c r="A1" t="str"><v><![CDATA[&amp;]]></v></c>',
    '<c r="A1" t="str"><v><![CDATA[&]]>lt;</v></c>',
    '<c r="A1" t="inlineStr"><is><t><![CDATA[</t>]]></t></is></c>',
    '<c r="A1"><f><![CDATA[1+1]]></f><v>2</v></c>',
  ])
    await expect(read(row)).rejects.toMatchObject({
      refusal: { code: 'damaged', reason: expect.stringContaining('(CDATA)') },
    })
})

it('says of a workbook which of its sheets cannot be read', async () => {
  const { document } = await parseFile({ name: 'hostile', ...twoSheets('<c r="A1" t="s"><v>99</v></c>') })
  expect(document?.text).toContain('kept')
  expect(document?.warnings).toEqual(['sheet A: it cannot be read'])
})

it('takes a link to another workbook for what it is', async () => {
  const { bytes } = cells('<row r="1"><c r="A1" t="str"><v>here</v></c></row>', '', '', [
    {
      name: 'xl/externalLinks/externalLink1.xml',
      data: Buffer.from(
        '<externalLink><externalBook><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>1</v></cell></row></sheetData><sheetData sheetId="1"/></sheetDataSet></externalBook></externalLink>',
      ),
    },
  ])
  const { document } = await parseFile({ format: 'xlsx', name: 'a.xlsx', bytes })
  expect(document?.text).toBe('Sheet A\nhere\n')
})
