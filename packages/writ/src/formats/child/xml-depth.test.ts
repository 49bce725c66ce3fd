import { expect, it } from 'vitest'
import { MAX_XML_DEPTH } from '../limits.ts'
import { isNestedDeeply } from './xml-depth.ts'

const deep = (xml: string): boolean => isNestedDeeply(Buffer.from(xml))
const open = (tag: string): string => tag.repeat(MAX_XML_DEPTH + 1)

it.each([
  open('<a>'),
  open('<w:p b="/>">'),
  open("<a b='/>'>"),
  open('<a><b/><?c?><!-- </a> --><![CDATA[</a>]]>'),
  `${open('<é>')}<a `,
])('sees that elements are deep in each other', (xml) => {
  expect(deep(xml)).toBe(true)
})

it.each([
  '',
  'no tag',
  '<a>'.repeat(MAX_XML_DEPTH),
  open('<a></a>'),
  open('<a b=">"/>'),
  open('<!-- <a> -->'),
  `<![CDATA[${open('<a>')}`,
  `<a b="${open('<a>')}`,
  open('<?a?>'),
])('sees that they are not', (xml) => {
  expect(deep(xml)).toBe(false)
})
