import { expect, it } from 'vitest'
import { GivenText } from './given-text.ts'

/** An equal text that is another string to the engine. */
const again = (text: string): string => Buffer.from(text).toString()

it('gives equal texts as one object, and others as they are', () => {
  const given = new GivenText()
  const text = 'a line\n'.repeat(100)
  const first = given.of(text, 1)
  expect(given.of(again(text), 1)).toBe(first)
  expect(given.of(text, 2)).toEqual({ type: 'text', text, docs: 2 })
  expect(given.of(`${text}!`, 1)).toEqual({ type: 'text', text: `${text}!`, docs: 1 })
})
