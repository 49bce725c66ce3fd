import type { Format, Parsed } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { fixture } from '../fixtures.fixture.ts'
import { asTar, tarHeader } from '../hostile-files.fixture.ts'
import { parseFile } from './parse-file.ts'

const parse = (format: Format, name: string): Promise<Parsed> =>
  parseFile({ format, name, bytes: fixture(name) })

/** The text that entries of an outline hold. */
const parts = ({ document }: Parsed): readonly (readonly [string, string])[] =>
  document?.outline.map(({ title, start, end }) => [
    title,
    Buffer.from(document.text).subarray(start, end).toString(),
  ]) ?? []

describe('a PDF', () => {
  it('is its pages, and says which hold no text', async () => {
    const parsed = await parse('pdf', 'contract.pdf')
    expect(parts(parsed)).toEqual([
      ['Page 1', 'Supply agreement\nbetween Acme and Umbrella\n\n'],
      ['Page 3', 'The liability of the supplier ends\nafter twenty-four months.\n\n'],
    ])
    expect(parsed.document?.warnings).toEqual(['no text on page 2 of 3: images there are not read'])
  })

  it('is read as another program wrote it', async () => {
    const { document } = await parse('pdf', 'printed.pdf')
    expect(document?.text).toContain('We make anvils & rockets, Zoë.\n')
    expect(document?.title).toBe('About Acme')
  })

  it('says that characters are missing whose table it does not hold, and is left out where no others are in it', async () => {
    const { document } = await parse('pdf', 'adobe-mixed.pdf')
    expect(document?.text).toBe('Terms of the contract\n\n')
    expect(document?.warnings).toEqual([
      "characters are missing that are named by a table of Adobe's that it does not hold (GBK-EUC-H)",
    ])
    await expect(parse('pdf', 'adobe-only.pdf')).rejects.toMatchObject({
      refusal: { code: 'binary', reason: expect.stringContaining('UniGB-UCS2-H') },
    })
  })

  it('without any text is a scan', async () => {
    await expect(parse('pdf', 'scan.pdf')).rejects.toMatchObject({ refusal: { code: 'scan' } })
  })
})

describe('a Word document', () => {
  it('is its headings, paragraphs and tables', async () => {
    const parsed = await parse('docx', 'lease.docx')
    expect(parsed.document?.text).toBe(
      'Lease of Oak House\n\nThe tenant pays a rent of 1,200 euros.\n\nTermination\n\n' +
        'Either party may terminate with ninety days of notice.\n\nRoom\tSize\nKitchen\t14 m²\n',
    )
    expect(parsed.document?.outline.map(({ title, depth }) => [title, depth])).toEqual([
      ['Lease of Oak House', 1],
      ['Termination', 2],
    ])
    expect(parsed.document?.tables).toMatchObject([
      {
        part: '1',
        columns: [{ name: 'Room' }, { name: 'Size' }],
        rows: [{ cells: ['Kitchen', '14 m²'] }],
      },
    ])
  })
})

describe('a page', () => {
  it('is what its reader sees', async () => {
    const { document } = await parse('html', 'page.htm')
    expect(document?.text).toBe(
      'Acme Ltd\n\nWe make anvils & rockets, Zoë.\n\nHistory\n\nFounded in 1949.\nSold in 1990.\n\nYear\tSales\n1950\t12\n',
    )
    expect(document?.title).toBe('About Acme')
  })

  it('shows what follows a head without an end', async () => {
    const bytes = Buffer.from('<html><head><title>T</title><style>p{}</style><p>Text</p>')
    const { document } = await parseFile({ format: 'html', name: 'p.html', bytes })
    expect([document?.title, document?.text]).toEqual(['T', 'Text\n'])
  })

  it('is decoded as it says, unless its bytes say otherwise', async () => {
    const page = (bytes: Buffer): Promise<Parsed> => parseFile({ format: 'html', name: 'p.html', bytes })
    const koi8 = Buffer.from([0xf0, 0xd2, 0xc9])
    const declared = Buffer.concat([Buffer.from('<meta charset="koi8-r"><p>'), koi8])
    expect((await page(declared)).document?.text).toBe('При\n')
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<p>Zoë', 'utf16le')])
    expect((await page(wide)).document?.text).toBe('Zoë\n')
    expect((await page(Buffer.from('<meta charset=utf-8><p>Zo\xeb', 'latin1'))).document?.text).toBe('Zoë\n')
  })
})

