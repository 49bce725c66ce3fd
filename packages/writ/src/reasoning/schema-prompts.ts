import type { Message } from '@writ/contract'
import { cutMiddle } from './show.ts'

// What is said to models about schemas: part of what shapes a frame.

/** Characters of an answer that did not fit which its model is shown again. */
const REPLY_CHARS = 4_000

/** For a model that answers at once. */
export function schemaPrompt(schema: string): string {
  return `Answer with one JSON value and nothing else. It must fit this JSON Schema:\n${schema}`
}

/** For a model that answers by releasing a value. */
export function releasePrompt(schema: string): string {
  return `The value you release must fit this JSON Schema:\n${schema}`
}

/** What a model is told after an answer that did not fit: the answer, cut where it is long, and why. */
export function askAgain(reply: string, why: string): readonly Message[] {
  return [
    { role: 'assistant', text: cutMiddle(reply, REPLY_CHARS) },
    {
      role: 'user',
      text: `Your answer does not fit the JSON Schema: ${why}. Answer again with one JSON value that fits, and nothing else.`,
    },
  ]
}
