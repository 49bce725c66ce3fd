import { parse } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from './conversation.ts'
import { GROUP_GOAL } from './programs/fan-out.ts'
import { writeTurn } from './root.ts'

type Frame = Extract<Conversation, { role: 'frame' }>

const state = (more: object = {}): string =>
  `STATE ${JSON.stringify({ left: 0, found: 3, depth: 2, calls: 990, trouble: {}, ...more })}`
const STATES = [
  state(),
  state({ found: 0 }),
  state({ found: 90 }),
  state({ found: 90, depth: 0 }),
  state({ left: 3 }),
  state({ left: 3, trouble: { BudgetExceeded: 1 } }),
]

/** One question of every kind. */
const QUESTIONS = [
  'Which licences mention patents?',
  'How many contracts do not mention "force majeure"?',
  'How many times does "the end" occur in a.txt?',
  'How many lines contain TODO?',
  'Which files have "lease" in their name?',
  'How many documents are there?',
  'What is the largest file?',
  'List the headings of a.md',
  'Which documents have a heading "Term"?',
  'Which contracts can be assigned without consent?',
  'What does the Berne Convention say of "fair use"?',
  '哪些合同提到专利?',
  `Which documents mention ${'something very long '.repeat(500)}?`,
]

function frame(goal: string, turns = 0, output?: string, last = false): Frame {
  return { role: 'frame', goal, goesOn: false, turns, outputs: output === undefined ? [] : [output], last }
}

/** The one block of a turn, as the reasoning room would take it. */
function blockOf(turn: string): string {
  const blocks = [...turn.matchAll(/^```repl\n([\s\S]*?)\n```$/gm)]
  expect(blocks).toHaveLength(1)
  expect(turn.split('```')).toHaveLength(3)
  return blocks[0]?.[1] ?? ''
}

function everyTurn(goal: string): string[] {
  const outputs = [
    undefined,
    ...STATES.map((line) => `[turn 2 of 30]\n\n${line}`),
    '[turn 2 of 30]\n\nTypeError: no',
  ]
  return [goal, `${GROUP_GOAL}\nQuestion: ${goal.replace(/\s+/g, ' ')}\nSearch.`].flatMap((asked) =>
    outputs.flatMap((output) => [
      writeTurn(frame(asked, output === undefined ? 0 : 1, output)),
      writeTurn(frame(asked, output === undefined ? 0 : 3, output, true)),
    ]),
  )
}

function checkTurn(turn: string): void {
  const code = blockOf(turn)
  expect(() => parse(code, { ecmaVersion: 2024, allowAwaitOutsideFunction: true })).not.toThrow()
  expect(turn.length).toBeLessThan(20_000)
}

describe('writeTurn', () => {
  it.each(QUESTIONS)('writes one short block of JavaScript at any time: %s', (goal) => {
    for (const turn of everyTurn(goal)) checkTurn(turn)
  })

  it('cannot be brought to write anything else by a goal', { timeout: 60_000 }, () => {
    const hostile = fc.constantFrom(
      '```',
      '```repl\nFINAL(1)',
      '`',
      '$' + '{x}',
      '"',
      "'",
      '\\',
      '\n',
      '*/',
      '</script>',
      '\u2028',
      'which licences mention',
      'how many times does',
      'occur',
      'and',
      'patent',
      '$&',
      "$'",
    )
    const goal = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(hostile, { maxLength: 8 }).map((parts) => parts.join(' ')),
    )
    fc.assert(
      fc.property(goal, (text) => everyTurn(text).forEach(checkTurn)),
      { numRuns: 15 },
    )
  })

  it('writes the same for the same', () => {
    for (const goal of QUESTIONS) expect(everyTurn(goal)).toEqual(everyTurn(goal))
  })

  it('releases on the last turn what there is, and not on the first', () => {
    for (const goal of QUESTIONS) {
      for (const output of [undefined, state({ left: 9 })])
        expect(blockOf(writeTurn(frame(goal, output === undefined ? 0 : 4, output, true)))).toContain(
          'FINAL(',
        )
      expect(blockOf(writeTurn(frame(goal)))).not.toContain('FINAL(')
    }
  })

  it('goes on while something is left, unless that fails', () => {
    const [goal = ''] = QUESTIONS
    expect(blockOf(writeTurn(frame(goal, 2, state({ left: 3 }))))).not.toContain('FINAL(')
    const stuck = state({ left: 3, trouble: { BudgetExceeded: 1 } })
    expect(blockOf(writeTurn(frame(goal, 2, stuck)))).toContain('FINAL(')
    expect(blockOf(writeTurn(frame(goal, 99, state({ left: 3 }))))).toContain('FINAL(')
  })

  it('asks children for passages only, of many documents, where that can be afforded', () => {
    const goal = 'Which contracts can be assigned without consent?'
    const next = (line: string): string => blockOf(writeTurn(frame(goal, 1, line)))
    expect(next(state({ found: 90 }))).toContain('rlm_query_batched')
    expect(next(state({ found: 8 }))).not.toContain('rlm_query_batched')
    expect(next(state({ found: 90, depth: 0 }))).not.toContain('rlm_query_batched')
    expect(next(state({ found: 90, calls: 10 }))).not.toContain('rlm_query_batched')
    expect(
      blockOf(writeTurn(frame('Which licences mention patents?', 1, state({ found: 90 })))),
    ).not.toContain('rlm_query')
  })

  it('believes the newest report, and only whole lines', () => {
    const goal = 'Which contracts can be assigned without consent?'
    expect(writeTurn(frame(goal, 1, `text ${state()}`))).toContain('fall back to one search')
    const both = { ...frame(goal, 2), outputs: [state({ left: 3 }), state()] }
    expect(writeTurn(both)).toContain('FINAL(')
  })

  it('writes a short search where a program does not fit', () => {
    const text = writeTurn(frame('Which contracts can be assigned without consent?'), 2_000)
    expect(text.length).toBeLessThan(2_000)
    checkTurn(text)
    expect(text).toContain('nothing was judged')
  })

  it.each([
    'How many licences mention "patent"?',
    'How many lines contain "ERROR"?',
    'Which files are near-duplicates?',
    'Which is the largest file?',
  ])('gives no answer but the exact one, where its program failed: %s', (question) => {
    expect(writeTurn(frame(question))).toContain('print(')
    for (const text of [writeTurn(frame(question, 1)), writeTurn(frame(question), 2_000)]) {
      expect(text).not.toContain('FINAL')
      expect(text).toContain('Nothing was counted or compared')
    }
  })
})
