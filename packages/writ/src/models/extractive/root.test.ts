import { parse } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation } from './conversation.ts'
import { GROUP_GOAL } from './programs/fan-out.ts'
import { writeTurn } from './root.ts'

type Frame = Extract<Conversation, { role: 'frame' }>

const STATES = [
  '{"stage":"probed","documents":727,"candidates":90,"depth":2,"calls":990,"trouble":{}}',
  '{"stage":"probed","documents":727,"candidates":3,"depth":2,"calls":990,"trouble":{}}',
  '{"stage":"counted","documents":727,"candidates":0,"depth":2,"calls":990,"trouble":{}}',
  '{"stage":"counted","documents":727,"candidates":5,"depth":2,"calls":990,"trouble":{}}',
  '{"stage":"judged","documents":727,"candidates":5,"depth":2,"calls":990,"trouble":{}}',
]

function frame(goal: string, turns = 0, output?: string, last = false): Frame {
  return { role: 'frame', goal, turns, outputs: output === undefined ? [] : [output], last }
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
    ...STATES.map((state) => `[turn 2 of 30]\n\nSTATE ${state}`),
    '[turn 2 of 30]\n\nTypeError: no',
  ]
  return [goal, `${GROUP_GOAL}\nQuestion: ${goal.replace(/\s+/g, ' ')}\nSearch.`].flatMap((asked) =>
    outputs.flatMap((output) => [
      writeTurn(frame(asked, output === undefined ? 0 : 1, output)),
      writeTurn(frame(asked, 3, output, true)),
    ]),
  )
}

function checkTurn(turn: string): void {
  const code = blockOf(turn)
  expect(() => parse(code, { ecmaVersion: 2024, allowAwaitOutsideFunction: true })).not.toThrow()
  expect(turn.length).toBeLessThan(8_000)
}

describe('writeTurn', () => {
  it.each([
    'Which of these licences end patent rights when the licensee starts patent litigation?',
    'Which licences mention patents?',
    'Find the clause about limitation of liability and indemnification for damages in case of breach',
    'Compare MIT and ISC on warranty',
    'Summarise the documents',
    'What does Apache-2.0 say about patents?',
    'How many documents are there?',
    'How many times does "the end" occur?',
    'Which contracts start, end, forbid, allow, require, fix, travel, fail and publish?',
    `Which documents mention ${'something very long '.repeat(500)}?`,
  ])('writes one short block of JavaScript at any time: %s', (goal) => {
    for (const turn of everyTurn(goal)) checkTurn(turn)
  })

  it('cannot be brought to write anything else by a goal', { timeout: 30_000 }, () => {
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
      'compare',
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
    const goal = 'Which licences allow commercial use?'
    expect(everyTurn(goal)).toEqual(everyTurn(goal))
  })

  it('releases on the last turn whatever came before, and not on the first', () => {
    for (const output of [undefined, 'STATE nonsense', `STATE ${STATES[0]}`]) {
      expect(blockOf(writeTurn(frame('Which licences end?', 4, output, true)))).toContain('FINAL(')
    }
    expect(blockOf(writeTurn(frame('Which licences end?')))).not.toContain('FINAL(')
  })

  it('believes the newest report, and only whole lines', () => {
    const goal = 'Which licences end?'
    const spoofed = `text STATE ${STATES[4]}`
    expect(writeTurn(frame(goal, 1, spoofed))).toContain('A block failed')
    const both = { ...frame(goal, 2), outputs: [`STATE ${STATES[0]}`, `STATE ${STATES[4]}`] }
    expect(writeTurn(both)).toContain('Cite the evidence')
  })

  it('ends rather than going round', () => {
    expect(writeTurn(frame('Which licences end?', 9, `STATE ${STATES[0]}`))).toContain('one search')
  })
})