describe('a workbook', () => {
  it('is its rows as their reader sees them, with exact values and dates', async () => {
    const parsed = await parse('xlsx', 'costs.xlsx')
    expect(parts(parsed)).toEqual([
      [
        'Costs',
        'Sheet Costs\nSupplier\tDue\tShare\tAmount\nAcme\t2026-01-01\t33% (0.3333)\t1,234.50\n' +
          "=cmd|'/c calc'!A1\t\t\t0.3\nUmbrella\t2026-01-01 18:00:00\t\tTRUE\n\n",
      ],
      ['People', 'Sheet People\nZoë Ångström\n'],
    ])
    expect(parsed.document?.tables[0]).toMatchObject({
      part: 'Costs',
      columns: [{ name: 'Supplier' }, { name: 'Due' }, { name: 'Share' }, { name: 'Amount', isText: false }],
      rows: [
        { cells: ['Acme', '2026-01-01', '0.3333', '1234.5'] },
        { cells: ["=cmd|'/c calc'!A1", null, null, '0.3'] },
        { cells: ['Umbrella', '2026-01-01 18:00:00', null, 'TRUE'] },
      ],
    })
  })
})

it('a workbook that counts days from 1904 has their days, and no figures of several currencies', async () => {
  const { document } = await parse('xlsx', 'dates1904.xlsx')
  expect(document?.tables).toMatchObject([
    {
      part: 'Paid',
      rows: [
        { cells: ['Ada', '2026-01-01', '10.5', '0.25'] },
        { cells: ['Bob', '2026-01-02', '20', '0.75'] },
      ],
    },
    {
      part: 'Mixed',
      columns: [{ name: 'Customer' }, { name: 'Amount', isText: true }],
      rows: [{ cells: ['Ada', '$10.50'] }, { cells: ['Bob', '€20.00'] }],
    },
  ])
})

describe('mail', () => {
  it('is its headers and its body, with attachments as files of their own', async () => {
    const { document, members } = await parse('email', 'offer.eml')
    expect(document?.text).toBe(
      'From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nDate: Tue, 03 Mar 2026 10:00:00 +0000\n' +
        'Subject: The offer\n\nDear Bob,\n\nFrom here on we ask 4,200 euros.\n',
    )
    expect(members.map(({ name }) => name)).toEqual(['offer.pdf'])
    expect(members[0] && Buffer.from(members[0].bytes).equals(fixture('contract.pdf'))).toBe(true)
  })

  it('is the same where its lines end in returns, and refused where some of its headers do', async () => {
    const unix = fixture('offer.eml').toString('latin1').replaceAll('\r\n', '\n')
    const read = (text: string): Promise<Parsed> =>
      parseFile({ format: 'email', name: 'a.eml', bytes: Buffer.from(text, 'latin1') })
    const whole = await read(unix)
    expect(whole.members).toHaveLength(1)
    expect(await read(unix.replaceAll('\n', '\r'))).toEqual(whole)
    expect(await read(unix.replaceAll('\n', '\r\n'))).toEqual(whole)
    const inBody = await read('Subject: S\n\none\rtwo\n')
    expect(inBody.document?.text).toMatch(/one\rtwo/)
    for (const mixed of ['From: a@b.c\rSubject: S\r\rone\n', 'From: a@b.c\nSubject: S\rTo: d@e.f\n\none\n'])
      await expect(read(mixed)).rejects.toMatchObject({
        refusal: { code: 'damaged', reason: expect.stringContaining('end in a return') },
      })
    const mailbox = fixture('inbox.mbox').toString('latin1').replaceAll('\r\n', '\n')
    const asMbox = (text: string): Promise<Parsed> =>
      parseFile({ format: 'mbox', name: 'a.mbox', bytes: Buffer.from(text, 'latin1') })
    expect(await asMbox(mailbox.replaceAll('\n', '\r'))).toEqual(await asMbox(mailbox))
  })

  it('in a mailbox is a message each, with what was quoted as it was', async () => {
    const { members } = await parse('mbox', 'inbox.mbox')
    expect(members.map(({ name }) => name)).toEqual(['0001.eml', '0002.eml'])
    const [note] = members
    const read = await parseFile({ format: 'email', name: '0001.eml', bytes: note?.bytes ?? Buffer.alloc(0) })
    expect(read.document?.text).toContain('\nFrom the desk of Cy.\n')
  })
})

describe('an archive', () => {
  it('is its files, without links and what no corpus has', async () => {
    const zip = await parse('zip', 'pack.zip')
    expect(zip.members.map(({ name }) => name)).toEqual([
      'legal/contract.pdf',
      'notes.txt',
      '../evil.txt',
      'offer.eml',
    ])
    const tar = await parse('gzip', 'site.tar.gz')
    expect(tar.members.map(({ name }) => name)).toEqual(['site/page.html', 'lease.docx'])
    expect(tar.left).toEqual([
      { name: 'link.txt', code: 'unsafe-name', reason: 'it is a link, and links are not followed' },
    ])
  })

  it('leaves out a link with a long target once', async () => {
    const target = [tarHeader('././@LongLink', '12', 'K'), Buffer.alloc(512, 0x61)]
    const { left } = await parseFile({ name: 'a.tar', ...asTar(...target, tarHeader('b', '0', '2')) })
    expect(left.map(({ name }) => name)).toEqual(['b'])
  })
})
