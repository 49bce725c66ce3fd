import { describe, expect, it } from 'vitest'
import type { FromChild, ToChild } from '../messages.ts'
import type { ChildOwner, SandboxChild } from '../sandbox-child.ts'
import { LIMITS } from '../vm-fixture.ts'
import { PythonLink } from './python-link.ts'

// What an interpreter may say, and when. What would say otherwise has got out of the engine, which no test can: so it is
// played here.

/** An interpreter that says what it is made to say. */
class Told implements SandboxChild {
  gone: string | undefined
  #owner: ChildOwner | undefined

  own(owner: ChildOwner): void {
    this.#owner = owner
  }

  says(message: FromChild): void {
    this.#owner?.onMessage(message)
  }

  unref(): void {
    // It holds nothing.
  }

  send(): void {
    // It hears nothing.
  }

  kill(): void {
    this.gone ??= 'it was killed'
  }

  async close(): Promise<void> {
    this.kill()
  }
}

/** What an interpreter is asked, or what it says. */
type Word = { readonly asked: ToChild } | { readonly said: FromChild }

const order = {
  ordinal: 1,
  cell: { language: 'python', code: '' },
  limits: LIMITS,
  firstCallId: 0,
  replies: [],
} as const
const RUN: Word = { asked: { type: 'run', vm: 0, order } }
const REPLY: Word = {
  asked: { type: 'reply', vm: 0, answer: { callId: 0, reply: { ok: true, json: '1' } } },
}
const call = (id: number): Word => ({ said: { type: 'call', vm: 0, id, name: 'read', argsJson: '[]' } })
const ENDED: Word = {
  said: { type: 'ended', vm: 0, end: { result: { outcome: 'ok', output: '', fuel: 0 }, delivered: 1 } },
}
const DRAFT: Word = { said: { type: 'draft', vm: 0, json: '1' } }

/** What is heard of an interpreter in the course of this, and why it is gone. */
function heard(story: readonly Word[]): readonly string[] {
  const child = new Told()
  const told: string[] = []
  const link = new PythonLink(() => child, {
    onMessage: ({ type }) => told.push(type),
    onGone: (reason) => told.push(reason),
  })
  link.start()
  for (const word of story)
    if ('asked' in word) link.send(word.asked)
    else child.says(word.said)
  void link.close()
  return told
}

describe('an interpreter', () => {
  it('says one thing for each that is asked of it', () => {
    expect(heard([RUN, call(0), REPLY, ENDED])).toEqual(['call', 'ended'])
  })

  it.each([
    ['before it is asked', [DRAFT], []],
    ['a second call before the first is answered', [RUN, call(0), call(1)], ['call']],
    ['the end of a cell that waits', [RUN, call(0), ENDED], ['call']],
    ['on when its cell has ended', [RUN, call(0), REPLY, ENDED, DRAFT, DRAFT], ['call', 'ended']],
  ] as const)('that speaks %s is killed, and heard no more', (_when, story, before) => {
    expect(heard(story)).toEqual([...before, 'it spoke before it was asked'])
  })
})
