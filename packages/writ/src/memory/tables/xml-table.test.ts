import { expect, it } from 'vitest'
import { findTables } from './find-tables.ts'
import { xmlTables } from './xml-table.ts'

function find(text: string | Buffer): unknown {
  const bytes = Buffer.from(text)
  return findTables('text/xml', bytes.length, () => bytes).map((found) =>
    'problem' in found
      ? { part: found.part, problem: found.problem }
      : {
          part: found.part,
          columns: found.columns.map(({ name }) => name),
          rows: [...found.rows].map(({ cells, start, end }) => [
            ...cells,
            bytes.toString('utf8', start, end),
          ]),
        },
  )
}

it('takes elements of one name that hold attributes and values, with their bytes', () => {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <order id="0"/> --><!DOCTYPE shop>
<shop><name>Zoë</name><orders xmlns:x="y">
<order id="1" note="a > b"><amount currency="EUR">10.5</amount><who>A &amp; B&#x2f;</who></order>
<order id='2'><who><![CDATA[<C>]]></who><amount/></order>
</orders></shop>`
  expect(find(text)).toEqual([
    {
      part: 'order',
      columns: ['id', 'note', 'amount', 'amount currency', 'who'],
      rows: [
        [
          '1',
          'a > b',
          '10.5',
          'EUR',
          'A & B/',
          `<order id="1" note="a > b"><amount currency="EUR">10.5</amount><who>A &amp; B&#x2f;</who></order>`,
        ],
        ['2', null, null, null, '<C>', `<order id='2'><who><![CDATA[<C>]]></who><amount/></order>`],
      ],
    },
  ])
})

it('takes no text with a structure of its own for a table', () => {
  expect(find('<book><title>T</title><chapter><p>a</p><p>b</p></chapter></book>')).toEqual([])
  expect(find('<a><b x="1"/></a>')).toEqual([])
})

const LAUGHS = `<!DOCTYPE x [<!ENTITY a "ha">${'bcdefghij'
  .split('')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefghi'[at]};`.repeat(10)}">`)
  .join('')}]>`

it.each([
  ['entities in entities', `${LAUGHS}<x><r a="1">&j;</r><r a="2"/></x>`, 'declares entities'],
  [
    'an entity of a file',
    '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    'declares entities',
  ],
  ['a declaration elsewhere', '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>', 'names another file'],
  ['an entity that is not known', '<x><r a="&f;"/><r a="1"/></x>', 'no sign that XML knows'],
  ['an ampersand alone', '<x><r a="1">a & b</r><r a="1"/></x>', 'no sign that XML knows'],
  ['tags that do not match', '<x><r></x></r>', 'do not match'],
  ['an end that is missing', '<x><r a="1"/><r a="1"/>', 'not closed'],
  ['an attribute twice', '<x><r a="1" a="2"/></x>', 'twice'],
  ['two outermost elements', '<x/><x/>', 'outermost'],
  ['elements too deep', '<x>'.repeat(100_000), 'too deep'],
  ['another encoding', '<?xml version="1.0" encoding="Shift_JIS"?><x><r a="ä"/><r a="b"/></x>', 'Shift_JIS'],
  ['an element twice in one', '<x><r><a>1</a><a>2</a></r><r><a>1</a></r></x>', 'twice'],
  ['text beside elements', '<x><r>t<a>1</a></r><r><a>1</a></r></x>', 'text beside'],
  ['elements in values', '<x><r><a><b>1</b></a></r><r><a>1</a></r></x>', 'more than a value'],
  [
    'elements of one name in several places',
    '<x><y><r a="1"/><r a="2"/></y><z><r a="3"/><r a="4"/></z></x>',
    'more than one place',
  ],
  [
    'one more element of the name alone in another place',
    '<x><y><r a="1"/><r a="2"/></y><z><r a="3"/></z></x>',
    'more than one place',
  ],
  [
    'one more element of the name among others',
    '<x><y><r a="1"/><r a="2"/></y><z><r a="3"/><s/></z></x>',
    'more than one place',
  ],
])('makes no table with %s', (_what, text, problem) => {
  expect(find(text)).toEqual([
    {
      part: expect.toSatisfy((part) => part === null || part === 'r'),
      problem: expect.stringContaining(problem),
    },
  ])
})

it('takes figures that attributes tell apart for texts', () => {
  const priced = (...currencies: readonly string[]): string =>
    `<x>${currencies.map((cur) => `<r><price cur="${cur}">5</price></r>`).join('')}</x>`
  const isText = (text: string): unknown =>
    xmlTables(Buffer.from(text)).map((table) => 'columns' in table && table.columns[0]?.isText)
  expect(isText(priced('EUR', 'USD'))).toEqual([true])
  expect(isText(priced('EUR', 'EUR'))).toEqual([false])
})
