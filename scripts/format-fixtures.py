"""Makes the documents that the parsers of formats are tested with, by Python's standard library and Chromium.

Run `python3 scripts/format-fixtures.py` at the root of the checkout. The same bytes come out each time, but for
`printed.pdf`, which Chromium writes and which is made only where it is installed.
"""
import csv
import email.message
import gzip
import io
import json
import logging
import mailbox as mailboxes
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import zipfile

PLACE = os.path.join(os.path.dirname(__file__), '../packages/writ/src/formats/fixtures')
MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def office(kind, main, others, parts):
    overrides = ''.join(f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{type_}+xml"/>'
                        for name, type_ in [(main, kind), *others])
    types = (f'{DECLARED}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
             'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>')
    rels = (f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="{main}"/></Relationships>')
    return zipped([('[Content_Types].xml', types), ('_rels/.rels', rels), *parts])


def text_cell(at, text):
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook():
    costs = (f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetData>'
             f'<row r="2">{text_cell("B2", "Supplier")}{text_cell("C2", "Due")}{text_cell("D2", "Share")}{text_cell("E2", "Amount")}</row>'
             f'<row r="3">{text_cell("B3", "Acme")}<c r="C3" s="1"><v>46023</v></c><c r="D3" s="2"><v>0.3333</v></c>'
             '<c r="E3" s="3"><f>1000+234.5</f><v>1234.5</v></c></row>'
             f'<row r="4">{text_cell("B4", "=cmd|&apos;/c calc&apos;!A1")}<c r="E4"><v>0.30000000000000004</v></c></row>'
             f'<row r="5">{text_cell("B5", "Umbrella")}<c r="C5" s="4"><v>46023.75</v></c><c r="E5" t="b"><v>1</v></c></row>'
             '</sheetData></worksheet>')
    people = f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{text_cell("A1", "Zoë Ångström")}</row></sheetData></worksheet>'
    styles = (f'{DECLARED}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
              '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5">'
              + ''.join(f'<xf numFmtId="{n}" applyNumberFormat="1"/>' for n in (0, 14, 9, 4, 22)) + '</cellXfs></styleSheet>')
    book = (f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Costs" sheetId="1" r:id="rId1"/>'
            '<sheet name="People" sheetId="2" r:id="rId2"/></sheets></workbook>')
    rels = (f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">'
            + ''.join(f'<Relationship Id="rId{n}" Type="{OFFICE}/{type_}" Target="{target}"/>' for n, type_, target in
                      [(1, 'worksheet', 'worksheets/sheet1.xml'), (2, 'worksheet', 'worksheets/sheet2.xml'), (3, 'styles', 'styles.xml')])
            + '</Relationships>')
    sheet = 'spreadsheetml.worksheet'
    return office('spreadsheetml.sheet.main', 'xl/workbook.xml',
                  [('xl/worksheets/sheet1.xml', sheet), ('xl/worksheets/sheet2.xml', sheet), ('xl/styles.xml', 'spreadsheetml.styles')],
                  [('xl/workbook.xml', book), ('xl/_rels/workbook.xml.rels', rels), ('xl/styles.xml', styles),
                   ('xl/worksheets/sheet1.xml', costs), ('xl/worksheets/sheet2.xml', people)])


def paragraph(text, style=''):
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ''
    return f'<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>'


def word_document():
    rows = ''.join('<w:tr>' + ''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row) + '</w:tr>'
                   for row in [('Room', 'Size'), ('Kitchen', '14 m²')])
    body = (paragraph('Lease of Oak House', 'Heading1') + paragraph('The tenant pays a rent of 1,200 euros.')
            + paragraph('Termination', 'Heading2') + paragraph('Either party may terminate with ninety days of notice.')
            + f'<w:tbl>{rows}</w:tbl>')
    document = f'{DECLARED}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return office('wordprocessingml.document.main', 'word/document.xml', [], [('word/document.xml', document)])


