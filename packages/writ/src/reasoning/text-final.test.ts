import { describe, expect, it } from 'vitest'
import { parseTurn } from './parse-turn.ts'

describe('the text form of a release', () => {
  it.each([
    ['FINAL(forty-two)', 'forty-two'],
    ['FINAL("a (b) c")', 'a (b) c'],
    ['Done.\nFINAL(two\nlines)', 'two\nlines'],
    ['FINAL("two\nlines :)")', 'two\nlines :)'],
    ["FINAL('x') and more", 'x'],
    ['FINAL("a smile :) and a \\"quote\\"\\n")', 'a smile :) and a "quote"\n'],
    ['FINAL(`a template :(`)', 'a template :('],
    [
      "FINAL(the client's share (half) and the tenants' rest)",
      "the client's share (half) and the tenants' rest",
    ],
    ['FINAL(it says "(see above" there)', 'it says "(see above" there'],
    ['FINAL(5" (inches) of rain)', '5" (inches) of rain'],
    ['FINAL("a" and "b")', '"a" and "b"'],
    ['FINAL({"total": 3, "note": ")"})', { total: 3, note: ')' }],
    ['FINAL([1, 2])', [1, 2]],
    ['FINAL({not json})', '{not json}'],
    ['FINAL(unbalanced\nFINAL(second)', 'second'],
  ])('%s', (text, value) => {
    const { final } = parseTurn(text)
    expect(final).toMatchObject({ form: 'value' })
    expect(final?.form === 'value' && JSON.parse(final.json)).toEqual(value)
  })

  it('names a variable', () => {
    expect(parseTurn('FINAL_VAR(result)').final).toEqual({ form: 'variable', name: 'result' })
    expect(parseTurn('FINAL_VAR("result")').final).toEqual({ form: 'variable', name: 'result' })
  })

  it.each([
    'I will call FINAL(x) later',
    ' FINAL(x)',
    'FINAL(unbalanced',
    'FINAL()',
    'FINALLY(x)',
    '```repl\nFINAL(x)\n```',
    '```json\nFINAL(x)\n```',
    '```\nFINAL(x)',
    '`FINAL(x)`',
  ])('is not read into %j', (text) => {
    expect(parseTurn(text).final).toBeUndefined()
  })

  it('looks past few calls that nothing closes, so that a long turn costs little', () => {
    const open = 'FINAL(never closed\n'
    expect(parseTurn(`${open.repeat(15)}FINAL(x)`).final).toBeDefined()
    expect(parseTurn(`${open.repeat(16)}FINAL(x)`).final).toBeUndefined()
  })

  it.each(["\\'", '\\"', '\\`', '`\\'])(
    'is looked for once behind marks that nothing closes: %j',
    (marks) => {
      expect(parseTurn(`FINAL(${marks.repeat(200_000)}`).final).toBeUndefined()
    },
  )
})
