import type { StrategyChoice, StrategyQuestion } from '@writ/contract'
import { expect, it } from 'vitest'
import { chooseStrategy } from './strategy.ts'

const choose = (asked: Partial<StrategyQuestion>): StrategyChoice =>
  chooseStrategy({
    requested: 'auto',
    question: 'What do they have in common?',
    bytes: 1,
    documents: 0,
    contextWindow: 8_000,
    planned: false,
    scripted: false,
    ...asked,
  })

it.each([
  [8_000, 0, 'direct'],
  [8_001, 0, 'recurse'],
  [0, 0, 'direct'],
  [7_800, 1, 'direct'],
  // Marks and names of documents take room in a prompt, too.
  [10, 1_000, 'recurse'],
])(
  'auto over %i bytes in %i documents, with a window of 8,000 tokens, is %s',
  (bytes, documents, strategy) => {
    expect(choose({ bytes, documents }).strategy).toBe(strategy)
  },
)

it('says whether the texts or their number does not fit', () => {
  expect(choose({ bytes: 1e6 }).reason).toBe('context-exceeds-half-the-window')
  expect(choose({ documents: 1_000 }).reason).toBe('documents-exceed-half-the-window')
})

it('looks up first what a question names, where the context does not fit', () => {
  const question = 'Who signed the Acme agreement?'
  expect(choose({ question, bytes: 1e6 })).toEqual({
    strategy: 'retrieve',
    repl: true,
    turns: true,
    reason: 'question-names-what-it-looks-up',
  })
  expect(choose({ question }).strategy).toBe('direct')
  expect(choose({ question, bytes: 1e6, requested: 'recurse' }).strategy).toBe('recurse')
})

it.each([
  ['auto', 'script-answers-the-question'],
  ['script:find-all', 'requested'],
])('follows a script, for %s because: %s', (requested, reason) => {
  for (const planned of [true, false])
    expect(choose({ requested, planned, scripted: true })).toEqual({
      strategy: 'script',
      repl: true,
      turns: false,
      reason,
    })
})

it('does what is asked and refuses what does not exist', () => {
  expect(choose({ requested: 'recurse' })).toMatchObject({
    strategy: 'recurse',
    turns: true,
    reason: 'requested',
  })
  expect(choose({ requested: 'direct', bytes: 1e9 })).toMatchObject({ strategy: 'direct', turns: false })
  expect(choose({ requested: 'retrieve', bytes: 1e9 })).toMatchObject({
    strategy: 'retrieve',
    repl: false,
    turns: false,
  })
  expect(() => choose({ requested: 'guess', planned: true })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  )
})

it.each(['auto', 'direct', 'retrieve', 'recurse'])(
  'a model that answers by a plan recurses when asked for %s',
  (requested) => {
    expect(choose({ requested, planned: true, question: 'Who signed Acme-1?', bytes: 1e9 })).toMatchObject({
      strategy: 'recurse',
      turns: true,
    })
  },
)