def pdf(pages):
    objects = [b'<</Type/Catalog/Pages 2 0 R>>', b'', b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>']
    kids = []
    for lines in pages:
        shown = b' '.join(b'(' + line.encode('latin1') + b') Tj T*' for line in lines)
        content = b'BT /F1 12 Tf 72 720 Td 14 TL ' + shown + b' ET' if lines else b''
        objects.append(b'<</Length %d>>stream\n%s\nendstream' % (len(content), content))
        objects.append(b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>' % len(objects))
        kids.append(len(objects))
    objects[1] = b'<</Type/Pages/Count %d/Kids[%s]>>' % (len(kids), b' '.join(b'%d 0 R' % kid for kid in kids))
    return pdf_of(objects)


def pdf_of(objects):
    out, offsets = b'%PDF-1.4\n', []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (number, content)
    table = b''.join(b'%010d 00000 n \n' % offset for offset in offsets)
    return out + (b'xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n'
                  % (len(objects) + 1, table, len(objects) + 1, len(out)))


def outside_font(encoded, encoding, lines=b''):
    """A PDF whose font names its characters by a table that no PDF holds."""
    content = b'BT /F1 12 Tf 72 720 Td 14 TL ' + lines + b'/F2 12 Tf <' + encoded.hex().encode() + b'> Tj ET'
    return pdf_of([b'<</Type/Catalog/Pages 2 0 R>>', b'<</Type/Pages/Count 1/Kids[7 0 R]>>', b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
                   b'<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/%s/DescendantFonts[5 0 R]>>' % encoding,
                   b'<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 8 0 R>>',
                   b'<</Length %d>>stream\n%s\nendstream' % (len(content), content),
                   b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents 6 0 R>>',
                   b'<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>'])


def message(sender, date, subject, text, attachment=None):
    made = email.message.EmailMessage()
    made['From'], made['To'], made['Date'], made['Subject'] = sender, 'Bob <bob@example.org>', date, subject
    made.set_content(text)
    if attachment is not None:
        made.add_attachment(attachment, maintype='application', subtype='pdf', filename='offer.pdf')
        made.set_boundary('=====boundary=====')
    return made.as_bytes()


def mailbox(messages):
    lines = []
    for raw in messages:
        quoted = b'\n'.join(b'>' + line if line.startswith(b'From ') else line for line in raw.split(b'\n'))
        lines.append(b'From MAILER Thu Jan  1 00:00:00 2026\n' + quoted + b'\n')
    return b''.join(lines)


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1767225600
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo('link.txt')
        link.type, link.linkname = tarfile.SYMTYPE, '/etc/passwd'
        archive.addfile(link)
    return gzip.compress(out.getvalue(), mtime=0)


PAGE = '''<!doctype html><html lang="en"><head><meta charset="utf-8"><title>About Acme</title><style>p{color:black}</style></head><body>
<h1>Acme Ltd</h1><p>We make   anvils &amp; rockets, Zoë.<script>var not_shown = 1</script></p>
<h2>History</h2><ul><li>Founded in 1949.</li><li>Sold in 1990.</li></ul>
<table><tr><th>Year</th><th>Sales</th></tr><tr><td>1950</td><td>12</td></tr></table><div hidden>not shown</div></body></html>
'''


def printed(page):
    browser = shutil.which('chromium')
    if browser is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, 'page.html'), os.path.join(folder, 'page.pdf')
        with open(source, 'w', encoding='utf-8') as file:
            file.write(page)
        subprocess.run([browser, '--headless', '--no-sandbox', '--disable-gpu', '--no-pdf-header-footer',
                        f'--print-to-pdf={target}', source], check=True, capture_output=True)
        with open(target, 'rb') as file:
            return file.read()


def numbered_book(date1904, sheets):
    """A workbook of numbers and texts; of a tuple the second item is the number of its style."""
    def cell(value, at):
        if value is None:
            return ''
        if isinstance(value, str):
            return text_cell(at, value)
        number, style = value if isinstance(value, tuple) else (value, 0)
        return f'<c r="{at}" s="{style}"><v>{number}</v></c>'
    formats = ['General', 'yyyy-mm-dd', '0%', '"$"#,##0.00', '[$€-2]#,##0.00']
    styles = (f'{DECLARED}<styleSheet xmlns="{MAIN}"><numFmts count="{len(formats)}">'
              + ''.join(f'<numFmt numFmtId="{200 + n}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for n, code in enumerate(formats))
              + '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
              f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{len(formats)}">'
              + ''.join(f'<xf numFmtId="{200 + n}" applyNumberFormat="1"/>' for n in range(len(formats))) + '</cellXfs></styleSheet>')
    parts, listed, types = [], '', []
    for n, (name, rows) in enumerate(sheets, 1):
        filled = ''.join(f'<row r="{r}">' + ''.join(cell(value, f'{chr(65 + c)}{r}') for c, value in enumerate(row)) + '</row>'
                         for r, row in enumerate(rows, 1))
        parts.append((f'xl/worksheets/sheet{n}.xml', f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetData>{filled}</sheetData></worksheet>'))
        listed += f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>'
        types.append((f'xl/worksheets/sheet{n}.xml', 'spreadsheetml.worksheet'))
    rels = (f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">'
            + ''.join(f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1))
            + f'<Relationship Id="rId99" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>')
    book = (f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
            f'<sheets>{listed}</sheets></workbook>')
    return office('spreadsheetml.sheet.main', 'xl/workbook.xml', [*types, ('xl/styles.xml', 'spreadsheetml.styles')],
                  [('xl/workbook.xml', book), ('xl/_rels/workbook.xml.rels', rels), ('xl/styles.xml', styles), *parts])


def comma_separated(rows):
    out = io.StringIO(newline='')
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def database(statements):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'made.db')
        made = sqlite3.connect(path)
        made.executescript(statements)
        made.close()
        with open(path, 'rb') as file:
            return file.read()


def standard_mailbox(messages):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'made.mbox')
        box = mailboxes.mbox(path)
        for raw in messages:
            one = mailboxes.mboxMessage(raw)
            one.set_from('MAILER', (2026, 1, 1, 0, 0, 0, 3, 1, 0))
            box.add(one)
        box.close()
        with open(path, 'rb') as file:
            return file.read()


def program_log():
    """A log as Python's logging writes it, and how many errors each hour of it has."""
    out, errors = io.StringIO(), {}
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter('%(asctime)s - %(name)s - %(levelname)s - %(message)s'))
    handler.formatter.converter = time.gmtime
    for n in range(240):
        at = 1767225600 + n * 97 + n % 7 * 31
        level = [logging.INFO, logging.INFO, logging.WARNING, logging.ERROR, logging.DEBUG][n * 7 % 11 % 5]
        record = logging.LogRecord(['app.db', 'app.web'][n % 2], level, __file__, 1, 'request %d: no ERROR - really', (n,), None)
        record.created, record.msecs = at + n / 1000, n
        if level == logging.ERROR:
            hour = time.strftime('%Y-%m-%d %H', time.gmtime(at))
            errors[hour] = errors.get(hour, 0) + 1
            if n % 3 == 0:
                record.exc_text = 'Traceback (most recent call last):\n  File "app.py", line 1, in work\nValueError: ERROR of a value'
        handler.emit(record)
    return out.getvalue().encode(), json.dumps(errors, indent=1).encode()


