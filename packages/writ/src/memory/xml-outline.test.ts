import { expect, it } from 'vitest'
import { Outliner } from './outline.ts'
import { xmlOutline } from './xml-outline.ts'

const outline = (text: string): unknown =>
  xmlOutline(Buffer.byteLength(text), () => Buffer.from(text)).map(({ title, depth, start, end }) => [
    depth,
    title,
    Buffer.from(text).toString('utf8', start, end).length,
  ])

it('is of the elements that hold others, with what they are called', () => {
  const chapter = '<chapter><title>One</title><p>Zoë</p></chapter>'
  const text = `<book name="B">${chapter}<items><item><a>1</a></item><item><a>2</a></item></items><note>x</note></book>`
  expect(outline(text)).toEqual([
    [1, 'book B', text.length],
    [2, 'chapter One', chapter.length],
    [2, 'items', 57],
  ])
})

it('is none of what is no XML, or declares entities', () => {
  expect(outline('<a><b>')).toEqual([])
  expect(outline('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toEqual([])
  expect(xmlOutline(1e9, () => expect.unreachable())).toEqual([])
})

it('of YAML is its outermost keys', () => {
  const outliner = new Outliner('application/yaml')
  const text = '# a comment\nversion: 3\nscript: |\n  inner: no\n"more things":\n- a: 1\nhttp://x\n'
  outliner.push(Buffer.from(text))
  expect(outliner.end(text.length).map(({ title, start }) => [title, start])).toEqual([
    ['version', 12],
    ['script', 23],
    ['more things', 45],
  ])
})
