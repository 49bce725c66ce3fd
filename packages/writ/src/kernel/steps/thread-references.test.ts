import type { MessageHeaders } from '@writ/contract'
import { expect, it } from 'vitest'
import { threadReferences } from './thread-references.ts'

function message(doc: string, more: Partial<MessageHeaders> = {}): MessageHeaders {
  return { doc, id: `<${doc}>`, inReplyTo: [], references: [], subject: 'plans', isReply: false, ...more }
}

const FIRST = message('first')
const REPLY = message('reply', { inReplyTo: ['<first>'], isReply: true })
const LOST = message('lost', { isReply: true })

const reach =
  (...docs: readonly string[]) =>
  (doc: string): boolean =>
    docs.includes(doc)

it('tells nothing of a message out of reach: it is as if it were not there', () => {
  const all = [FIRST, REPLY, LOST]
  for (const { doc } of all) {
    const others = all.filter((one) => one.doc !== doc)
    for (const other of others)
      expect(threadReferences(other.doc, all, reach(...others.map((one) => one.doc)))).toEqual(
        threadReferences(other.doc, others, () => true),
      )
  }
  expect(threadReferences('first', all, reach('reply'))).toEqual([])
})

it('gives every message of an id that several have, with the doubt', () => {
  const again = message('again', { id: '<first>', references: ['<first>'] })
  expect(threadReferences('reply', [FIRST, REPLY, again], () => true)).toMatchObject(
    ['first', 'again'].map((to) => ({ to, relation: 'parent', problem: '2 messages have this id' })),
  )
  // A copy that names its own id is no reply to this one.
  expect(threadReferences('first', [FIRST, again], () => true)).toEqual([])
})

it('is likely of a subject only where a reply names nothing', () => {
  const alike = (messages: readonly MessageHeaders[]): unknown =>
    threadReferences('first', messages, () => true).filter(({ likely }) => likely)
  expect(alike([FIRST, LOST])).toMatchObject([{ to: 'lost', relation: 'same-subject', messageId: null }])
  expect(alike([FIRST, REPLY, message('other')])).toEqual([])
  const untitled = [FIRST, LOST].map((one) => ({ ...one, subject: '' }))
  expect(alike(untitled)).toEqual([])
})