contract = pdf([['Supply agreement', 'between Acme and Umbrella'], [],
                ['The liability of the supplier ends', 'after twenty-four months.']])
offer = message('Ann <ann@example.org>', 'Tue, 03 Mar 2026 10:00:00 +0000', 'The offer',
                'Dear Bob,\n\nFrom here on we ask 4,200 euros.\n', contract)
note = message('Cy <cy@example.org>', 'Wed, 04 Mar 2026 11:00:00 +0000', 'A note', 'From the desk of Cy.\n\nRegards\n')
FILES = {
    'costs.xlsx': workbook(),
    'lease.docx': word_document(),
    'contract.pdf': contract,
    'scan.pdf': pdf([[], []]),
    'printed.pdf': printed(PAGE),
    'adobe-mixed.pdf': outside_font('合同自签署之日起生效'.encode('gbk'), b'GBK-EUC-H', b'(Terms of the contract) Tj T* '),
    'adobe-only.pdf': outside_font('合同自签署之日起生效'.encode('utf-16-be'), b'UniGB-UCS2-H'),
    'page.htm': PAGE.encode(),
    'offer.eml': offer,
    'inbox.mbox': mailbox([note, offer]),
    'pack.zip': zipped([('legal/contract.pdf', contract), ('notes.txt', 'Plain notes within an archive.\n'),
                        ('../evil.txt', 'x'), ('offer.eml', offer), ('.git/config', 'x')]),
    'site.tar.gz': tarred([('site/page.html', PAGE.encode()), ('lease.docx', word_document())]),
}
LOG, ERRORS = program_log()
FILES |= {
    'app.log': LOG,
    'app-errors.json': ERRORS,
    'dates1904.xlsx': numbered_book(True, [
        ('Paid', [('Customer', 'Day', 'Amount', 'Share'), ('Ada', (44561, 1), (10.5, 3), (0.25, 2)), ('Bob', (44562, 1), (20, 3), (0.75, 2))]),
        ('Mixed', [('Customer', 'Amount'), ('Ada', (10.5, 3)), ('Bob', (20, 4))])]),
    # One question over five kinds of files.
    'five/orders.csv': comma_separated([('order_id', 'customer_id', 'item', 'pieces'), (1, 7, 'anvil', 4), (2, 8, 'rope', 10),
                                        (3, 7, 'rope', 100), (4, 7, 'rope', 6)]),
    'five/prices.xlsx': numbered_book(False, [('Prices', [('Price list of 2026',), (), ('item', 'price'), ('anvil', 120.5), ('rope', 3.25)])]),
    'five/contract.pdf': pdf([['Frame contract', 'between Acme and its customers'], ['Customers of the class Gold', 'get a discount of 12 percent.']]),
    'five/inbox.mbox': standard_mailbox([
        message('Ann <ann@example.org>', 'Tue, 03 Mar 2026 10:00:00 +0000', 'Lunch', 'At noon?\n'),
        message('Cy <cy@example.org>', 'Wed, 04 Mar 2026 11:00:00 +0000', 'Our order', 'Please cancel order 3, it was a mistake.\n')]),
    'five/shop.db': database("CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT, class TEXT);"
                             "INSERT INTO customers VALUES (7, 'Umbrella', 'Gold'), (8, 'Initech', 'Tin');"),
}
os.makedirs(os.path.join(PLACE, 'five'), exist_ok=True)
for name, content in FILES.items():
    if content is not None:
        with open(os.path.join(PLACE, name), 'wb') as file:
            file.write(content)
