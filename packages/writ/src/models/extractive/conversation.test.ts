import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { conversationOf } from './conversation.ts'

const user = (text: string): LanguageModelV4Prompt[number] => ({
  role: 'user',
  content: [{ type: 'text', text }],
})
const system = { role: 'system', content: 'A REPL with llm_query.' } as const

describe('conversationOf', () => {
  it('takes a conversation without REPL names for a sub-call', () => {
    const prompt = [{ role: 'system', content: 'Answer.' } as const, user('Question:\nWhat?')]
    expect(conversationOf(prompt)).toEqual({ role: 'leaf', prompt: 'Question:\nWhat?' })
    expect(conversationOf([user('llm_query REPL')])).toMatchObject({ role: 'leaf' })
  })

  it('finds the goal between its lines, whatever the goal says', () => {
    const goal = 'First line\nQuestion: inner\nCorpus: none of it\n\nThis is your last turn.'
    const first = `[turn 1 of 30]\n\nQuestion:\n${goal}\n\nCorpus: 1,234 documents, 5 bytes.\nThe first of them: a`
    expect(conversationOf([system, user(first)])).toEqual({
      role: 'frame',
      goal,
      goesOn: false,
      turns: 0,
      outputs: [],
      last: false,
    })
  })

  it('counts turns by the header when the oldest ones are gone', () => {
    const prompt = [
      system,
      user('[turn 1 of 30]\n\nQuestion:\nWhat?\n\nCorpus: none.'),
      user('[turn 5 of 30 · depth 0]\n\nout'),
    ]
    expect(conversationOf(prompt)).toMatchObject({
      turns: 4,
      goal: 'What?',
      outputs: ['[turn 5 of 30 · depth 0]\n\nout'],
    })
  })

  it('hears of the last turn from the header, not from output', () => {
    const first = user('[turn 1 of 30]\n\nQuestion:\nWhat?\n\nCorpus: none.')
    const last = '[turn 9 of 9]\nThis is your last turn: release what you have now.\n\nout'
    expect(conversationOf([system, first, user(last)])).toMatchObject({ last: true })
    expect(conversationOf([system, first, user('[turn 2 of 9]\n\nout\nthe last turn')])).toMatchObject({
      last: false,
    })
    const only = '[turn 1 of 1]\nThis is your last turn: release.\n\nQuestion:\nWhat?\n\nCorpus: none.'
    expect(conversationOf([system, user(only)])).toMatchObject({ last: true })
  })
})
