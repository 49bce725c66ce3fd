import type { Answer } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// What model-written code does to whoever parses it ends with the cell, and is done again as it was.

let home: ScriptedHome

beforeEach(async () => {
  home = await scriptedHome()
})
afterEach(() => home.close())

async function identical(answer: Answer): Promise<void> {
  expect((await home.verify(answer)).ok).toBe(true)
  expect(await home.replay(answer.run)).toEqual({
    outcome: 'IDENTICAL',
    steps: answer.usage.steps,
    at: null,
  })
}

/** The parser keeps an error for each, and looks at all of them for the next. */
const SLOW = 'enum A{}'.repeat(6_000)
/** Breaks the parser, which once stayed broken for every later run. */
const BREAKING = `${'a?'.repeat(12_000)}1${':1'.repeat(12_000)}`
const TYPED = block('const n: number = 6; const f = <T,>(x: T): T => x; print(f(n as any) * 7)', 'ts')

describe('a block with types', () => {
  it('that breaks the parser costs its cell, not the next ones nor the next run', async () => {
    const { answer, events } = await home.ask(
      sequence([block('let kept = 1', 'ts'), block(BREAKING, 'ts'), TYPED, block('FINAL(kept + n!)', 'ts')]),
    )
    expect(answer).toMatchObject({ status: 'complete', value: 7 })
    const cells = events.flatMap((event) =>
      event.type === 'step' && event.kind === 'cell' ? [event.outcome] : [],
    )
    expect(cells).toEqual(['ok', 'imposed', 'ok', 'ok'])
    const next = await home.ask(sequence([TYPED, block('FINAL(n satisfies number)', 'ts')]))
    expect(next.answer).toMatchObject({ status: 'complete', value: 6 })
    await identical(next.answer)
    await identical(answer)
  }, 240_000)

  it('that is slow to parse, again and again, ends with the run', async () => {
    const stop = new AbortController()
    const slow = block(SLOW, 'ts')
    const { answer } = await home.ask(
      (request) => {
        if (request.turns === 1) setTimeout(() => stop.abort(), 500)
        return slow
      },
      {},
      { signal: stop.signal },
    )
    expect(answer.reason).toContain('INTERRUPTED')
    expect(answer.usage.modelCalls).toBeLessThan(30)
    await identical(answer)
  })

  it('that is no TypeScript is an error the model is shown and can mend', async () => {
    const { answer } = await home.ask((request) =>
      request.turns === 0
        ? block('let a: string = "x"\nenum B { C }', 'ts')
        : block(`FINAL(${JSON.stringify(/SyntaxError.*\n.*/.exec(request.prompt)?.[0])})`),
    )
    expect(answer.value).toMatch(
      /^SyntaxError: its types cannot be removed: .*enum.*\n {2}at line 2, column 1/,
    )
    await identical(answer)
  })
})

describe('calls that cost nothing', () => {
  it('end a cell that makes them for ever', async () => {
    const { answer, events } = await home.ask(
      sequence([
        block('let kept = 1'),
        block('kept = 2; for (;;) await budget()'),
        block('FINAL([kept, typeof (await budget()).turns])'),
      ]),
      { limits: { cellSteps: 500 } },
    )
    expect(answer).toMatchObject({ status: 'complete', value: [1, 'number'] })
    const stopped = events.find(
      (event) => event.type === 'step' && event.kind === 'cell' && event.outcome === 'limit',
    )
    expect(stopped).toMatchObject({ detail: expect.stringContaining('more than its 500 calls') })
    expect(answer.usage.steps).toBeLessThan(600)
    await identical(answer)
  }, 240_000)
})
