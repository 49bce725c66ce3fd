import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Drift, type DriftKind, driftWarning, noProgress, type TurnTrace } from './drift.ts'

const turn = (trace: Partial<TurnTrace>): TurnTrace => ({
  code: '',
  printed: '',
  asked: '',
  error: undefined,
  ...trace,
})

function follow(traces: readonly Partial<TurnTrace>[]): (DriftKind | undefined)[] {
  const drift = new Drift()
  return traces.map((trace) => drift.accept(turn(trace)))
}

const none = (count: number): undefined[] => Array.from({ length: count }, () => undefined)

describe('a frame wanders', () => {
  it('when it runs the same code and gets the same again, also with other code between', () => {
    const [a, b] = [
      { code: 'print(1)', printed: '1' },
      { code: 'print(2)', printed: '2' },
    ]
    expect(follow([a, a])).toEqual([undefined, 'same-cell'])
    expect(follow([a, b, a, b])).toEqual([undefined, undefined, 'same-cell', 'same-cell'])
  })

  it('when three turns in a row end with one error', () => {
    const failing = [1, 2, 3].map((n) => ({ code: `f(${n})`, error: 'ReferenceError: f is not defined' }))
    expect(follow(failing)).toEqual([undefined, undefined, 'same-error'])
    const between = [failing[0], failing[1], { code: 'print(1)', printed: '1' }, failing[2]]
    expect(follow(between.map((trace) => trace ?? {}))).toEqual(none(4))
  })

  it.each([
    ['children fail alike', (n: number) => `NoProgress: The child frame 0.${n} ended with NO_PROGRESS.`],
    [
      'loops are stopped, one way or the other',
      (n: number) => `${n % 2 ? 'FuelExhausted' : 'CellStopped'}: stopped`,
    ],
  ])('when three turns in a row fail because %s', (_, error) => {
    expect(follow([1, 2, 3].map((n) => ({ code: `f(${n})`, error: error(n) })))).toEqual([
      ...none(2),
      'same-error',
    ])
    expect(follow([1, 2].map((n) => ({ code: 'f()', error: error(n) })))).toEqual([undefined, 'same-cell'])
  })

  it('when six turns in a row print and ask nothing new', () => {
    const idle = Array.from({ length: 6 }, (_, n) => ({ code: `const a${n} = 1` }))
    expect(follow(idle)).toEqual([...none(5), 'nothing-new'])
    expect(follow([...idle.slice(0, 5), { code: 'await read(x)', asked: 'digest' }])).toEqual(none(6))
  })
})

describe('a frame gets somewhere', () => {
  it('while the same code asks for something else, as a loop over the corpus does', () => {
    expect(follow(Array.from({ length: 20 }, (_, n) => ({ code: 'await step()', asked: `${n}` })))).toEqual(
      none(20),
    )
  })

  it('while every turn prints something else, whatever the rest is', () => {
    const printed = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 })
    fc.assert(
      fc.property(printed, fc.string(), (texts, asked) => {
        expect(follow(texts.map((text) => ({ code: 'print(next())', printed: text, asked })))).toEqual(
          none(texts.length),
        )
      }),
    )
  })
})

it.each(['same-cell', 'same-error', 'nothing-new'] as const)('says %s in words and as data', (kind) => {
  expect(noProgress(kind, undefined)).toMatchObject({ code: 'NO_PROGRESS', data: { drift: kind } })
  expect(driftWarning(kind)).toContain('FINAL(value)')
  expect(Buffer.byteLength(driftWarning(kind))).toBeLessThan(500)
})
