import { expect, it } from 'vitest'
import { IgnoreRules } from './ignore-rules.ts'

const judge = (text: string, path: string): string | undefined =>
  new IgnoreRules(text).judge(path.replace(/\/$/, '').split('/'), path.endsWith('/'))

it.each([
  ['*.log', 'a/b.log', 'ignored'],
  ['*.log', 'a/b.log/', 'ignored'],
  ['/*.log', 'a/b.log', undefined],
  ['a/*.log', 'a/b.log', 'ignored'],
  ['a/*.log', 'x/a/b.log', undefined],
  ['build/', 'build', undefined],
  ['build/', 'x/build/', 'ignored'],
  ['**/b', 'b', 'ignored'],
  ['**/b', 'x/y/b', 'ignored'],
  ['a/**', 'a/', undefined],
  ['a/**', 'a/b/c', 'ignored'],
  ['a/**/c', 'a/c', 'ignored'],
  ['a/**/c', 'a/b/b/c', 'ignored'],
  ['**', 'a/b', 'ignored'],
  ['/**', 'a/b', 'ignored'],
  ['a**b', 'axxb', 'ignored'],
  ['a?c', 'abc', 'ignored'],
  ['a?c', 'a/c', undefined],
  ['[a-c]x', 'bx', 'ignored'],
  ['[!a-c]x', 'bx', undefined],
  ['[^a-c]x', 'dx', 'ignored'],
  ['[]a]', ']', 'ignored'],
  ['[a\\]]', ']', 'ignored'],
  ['[[:digit:]x]', '7', 'ignored'],
  ['[[:digit:]x]', 'd', undefined],
  ['[a', '[a', undefined],
  ['a\\', 'a\\', undefined],
  ['\\*', '*', 'ignored'],
  ['\\*', 'x', undefined],
  ['\\#a', '#a', 'ignored'],
  ['#a', '#a', undefined],
  ['\\!a', '!a', 'ignored'],
  ['*.md\n!keep.md', 'keep.md', 'kept'],
  ['!keep.md\n*.md', 'keep.md', 'ignored'],
  ['a  ', 'a', 'ignored'],
  ['a\\ ', 'a ', 'ignored'],
  ['a\r', 'a', 'ignored'],
  ['', 'a', undefined],
  ['/', 'a', undefined],
  ['漢*', '漢字', 'ignored'],
  ['?', '😀', 'ignored'],
  ['A', 'a', undefined],
])('%j says of %s: %s', (text, path, verdict) => {
  expect(judge(text, path)).toBe(verdict)
})
