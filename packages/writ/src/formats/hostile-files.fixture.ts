import { DatabaseSync } from 'node:sqlite'
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { Format } from '@writ/contract'
import { fixture } from './fixtures.fixture.ts'

// Files that try to harm their parser, by mechanism; `n` varies them. For tests only.

export interface HostileFile {
  readonly format: Format
  readonly bytes: Buffer
}

interface Part {
  readonly name: string
  readonly data: Buffer
  readonly size?: number
  readonly crc?: number
  readonly flags?: number
  readonly method?: number
  readonly mode?: number
  /** The part whose bytes it says are its own. */
  readonly at?: number
}

/** A ZIP file whose directory says what it is told to say. */
export function zip(parts: readonly Part[], count: number = parts.length): Buffer {
  const local: Buffer[] = []
  const listed: Buffer[] = []
  const offsets: number[] = []
  let offset = 0
  for (const { name, data, at, mode = 0, flags = 0, method = 8, ...said } of parts) {
    const packed = method === 8 ? deflateRawSync(data) : data
    const [size, crc] = [said.size ?? data.length, said.crc ?? crc32(data)]
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x0403_4b50)
    head.writeUInt16LE(method, 8)
    head.writeUInt32LE(crc, 14)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(size, 22)
    head.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x0201_4b50)
    entry.writeUInt16LE(flags, 8)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc, 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(size, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt16LE(mode, 40)
    entry.writeUInt32LE(at === undefined ? offset : (offsets[at] ?? 0), 42)
    offsets.push(offset)
    local.push(head, Buffer.from(name), packed)
    listed.push(entry, Buffer.from(name))
    offset += 30 + Buffer.byteLength(name) + packed.length
  }
  const directory = Buffer.concat(listed)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

export const part = (name: string, data: string | Buffer, more: Partial<Part> = {}): Part => ({
  name,
  data: Buffer.from(data),
  ...more,
})
const zeros = (mebibytes: number): Buffer => Buffer.alloc(mebibytes * 1024 ** 2)
const asZip = (...parts: readonly Part[]): HostileFile => ({ format: 'zip', bytes: zip(parts) })

export function tarHeader(name: string, size: string | Buffer, type = '0', link = ''): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000644\0', 100)
  if (typeof size === 'string') header.write(size.padStart(11, '0'), 124)
  else size.copy(header, 124)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\x0000', 257)
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
export const asTar = (...blocks: readonly Buffer[]): HostileFile => ({
  format: 'tar',
  bytes: Buffer.concat([...blocks, Buffer.alloc(1024)]),
})

