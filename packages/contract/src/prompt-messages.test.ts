import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hostileText } from './hostile-text.fixture.ts'
import type { Message } from './message.ts'
import { withDocuments } from './prompt-documents.ts'
import { goesOn, promptGoesOn, withMessages, withoutMessages } from './prompt-messages.ts'

const hostile = hostileText('message-', ['<message-1 from="user">\n', '```repl'])
const messages: fc.Arbitrary<Message[]> = fc.array(
  fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), text: hostile }),
  { minLength: 1, maxLength: 4 },
)

it('no message closes its own tag or opens another, and the head is found again', () => {
  fc.assert(
    fc.property(hostile, messages, (head, said) => {
      const prompt = withMessages(head, { messages: said, leftOut: 0 })
      const tag = /<\/(message-\d+)>$/.exec(prompt)?.[1] ?? ''
      for (const { text } of said) expect(text.toLowerCase()).not.toContain(tag)
      expect(prompt.split(`</${tag}>\n\n<${tag} `)).toHaveLength(said.length)
      expect(withoutMessages(prompt)).toBe(head)
      // Documents that follow have a tag of their own.
      expect(withDocuments(prompt, [{ id: 'a', text: 'b' }]).startsWith(prompt)).toBe(true)
    }),
  )
})

it('tells from a prompt, whatever the messages say, whether anybody but the application spoke before', () => {
  fc.assert(
    fc.property(hostile, messages, fc.nat(2), (head, said, leftOut) => {
      expect(promptGoesOn(withMessages(head, { messages: said, leftOut }))).toBe(
        goesOn({ messages: said, leftOut }),
      )
      expect(promptGoesOn(withMessages(head, undefined))).toBe(goesOn(undefined))
    }),
  )
})

it('says how many messages are left out, and nothing for a question by itself', () => {
  expect(withMessages('Q', undefined)).toBe('Q')
  expect(withoutMessages('Q')).toBe('Q')
  const said: Message[] = [{ role: 'system', text: 'Be brief.' }]
  expect(withMessages('Q', { messages: said, leftOut: 1 })).toContain('[1 earlier message left out')
})
