import { deflateSync, gzipSync } from 'node:zlib'
import { fixture } from './fixtures.fixture.ts'
import {
  asDatabase,
  book,
  cells,
  type HostileFile,
  mail,
  page,
  part,
  pdf,
  SHEET,
  WORD,
  word,
  wordOf,
  zip,
} from './hostile-files.fixture.ts'

// More files that try to harm their parser: by what they hold in the right places, and by where they end. For tests only.

const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const RELS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const HEAD = 'From: a@b.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n'
const CATALOG = '<</Type/Catalog/Pages 2 0 R>>'
const ONE_PAGE = '<</Type/Pages/Count 1/Kids[3 0 R]>>'

/** A PDF of one page that shows what a stream draws. */
const drawn = (content: string, more: readonly string[] = [], resources = ''): HostileFile =>
  pdf([
    CATALOG,
    ONE_PAGE,
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<${resources}>>>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    ...more,
  ])

/** A fixture that ends early: at one of eight places through all of it. */
const cut =
  (name: string, format: HostileFile['format']) =>
  (n: number): HostileFile => {
    const bytes = fixture(name)
    return { format, bytes: bytes.subarray(0, Math.floor((bytes.length * (n + 1)) / 8)) }
  }
const paragraph = (inner: string): string =>
  `<w:document ${WORD}><w:body><w:p>${inner}</w:p></w:body></w:document>`
const words = (text: string | number): string => `<w:r><w:t>${text}</w:t></w:r>`