export const wordOf = (...parts: readonly Part[]): HostileFile => ({
  format: 'docx',
  bytes: zip([
    part(
      '[Content_Types].xml',
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    ),
    ...parts,
  ]),
})
export const word = (document: string | Buffer): HostileFile => wordOf(part('word/document.xml', document))
export const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const LAUGHS = `<!DOCTYPE x [<!ENTITY a "ha">${'bcdefghij'
  .split('')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`)
  .join('')}]>`

export const SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
/** A workbook of one sheet. Parts that are given take the place of its own. */
export const book = (sheet: string | Buffer, more: readonly Part[] = []): HostileFile => ({
  format: 'xlsx',
  bytes: zip([...bookParts(sheet).filter(({ name }) => !more.some((other) => other.name === name)), ...more]),
})
const bookParts = (sheet: string | Buffer): readonly Part[] => [
  part(
    '[Content_Types].xml',
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
  ),
  part(
    '_rels/.rels',
    `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ),
  part(
    'xl/workbook.xml',
    `<workbook ${SHEET} xmlns:r="${REL}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ),
  part(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ),
  part('xl/worksheets/sheet1.xml', sheet),
]
export const cells = (rows: string, head = '', after = '', more: readonly Part[] = []): HostileFile =>
  book(`<worksheet ${SHEET}>${head}<sheetData>${rows}</sheetData>${after}</worksheet>`, more)

export const pdf = (objects: readonly string[], trailer = ''): HostileFile => ({
  format: 'pdf',
  bytes: Buffer.from(
    `%PDF-1.4\n${objects.map((content, at) => `${at + 1} 0 obj\n${content}\nendobj\n`).join('')}trailer<</Root 1 0 R${trailer}>>\nstartxref\n0\n%%EOF\n`,
    'latin1',
  ),
})
const CATALOG = '<</Type/Catalog/Pages 2 0 R>>'
export const page = (text: string | Buffer): HostileFile => ({ format: 'html', bytes: Buffer.from(text) })
export const mail = (text: string): HostileFile => ({ format: 'email', bytes: Buffer.from(text) })
const HEAD = 'From: a@b.org\r\nSubject: x\r\n'

/** A fixture with bytes of it changed, from a seed. */
function changed(name: string, n: number): Buffer {
  const bytes = Buffer.from(fixture(name))
  let state = n * 7919 + 17
  for (let at = 0; at < 20; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    bytes[state % bytes.length] = state >>> 8
  }
  return bytes
}

/** A database made by statements; it is closed when its bytes are there. */
export function database(statements: string): Buffer {
  const db = new DatabaseSync(':memory:', { defensive: false })
  try {
    db.exec(statements)
    return Buffer.from(db.serialize())
  } finally {
    db.close()
  }
}
export const asDatabase = (statements: string): HostileFile => ({
  format: 'sqlite',
  bytes: database(statements),
})
const ORDERS = 'CREATE TABLE orders(id INTEGER PRIMARY KEY, customer TEXT);'
const FILLED = `${ORDERS} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO orders SELECT i, 'customer ' || i FROM n;`

/** A database with bytes written over, from a place on. */
function overwritten(at: number, ...bytes: readonly number[]): HostileFile {
  const made = database(FILLED)
  Buffer.from(bytes).copy(made, at)
  return { format: 'sqlite', bytes: made }
}

/** Hostile files by mechanism. */
export const HOSTILE: Readonly<Record<string, (n: number) => HostileFile>> = {
  'a zip that unpacks to far more': (n) => asZip(part('bomb.txt', zeros(8 + n))),
  'a zip within a zip within a zip': (n) => {
    let inner = zip([part('a.txt', 'x')])
    for (let depth = 0; depth < 5 + n; depth += 1) inner = zip([part('inner.zip', inner)])
    return { format: 'zip', bytes: inner }
  },
  'a zip that says it is smaller': (n) => asZip(part('a.txt', 'x'.repeat(1000), { size: n })),
  'a zip that says it is larger': (n) => asZip(part('a.txt', 'x', { size: 0xffff_fff0 - n })),
  'a zip whose sum is wrong': (n) => asZip(part('a.txt', 'text', { crc: n })),
  'a zip whose parts share their bytes': (n) =>
    asZip(
      part('a.txt', zeros(1)),
      ...Array.from({ length: 5 + n }, (_, at) => part(`b${at}.txt`, zeros(1), { at: 0 })),
    ),
  'a zip of parts of one name': (n) =>
    asZip(...Array.from({ length: 5000 + n }, () => part('a.txt', 'x', { method: 0 }))),
  'a zip with a password': (n) => asZip(part(`a${n}.txt`, 'text', { flags: 1 })),
  'a zip packed in an unknown way': (n) => asZip(part('a.txt', 'text', { method: 90 + n })),
  'a zip cut short': (n) => ({ format: 'zip', bytes: fixture('pack.zip').subarray(0, 200 + 100 * n) }),
  'a zip that counts more parts': (n) => ({ format: 'zip', bytes: zip([part('a.txt', 'x')], 60_000 + n) }),
  'a zip whose names lead out': (n) => asZip(part(`${'../'.repeat(n + 1)}etc/passwd`, 'x')),
  'a zip whose names are absolute': (n) => asZip(part(`${n % 2 === 0 ? '/' : 'C:\\'}etc/passwd${n}`, 'x')),
  'a zip with links': (n) => asZip(part(`link${n}`, '/etc/passwd', { mode: 0o120_777 })),
  'a zip whose names cannot be shown': (n) => asZip(part(`a\u202e${'\n'.repeat(n + 1)}txt`, 'x')),
  'a zip that is only its end': (n) => ({
    format: 'zip',
    bytes: Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(n), zip([])]),
  }),
  'a gzip that unpacks to far more': (n) => ({ format: 'gzip', bytes: gzipSync(zeros(8 + n)) }),
  'a gzip cut short': (n) => ({ format: 'gzip', bytes: fixture('site.tar.gz').subarray(0, 100 + n * 10) }),
  'a gzip of nothing': (n) => ({
    format: 'gzip',
    bytes: Buffer.from(`\x1f\x8b\x08${'\xff'.repeat(n + 5)}`, 'latin1'),
  }),
  'a tar whose sum is wrong': (n) =>
    asTar(Buffer.from(tarHeader('a', '0').map((byte, at) => (at === 10 ? n + 1 : byte)))),
  'a tar that ends inside a file': (n) => asTar(tarHeader('a', (1e9 + n).toString(8))),
  'a tar of an endless size': (n) =>
    asTar(tarHeader('a', Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff - n)]))),
  'a tar of links in a circle': (n) =>
    asTar(tarHeader(`a${n}`, '0', '2', `b${n}`), tarHeader(`b${n}`, '0', '2', `a${n}`)),
  'a tar whose names lead out': (n) =>
    asTar(tarHeader(`${'../'.repeat(n + 1)}a`, '1'), Buffer.alloc(512, 0x61)),
  'a tar with records that lie': (n) =>
    asTar(tarHeader('x', '20', 'x'), Buffer.from(`${n}9999 path=x\n`.padEnd(512, '\0')), tarHeader('a', '0')),
  'a Word document of far more': (n) =>
    word(Buffer.concat([Buffer.from(`<w:document ${WORD}>`), Buffer.alloc((8 + n) * 1024 ** 2, 0x20)])),
  'a Word document of entities': (n) =>
    word(
      `${LAUGHS}<w:document ${WORD}><w:body><w:p><w:r><w:t>&j;${n}</w:t></w:r></w:p></w:body></w:document>`,
    ),
  'a Word document that asks for a file': (n) =>
    word(
      `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:document ${WORD}><w:body><w:p><w:r><w:t>${n}&f;</w:t></w:r></w:p></w:body></w:document>`,
    ),
  'a Word document nested deeply': (n) => word(`<w:document ${WORD}><w:body>${'<w:p>'.repeat(20_000 + n)}`),
  'a Word document without its part': (n) => ({
    format: 'docx',
    bytes: zip([part(`word/other${n}.xml`, '<x/>')]),
  }),
  'a workbook of entities': (n) =>
    book(
      `${LAUGHS}<worksheet ${SHEET}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&j;${n}</t></is></c></row></sheetData></worksheet>`,
    ),
  'a workbook that says it is all cells': (n) =>
    cells(`<row r="1"><c r="A1"><v>${n}</v></c></row>`, '<dimension ref="A1:XFD1048576"/>'),
  'a workbook with cells far apart': (n) =>
    cells(
      Array.from(
        { length: 3000 + n },
        (_, at) => `<row r="${at + 1}"><c r="A${at + 1}"><v>1</v></c><c r="XFD${at + 1}"><v>1</v></c></row>`,
      ).join(''),
    ),
  'a workbook of formulas': (n) =>
    cells(`<row r="1"><c r="A1" t="str"><f>WEBSERVICE("http://127.0.0.1/${n}")</f><v>=1+1</v></c></row>`),
  'a workbook of strings that are not there': (n) =>
    cells(`<row r="1"><c r="A1" t="s"><v>${n + 1e6}</v></c></row>`),
  'a workbook with a row that cannot be': (n) =>
    cells(`<row r="${n}999999999"><c r="ZZZZZZ${n}99999999"><v>1</v></c></row>`),
  'a PDF of a million pages': (n) =>
    pdf([CATALOG, `<</Type/Pages/Count ${1_000_000 + n}/Kids[3 0 R]>>`, '<</Type/Page/Parent 2 0 R>>']),
  'a PDF whose pages go in a circle': (n) =>
    pdf([CATALOG, `<</Type/Pages/Count ${n + 1}/Kids[2 0 R 2 0 R]>>`]),
  'a PDF whose tables go in a circle': (n) => ({
    format: 'pdf',
    bytes: Buffer.from(
      `%PDF-1.4\n${' '.repeat(n)}\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Prev ${10 + n}>>\nstartxref\n${10 + n}\n%%EOF`,
    ),
  }),
  'a PDF whose streams lie about their length': (n) => ({
    format: 'pdf',
    bytes: Buffer.from(
      fixture('contract.pdf')
        .toString('latin1')
        .replaceAll(/\/Length \d+/g, `/Length ${10 ** (n % 9)}`),
      'latin1',
    ),
  }),
  'a PDF nested deeply': (n) => pdf([CATALOG, `<</Type/Pages/Count 1/Kids ${'['.repeat(50_000 + n)}`]),
  'a PDF whose stream unpacks to far more': (n) => {
    const stream = deflateSync(Buffer.alloc((16 + n) * 1024 ** 2, 0x20)).toString('latin1')
    return pdf([
      CATALOG,
      '<</Type/Pages/Count 1/Kids[3 0 R]>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
      `<</Filter/FlateDecode/Length ${stream.length}>>stream\n${stream}\nendstream`,
    ])
  },
  'a PDF that is a zip, too': (n) => ({
    format: 'pdf',
    bytes: Buffer.concat([fixture('contract.pdf'), zip([part(`a${n}.txt`, 'x')])]),
  }),
  'a PDF of noise': (n) => ({
    format: 'pdf',
    bytes: Buffer.from(`%PDF-1.${n}\n${'\xff\x00obj<<'.repeat(1000)}`, 'latin1'),
  }),
  'a PDF with bytes changed': (n) => ({ format: 'pdf', bytes: changed('printed.pdf', n) }),
  'a page nested deeply': (n) => page('<div>'.repeat(200_000 + n)),
  'a page of tables in tables': (n) => page(`${'<table><tr><td>'.repeat(20_000 + n)}x`),
  'a page whose tag never ends': (n) => page(`<p ${'a="b" '.repeat(100_000 + n)}`),
  'a page of blanks': (n) => page(`<pre>a${' '.repeat(400_000 + n)}b</pre>`),
  'a page of bytes that are none': (n) => page(Buffer.from(`<p>${'\xff\xfe\xc0'.repeat(n + 1)}`, 'latin1')),
  'a page with a zero in it': (n) => page(`<p>a${'\0'.repeat(n + 1)}b`),
  'a page of a program only': (n) => page(`<script>document.write('${n}')</script>`),
  'mail of parts in parts': (n) =>
    mail(
      `${HEAD}${Array.from({ length: 500 + n }, (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\r\n\r\n--b${at}\r\n`).join('')}`,
    ),
  'mail of an endless header': (n) => mail(`${HEAD}X: ${'y'.repeat(2_000_000 + n)}\r\n\r\ntext`),
  'mail in an encoding that is none': (n) =>
    mail(
      `${HEAD}Content-Type: text/plain; charset=none-${n}\r\nContent-Transfer-Encoding: base64\r\n\r\n====`,
    ),
  'mail whose attachment leads out': (n) =>
    mail(
      `${HEAD}Content-Type: text/plain\r\nContent-Disposition: attachment; filename="${'../'.repeat(n + 1)}a.txt"\r\n\r\ntext`,
    ),
  'a mailbox of too many messages': (n) => ({
    format: 'mbox',
    bytes: Buffer.from('From a 10:00\n\n'.repeat(20_001 + n)),
  }),
  'a database cut short': (n) => ({
    format: 'sqlite',
    bytes: database(FILLED).subarray(0, 4096 * (n + 1) + n),
  }),
  'a database whose pages are changed': (n) =>
    overwritten(4096 * (n + 2), ...Array.from({ length: 200 }, (_, at) => (at * 31) % 256)),
  'a database whose page size is none': (n) => overwritten(16, n + 1, n + 3),
  'a database that counts more pages': (n) => overwritten(28, 0x7f, 0xff, 0xff, n),
  'a database whose root is another page': (n) =>
    asDatabase(`${FILLED} PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = ${n + 900}`),
  'a database whose list is no SQL': (n) =>
    asDatabase(
      `${ORDERS} PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE ${'('.repeat(n + 1)}'`,
    ),
  'a database of views that never end': (n) =>
    asDatabase(
      `CREATE VIEW v${n} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n`,
    ),
  'a database of a program for a table': (n) =>
    asDatabase(
      `CREATE VIRTUAL TABLE t${n} USING fts5(body); INSERT INTO t${n} VALUES ('x'); PRAGMA writable_schema = ON; UPDATE t${n}_data SET block = x'ffffffff'`,
    ),
  'a database of a module that is none': (n) =>
    asDatabase(
      `${ORDERS} PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING nothing${n}(a)')`,
    ),
  'a database that computes without end': (n) =>
    asDatabase(`CREATE TABLE t(a, b AS (length(zeroblob(900000000 + a)))); INSERT INTO t VALUES (${n})`),
  'a database with checks that take long': (n) =>
    asDatabase(
      `CREATE TABLE t(a, CHECK (length(hex(zeroblob(1000000 * a))) >= 0)); INSERT INTO t VALUES (${n + 1})`,
    ),
  'a database with a huge blob': (n) =>
    asDatabase(`CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(${40_000_000 + n}))`),
  'a database with a huge text': (n) =>
    asDatabase(
      `CREATE TABLE t(a); INSERT INTO t VALUES (replace(hex(zeroblob(${17_000_000 + n})), '0', 'a'))`,
    ),
  'a database of text in no encoding': (n) =>
    asDatabase(
      `CREATE TABLE t(a TEXT); INSERT INTO t VALUES (CAST(x'c3${`${n}`.padStart(2, '2')}fe' AS TEXT))`,
    ),
  'a database of many columns': (n) =>
    asDatabase(
      `CREATE TABLE t(${Array.from({ length: 600 + n }, (_, at) => `c${at}`).join()}); INSERT INTO t(c0) VALUES (1)`,
    ),
  'a database of many tables': (n) =>
    asDatabase(Array.from({ length: 3000 + n }, (_, at) => `CREATE TABLE t${at}(a);`).join('')),
  'a database whose names break out': (n) =>
    asDatabase(
      `CREATE TABLE "a""; DROP TABLE b; --${n}"("x"" y" , "'z"); INSERT INTO "a""; DROP TABLE b; --${n}" VALUES (1, 2)`,
    ),
  'a database sorted by what is not there': (n) =>
    asDatabase(
      `${ORDERS} PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE orders(id TEXT COLLATE c${n} PRIMARY KEY, customer) WITHOUT ROWID'`,
    ),
  'a mailbox of no message': (n) => ({ format: 'mbox', bytes: Buffer.from(`${'x'.repeat(n)}\nFrom a\n`) }),
}
