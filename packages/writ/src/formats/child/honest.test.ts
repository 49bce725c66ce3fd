import { expect, it } from 'vitest'
import { cells, type HostileFile, mail } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'

// Files as honest programs make them, which a check against hostile ones must not refuse.

const ROW = '<row r="1"><c r="A1" t="str"><v>here</v></c></row>'
const FROM =
  '<from><xdr:col xmlns:xdr="u">1</xdr:col><xdr:row xmlns:xdr="u">2</xdr:row><xdr:c xmlns:xdr="u"/></from>'
const MAIL = 'From: a@example.org\r\nSubject: Hello\r\nContent-Type: multipart/mixed;'
const PART = 'Content-Type: text/plain\r\n\r\nhere\r\n'

it.each<[string, HostileFile]>([
  [
    'a sheet with a button',
    cells(ROW, '', `<controls><control><controlPr><anchor>${FROM}</anchor></controlPr></control></controls>`),
  ],
  [
    'a sheet with a document in it',
    cells(
      ROW,
      '',
      `<oleObjects><oleObject><objectPr><anchor>${FROM}</anchor></objectPr></oleObject></oleObjects>`,
    ),
  ],
  ['mail with a quote in its boundary', mail(`${MAIL} boundary="b\\"1"\r\n\r\n--b"1\r\n${PART}--b"1--\r\n`)],
  ['mail of headers only', mail(`${MAIL} boundary="b"\r\nX-Kept: here\r\nTo: here@example.org\r\n\r\n\r\n`)],
])('%s is read, without a warning', async (_what, file) => {
  const { document, left } = await parseFile({ name: 'honest', ...file })
  expect(document?.text).toContain('here')
  expect([document?.warnings ?? [], left]).toEqual([[], []])
})
