import { expect, it } from 'vitest'
import { memberName } from './member-name.ts'

it.each([
  ['a.txt', 'a.txt'],
  ['./a/b.txt', 'a/b.txt'],
  ['a\\b.txt', 'a/b.txt'],
])('%j is named %j', (name, plain) => {
  expect(memberName(name)).toBe(plain)
})

it.each([
  '',
  '..',
  '../a',
  'a/../../b',
  '/etc/passwd',
  'C:\\a',
  'a//b',
  'a\nb',
  'a\0',
  'a\u202etxt',
  '\ud800',
  'x'.repeat(2000),
])('%j is no name', (name) => {
  expect(memberName(name)).toBeUndefined()
})