/** A workbook of two sheets: one of what is given, and one that says `kept`. */
export function twoSheets(cell: string): HostileFile {
  const sheet = (row: string): string =>
    `<worksheet ${SHEET}><sheetData><row r="1">${row}</row></sheetData></worksheet>`
  const rels = [1, 2].map(
    (n) => `<Relationship Id="rId${n}" Type="${REL}/worksheet" Target="worksheets/sheet${n}.xml"/>`,
  )
  return book(sheet(cell), [
    part(
      'xl/workbook.xml',
      `<workbook ${SHEET} xmlns:r="${REL}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/><sheet name="B" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    ),
    part('xl/_rels/workbook.xml.rels', `<Relationships xmlns="${RELS}">${rels.join('')}</Relationships>`),
    part('xl/worksheets/sheet2.xml', sheet('<c r="A1" t="str"><v>kept</v></c>')),
  ])
}

/** Hostile files by mechanism, beside those of `hostile-files.fixture.ts`. */
export const HOSTILE_STRUCTURES: Readonly<Record<string, (n: number) => HostileFile>> = {
  'a Word document cut short': cut('lease.docx', 'docx'),
  'a workbook cut short': cut('costs.xlsx', 'xlsx'),
  'a PDF cut short': cut('contract.pdf', 'pdf'),
  'a printed PDF cut short': cut('printed.pdf', 'pdf'),
  'mail cut short': cut('offer.eml', 'email'),
  'a mailbox cut short': cut('inbox.mbox', 'mbox'),
  'a page cut short': cut('page.htm', 'html'),
  'a Word document that is a workbook': (n) => ({
    format: 'docx',
    bytes: cells(`<row r="${n + 1}"/>`).bytes,
  }),
  'a workbook that is a Word document': (n) => ({ format: 'xlsx', bytes: word(paragraph(words(n))).bytes }),
  'a PDF that is none': (n) => ({ format: 'pdf', bytes: Buffer.alloc(n * 100, '%PDF-') }),
  'a database that is a page': (n) => ({ format: 'sqlite', bytes: Buffer.from(`SQLite format 3\0<p>${n}`) }),
  'a zip with a name of a megabyte': (n) => {
    const name = `${'d/'.repeat(30_000 + n)}a.txt`
    return { format: 'zip', bytes: zip([part(name, 'x')]) }
  },
  'a zip with a thousand folders in each other': (n) => ({
    format: 'zip',
    bytes: zip(Array.from({ length: 200 }, (_, at) => part(`${'d/'.repeat(at * 5 + n)}a.txt`, 'x'))),
  }),
  'a zip with names of devices': (n) => ({
    format: 'zip',
    bytes: zip([
      part('CON', `${n}`),
      part('a:b.txt', 'x'),
      part('.git/config', '[core]'),
      part('a\\..\\b', 'x'),
    ]),
  }),
  'a zip of files beyond count': (n) => ({
    format: 'zip',
    bytes: zip(Array.from({ length: 20_001 + n }, (_, at) => part(`${at}.txt`, 'x', { method: 0 }))),
  }),
  'a zip of zips that double': (n) => {
    let inner = zip([part('a.txt', `x${n}`)])
    for (let depth = 0; depth < 3; depth += 1)
      inner = zip(Array.from({ length: 16 }, (_, at) => part(`${at}.zip`, inner)))
    return { format: 'zip', bytes: inner }
  },
  'a zip whose directory lies behind its end': (n) => {
    const bytes = zip([part('a.txt', 'x')])
    bytes.writeUInt32LE(0xffff_ff00 + n, bytes.length - 6)
    return { format: 'zip', bytes }
  },
  'a zip that begins with something else': (n) => ({
    format: 'zip',
    bytes: Buffer.concat([Buffer.alloc(100 + n, 0x41), zip([part('a.txt', 'x')])]),
  }),
  'a gzip in a gzip in a gzip': (n) => {
    let inner: Buffer = Buffer.from('x')
    for (let depth = 0; depth < 6 + n; depth += 1) inner = gzipSync(inner)
    return { format: 'gzip', bytes: inner }
  },
  'a gzip of many gzips': (n) => ({
    format: 'gzip',
    bytes: Buffer.concat(Array.from({ length: 20_000 + n }, () => gzipSync('x'))),
  }),
  'a Word document with a template elsewhere': (n) =>
    wordOf(
      part('word/document.xml', paragraph(words(n))),
      part(
        'word/_rels/document.xml.rels',
        `<Relationships xmlns="${RELS}"><Relationship Id="r1" Type="${REL}/attachedTemplate" Target="http://127.0.0.1:9/${n}.dotm" TargetMode="External"/><Relationship Id="r2" Type="${REL}/image" Target="file:///etc/passwd" TargetMode="External"/></Relationships>`,
      ),
    ),
  'a Word document whose parts lead out': (n) =>
    wordOf(
      part(
        'word/document.xml',
        `<w:document ${WORD} xmlns:r="${REL}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><w:body><w:p>${words(n)}<w:r><a:blip r:embed="r1"/></w:r></w:p></w:body></w:document>`,
      ),
      part(
        'word/_rels/document.xml.rels',
        `<Relationships xmlns="${RELS}"><Relationship Id="r1" Type="${REL}/image" Target="../../../../etc/passwd"/></Relationships>`,
      ),
    ),
  'a Word document with fields that run': (n) =>
    word(
      paragraph(
        `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\cmd.exe "/k ${n}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${words('x')}`,
      ),
    ),
  'a Word document of fields that never end': (n) =>
    word(paragraph(`${'<w:r><w:fldChar w:fldCharType="begin"/></w:r>'.repeat(20_000 + n)}${words('x')}`)),
  'a Word document of a huge attribute': (n) =>
    word(paragraph(`<w:r w:rsidR="${'A'.repeat(4 * 1024 ** 2 + n)}"><w:t>x</w:t></w:r>`)),
  'a Word document of attributes twice': (n) =>
    word(paragraph(`<w:r ${'w:a="1" '.repeat(10_000 + n)}><w:t>x</w:t></w:r>`)),
  'a Word document of spans beyond count': (n) =>
    word(
      `<w:document ${WORD}><w:body><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="${10 ** 8 + n}"/></w:tcPr><w:p>${words(1)}</w:p></w:tc></w:tr></w:tbl></w:body></w:document>`,
    ),
  'a Word document of styles in a circle': (n) =>
    wordOf(
      part('word/document.xml', paragraph(`<w:pPr><w:pStyle w:val="a"/></w:pPr>${words(n)}`)),
      part(
        'word/styles.xml',
        `<w:styles ${WORD}><w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>`,
      ),
    ),
  'a Word document of no encoding': (n) =>
    word(
      Buffer.from(
        `<?xml version="1.0" encoding="UTF-${9 + n}"?>${paragraph(words('\xc3\x28\xff'))}`,
        'latin1',
      ),
    ),
  'a workbook of an encoding of two bytes': (n) =>
    book(
      Buffer.from(
        `\ufeff<worksheet ${SHEET}><sheetData><row r="${n + 1}"/></sheetData></worksheet>`,
        'utf16le',
      ),
    ),
  'a workbook of shared formulas without an end': (n) =>
    cells(
      `<row r="1"><c r="A1"><f t="shared" ref="A1:XFD1048576" si="0">A1+${n}</f><v>1</v></c><c r="B1"><f t="shared" si="0"/></c></row>`,
    ),
  'a workbook merged as a whole': (n) =>
    book(
      `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1"><v>${n}</v></c></row></sheetData><mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(50)}</mergeCells></worksheet>`,
    ),
  'a workbook of merged cells beyond count': (n) =>
    book(
      `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1"><v>${n}</v></c></row></sheetData><mergeCells>${Array.from({ length: 50_000 }, (_, at) => `<mergeCell ref="A${at * 2 + 1}:B${at * 2 + 2}"/>`).join('')}</mergeCells></worksheet>`,
    ),
  'a workbook of cells of one place': (n) =>
    cells(`<row r="1"><c r="A1"><v>${n}</v></c><c r="A1"><v>7</v></c></row>`),
  'a workbook of rows of one place': (n) =>
    cells(`<row r="1"><c r="A1"><v>${n}</v></c></row><row r="1"><c r="A1"><v>7</v></c></row>`),
  'a workbook of cells in rows of others': (n) =>
    cells(`<row r="1"><c r="A5"><v>${n}</v></c></row><row r="5"><c r="A5"><v>7</v></c></row>`),
  'a workbook of rows backwards': (n) =>
    cells(
      Array.from(
        { length: 500 },
        (_, at) => `<row r="${500 - at}"><c r="A${500 - at}"><v>${at + n}</v></c></row>`,
      ).join(''),
    ),
  'a workbook of days that are none': (n) =>
    cells(`<row r="1"><c r="A1" t="d"><v>9999-99-9${n}</v></c></row>`),
  'a workbook of a truth that is neither': (n) =>
    cells(`<row r="1"><c r="A1" t="b"><v>${n + 2}</v></c></row>`),
  'a workbook of numbers that are none': (n) =>
    cells(
      `<row r="1"><c r="A1"><v>${['0x10', '1,5', '1 2', 'abc', '--1', '1e', '1.2.3', '٣'][n]}</v></c></row>`,
    ),
  'a workbook of cells of types that are none': (n) =>
    cells(
      `<row r="1"><c r="A1" t="${['N', 'x', '__proto__', 'toString', 'S', '1', 'ss', 'date'][n]}"><v>5</v></c></row>`,
    ),
  'a workbook with a row in a comment': (n) =>
    cells(`<!-- <row r="1"><c r="A1"><v>${n}</v></c></row> --><row r="2"><c r="A2"><v>2</v></c></row>`),
  'a workbook whose first rows are a comment': (n) =>
    book(
      `<worksheet ${SHEET}><!--<sheetData><row r="1"><c r="A1"><v>${n}</v></c></row></sheetData>--><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>`,
    ),
  'a workbook with rows in plain text': (n) =>
    cells(`<![CDATA[<row r="1"><c r="A1"><v>${n}</v></c></row>]]><row r="2"><c r="A2"><v>2</v></c></row>`),
  'a workbook with two values in a cell': (n) => cells(`<row r="1"><c r="A1"><v>${n}</v><v>7</v></c></row>`),
  'a workbook with rows in two places': (n) =>
    book(
      `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1"><v>${n}</v></c></row></sheetData><sheetData><row r="2"><c r="A2"><v>7</v></c></row></sheetData></worksheet>`,
    ),
  'a workbook whose sheet is cut short': (n) => {
    const sheet = `<worksheet ${SHEET}><sheetData>${Array.from({ length: 9 }, (_, at) => `<row r="${at + 1}"><c r="A${at + 1}"><v>${at}</v></c></row>`).join('')}</sheetData></worksheet>`
    return book(sheet.slice(0, sheet.length - 20 - n * 37))
  },
  'a workbook in the encoding of a machine': (n) =>
    book(
      Buffer.from(
        `<?xml version="1.0" encoding="ISO-8859-${n + 1}"?><worksheet ${SHEET}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>caf\xe9</t></is></c></row></sheetData></worksheet>`,
        'latin1',
      ),
    ),
  'a workbook of a number of a million digits': (n) =>
    cells(
      `<row r="1"><c r="A1"><v>${'9'.repeat(1_000_000 + n)}</v></c><c r="B1"><v>1e${9 + n}99</v></c></row>`,
    ),
  'a workbook of a text of four mebibytes': (n) =>
    cells(`<row r="1"><c r="A1" t="inlineStr"><is><t>${'y'.repeat(4 * 1024 ** 2 + n)}</t></is></c></row>`),
  'a workbook with strings nested deeply': (n) =>
    book(
      `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`,
      [part('xl/sharedStrings.xml', `<sst ${SHEET}>${'<si>'.repeat(50_000 + n)}`)],
    ),
  'a workbook whose sheets are one file': (n) => {
    const sheets = Array.from(
      { length: 2_000 + n },
      (_, at) => `<sheet name="S${at}" sheetId="${at + 1}" r:id="rId1"/>`,
    )
    return book(
      `<worksheet ${SHEET}><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>`,
      [
        part(
          'xl/workbook.xml',
          `<workbook ${SHEET} xmlns:r="${REL}"><sheets>${sheets.join('')}</sheets></workbook>`,
        ),
      ],
    )
  },
  'a workbook whose sheet is elsewhere': (n) =>
    book(`<worksheet ${SHEET}/>`, [
      part(
        'xl/_rels/workbook.xml.rels',
        `<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="${REL}/worksheet" Target="file:///etc/passwd" TargetMode="External"/><Relationship Id="rId${n + 2}" Type="${REL}/externalLink" Target="http://127.0.0.1:9/" TargetMode="External"/></Relationships>`,
      ),
    ]),
  'a PDF with objects in themselves': (n) =>
    drawn('BT (x) Tj ET', [
      `<</Type/ObjStm/N ${n + 1}/First 4/Extends 5 0 R/Length 8>>stream\n5 0 5 0 \nendstream`,
    ]),
  'a PDF of forms in a circle': (n) =>
    drawn(
      '/F Do',
      [
        `<</Type/XObject/Subtype/Form/BBox[0 0 ${n + 1} 9]/Resources<</XObject<</F 6 0 R>>>>/Length 5>>stream\n/F Do\nendstream`,
        '<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 5>>stream\n/F Do\nendstream',
      ],
      '/XObject<</F 5 0 R>>',
    ),
  'a PDF of forms that double': (n) =>
    drawn(
      '/F Do /F Do',
      Array.from(
        { length: 24 },
        (_, at) =>
          `<</Type/XObject/Subtype/Form/BBox[0 0 9 ${n + 9}]/Resources<</XObject<</F ${Math.min(at + 6, 28)} 0 R>>>>/Length 11>>stream\n${at === 23 ? 'BT (x)Tj ET' : '/F Do /F Do'}\nendstream`,
      ),
      '/XObject<</F 5 0 R>>',
    ),
  'a PDF of filters upon filters': (n) => {
    let data = Buffer.alloc(1024 ** 2 + n, 0x20)
    for (let depth = 0; depth < 8; depth += 1) data = deflateSync(data)
    return pdf([
      CATALOG,
      ONE_PAGE,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
      `<</Filter[${'/FlateDecode'.repeat(8)}]/Length ${data.length}>>stream\n${data.toString('latin1')}\nendstream`,
    ])
  },
  'a PDF of a prediction beyond measure': (n) => {
    const data = deflateSync(Buffer.alloc(1000)).toString('latin1')
    return pdf([
      CATALOG,
      ONE_PAGE,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
      `<</Filter/FlateDecode/DecodeParms<</Predictor 15/Columns ${2_000_000_000 + n}/Colors 99/BitsPerComponent 32>>/Length ${data.length}>>stream\n${data}\nendstream`,
    ])
  },
  'a PDF that opens with a program': (n) =>
    pdf([
      `<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:9/${n}'\\))>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>>>`,
      ONE_PAGE,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>',
    ]),
  'a PDF whose font is a program': (n) =>
    drawn(
      'BT /F 9 Tf (x) Tj ET',
      [
        `<</Type/Font/Subtype/Type1/BaseFont/X/FontMatrix[1 0 0 1 (0\\);globalThis.owned=${n};\\() 0]/FirstChar 0/LastChar 1/Widths[1]>>`,
      ],
      '/Font<</F 5 0 R>>',
    ),
  'a PDF whose parent is its child': (n) =>
    pdf([
      CATALOG,
      '<</Type/Pages/Count 1/Kids[3 0 R]/Parent 3 0 R>>',
      `<</Type/Page/Parent 2 0 R/Kids[2 0 R]/Rotate ${n}>>`,
    ]),
  'a PDF of a length that is itself': (n) =>
    pdf([
      CATALOG,
      ONE_PAGE,
      '<</Type/Page/Parent 2 0 R/Contents 4 0 R>>',
      `<</Length 4 0 R/X ${n}>>stream\nx\nendstream`,
    ]),
  'a PDF with a password': (n) => ({
    format: 'pdf',
    bytes: Buffer.from(
      fixture('contract.pdf')
        .toString('latin1')
        .replace(/trailer\s*<</, `trailer<</Encrypt<</Filter/Standard/V ${n + 1}/R 3/O(x)/U(y)/P -4>>`),
      'latin1',
    ),
  }),
  'a PDF that draws without an end': (n) => drawn(`BT ${'(x) Tj '.repeat(200_000 + n)}ET`),
  'a PDF that saves its state without an end': (n) => drawn(`${'q '.repeat(5_000 + n)}BT (x) Tj ET`),
  'a page of a million nodes': (n) => page('<p>x</p>'.repeat(1_000_000 + n)),
  'a page of programs and frames': (n) =>
    page(
      `<script>fetch('http://127.0.0.1:9/${n}')</script><iframe src="file:///etc/passwd"></iframe><img src=x onerror=alert(1)><object data="file:///etc/passwd"></object><p>x`,
    ),
  'a page of entities that are none': (n) =>
    page(`<p>&${'a'.repeat(500_000 + n)};&#x110000;&#${'9'.repeat(1000)};&#0;`),
  'a page of a table without measure': (n) =>
    page(`<table><tr><td colspan="${10 ** 9 + n}" rowspan="${10 ** 9}">x<td>y</table>`),
  'a page of spans that multiply': (n) =>
    page(`<table>${`<tr>${`<td rowspan="65534" colspan="1000">${n}`.repeat(100)}`.repeat(100)}</table>`),
  'a page of comments that never end': (n) => page(`<p>x${'<!--'.repeat(300_000 + n)}`),
  'a page of one attribute of eight mebibytes': (n) => page(`<p title="${'y'.repeat(8 * 1024 ** 2 + n)}">x`),
  'a page of lists in lists': (n) => page(`${'<ul><li>'.repeat(9_000 + n)}x`),
  'a page in an encoding that is none': (n) => page(`<meta charset="none-${n}"><p>x`),
  'mail of soft breaks': (n) =>
    mail(
      `${HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${'=\r\n'.repeat(1_000_000 + n)}x`,
    ),
  'mail of escapes that are none': (n) =>
    mail(
      `${HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${'=ZZ=='.repeat(200_000 + n)}`,
    ),
  'mail of words of encodings': (n) =>
    mail(`From: a@b.org\r\nSubject: ${'=?utf-8?Q?=41?= '.repeat(100_000 + n)}\r\n\r\nx`),
  'mail of headers beyond count': (n) => mail(`${'X-A: b\r\n'.repeat(200_000 + n)}\r\nx`),
  'mail of folds': (n) => mail(`${HEAD}X: a\r\n${' b\r\n'.repeat(200_000 + n)}\r\nx`),
  'mail of addresses': (n) => mail(`${HEAD}To: ${'"a" <a@b.org>, '.repeat(50_000 + n)}c@d.org\r\n\r\nx`),
  'mail of groups in groups': (n) => mail(`${HEAD}To: ${'a:'.repeat(100_000 + n)};\r\n\r\nx`),
  'mail of comments in comments': (n) => mail(`${HEAD}To: ${'('.repeat(200_000 + n)}a@b.org\r\n\r\nx`),
  'mail in mail in mail': (n) =>
    mail(`${`${HEAD}Content-Type: message/rfc822\r\n\r\n`.repeat(300 + n)}${HEAD}\r\nx`),
  'mail of parts beyond count': (n) =>
    mail(
      `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n'.repeat(20_001 + n)}--b--\r\n`,
    ),
  'mail of parameters in pieces': (n) =>
    mail(
      `${HEAD}Content-Type: text/plain${Array.from({ length: 20_000 + n }, (_, at) => `; name*${at}=a`).join('')}\r\n\r\nx`,
    ),
  'mail with a boundary of nothing': (n) =>
    mail(`${HEAD}Content-Type: multipart/mixed; boundary=""\r\n\r\n${'--\r\n'.repeat(50_000 + n)}x`),
  'mail of parts that are none': (n) =>
    mail(`${HEAD}Content-Type: multipart/mixed; boundary=b${n}\r\n\r\nwhat it says\r\n`),
  'mail of parts that end early': (n) =>
    mail(
      `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\na,b\r\n1,${n}`,
    ),
  'mail with zeros in its headers': (n) => mail(`${HEAD}X-\0${'\0'.repeat(n)}: \0\r\nTo\0: a\r\n\r\nx\0y`),
  'a mailbox of one endless line': (n) => ({
    format: 'mbox',
    bytes: Buffer.from(`From a@b Thu Jan  1 00:00:00 1970\nSubject: ${'x'.repeat(8 * 1024 ** 2 + n)}`),
  }),
  'a database of triggers that fire': (n) =>
    asDatabase(
      `CREATE TABLE t(a); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.a + 1); END; INSERT INTO t VALUES (${n}); CREATE TRIGGER y INSTEAD OF INSERT ON v BEGIN SELECT load_extension('x'); END`.replace(
        'CREATE TRIGGER y INSTEAD OF',
        'CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER y INSTEAD OF',
      ),
    ),
  'a database of views in a circle': (n) =>
    asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (${n}); CREATE VIEW v AS SELECT * FROM w; CREATE VIEW w AS SELECT * FROM v`,
    ),
  'a database of views that double': (n) =>
    asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (${n}); CREATE VIEW v0 AS SELECT * FROM t; ${Array.from({ length: 30 }, (_, at) => `CREATE VIEW v${at + 1} AS SELECT * FROM v${at} UNION ALL SELECT * FROM v${at};`).join('')}`,
    ),
  'a database that asks for a file': (n) =>
    asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (${n}); CREATE VIEW v AS SELECT readfile('/etc/passwd'), load_extension('/tmp/x'), fts3_tokenizer('x', 'y')`,
    ),
  'a database of texts with zeros': (n) =>
    asDatabase(
      `CREATE TABLE t(a TEXT, b TEXT); INSERT INTO t VALUES ('a' || char(0) || 'b', ${n}), (char(13,10,9), '|')`,
    ),
  'a database of numbers at their ends': (n) =>
    asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (9223372036854775807), (-9223372036854775808), (9e999), (-9e999), (1e-320), (${n})`,
    ),
  'a database of a free list in a circle': (n) => {
    const { bytes } = asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(${20_000 + n})); DELETE FROM t`,
    )
    bytes.writeUInt32BE(2, 32)
    bytes.writeUInt32BE(2, 4096)
    return { format: 'sqlite', bytes }
  },
  'a database whose tree leads to itself': (n) => {
    const made = asDatabase(
      `CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT 'row ' || i FROM n`,
    ).bytes
    // The page of the table is an inner one: its last child is said to be itself.
    made.writeUInt32BE(2, 4096 + 8)
    made.writeUInt16BE(n, 4096 + 3)
    return { format: 'sqlite', bytes: made }
  },
  'a database whose schema is of the future': (n) => {
    const { bytes } = asDatabase(`CREATE TABLE t(a); INSERT INTO t VALUES (${n})`)
    bytes[18] = 9 + n
    bytes[19] = 9
    return { format: 'sqlite', bytes }
  },
  'a database kept in a log beside it': (n) => {
    const { bytes } = asDatabase(`CREATE TABLE t(a); INSERT INTO t VALUES (${n})`)
    bytes[18] = 2
    bytes[19] = 2
    return { format: 'sqlite', bytes }
  },
}
