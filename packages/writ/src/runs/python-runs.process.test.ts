import { block, sequence } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../sandbox/fully-confined.fixture.ts'
import { PYTHON } from './python-dialect.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// Whole runs whose frames write Python. The model is scripted. `python-runs.long.process.test.ts` has the published transcripts,
// and the run that is cut off and forked all over.

const lack = await fullyConfined()
let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

const repl = 'python'

describe.skipIf(lack !== undefined)('a run whose frames write Python', () => {
  it('comes to its answer, verifies, and is identical when it is done again', async () => {
    const { answer } = await home.ask(PYTHON, {}, { repl })
    expect(answer).toMatchObject({ status: 'complete', usage: { frames: 3 } })
    const [parts, kids, missing, , , seconds, paid, quote, notes] = answer.value as readonly unknown[]
    expect({ parts, kids, missing, paid, quote, notes }).toEqual({
      parts: ['said a', 'said b', 'said c'],
      kids: ['A TEXT', 'OTHER'],
      missing: 'UnknownDocument',
      paid: 'said paid',
      quote: 'needle',
      notes: ['word'],
    })
    expect(Number(seconds)).toBeGreaterThan(1_700_000_000)
    expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const cells = await home.within(async (writ) => (await writ.show(answer.run)).steps)
    expect(cells.filter(({ outcome }) => outcome === 'imposed')).toHaveLength(1)
  })

  it('asks tables by SQL, and is identical when it is done again', async () => {
    const texts = [
      { id: 'shop/orders.csv', text: 'order_id,amount\n1,10.50\n2,20.25\n3,5.00\n' },
      { id: 'shop/about.txt', text: 'no table' },
    ]
    const query = 'SELECT order_id, amount, _span FROM orders ORDER BY amount DESC'
    const script = sequence([
      block(`names = [(t.name, t.rows) for t in tables()]\nfound = sql(${JSON.stringify(query)}, limit=2)`),
      block(`try:
    sql("SELECT 1 FROM nowhere")
except Exception as e:
    missing = type(e).__name__
FINAL([names, [[r.order_id, r.amount] for r in found.rows], found.truncated, cite(found.rows[0]["_span"]).quote, missing])`),
    ])
    const { answer } = await home.ask(script, {}, { repl, context: texts })
    expect(answer.value).toEqual([
      [['orders', 3]],
      [
        ['2', 20.25],
        ['1', 10.5],
      ],
      true,
      '2,20.25',
      'UnknownTable',
    ])
    expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('asks the structure of code, and is identical when it is done again', async () => {
    const text = 'export function f() { return g() }\nfunction g() {}\n'
    const script = sequence([
      block(`of = symbols("g", kind="function").symbols[0]
found = links(of, kind="calls").links[0]
try:
    links("nowhere")
except Exception as e:
    missing = type(e).__name__
FINAL([of.id, found["from"], found.confidence, cite(found, "g()").quote, len(symbols().symbols), missing])`),
    ])
    const { answer } = await home.ask(script, {}, { repl, context: [{ id: 'a.ts', text }] })
    expect(answer.value).toEqual(['a.ts#g', 'a.ts#f', 'certain', 'g()', 2, 'UnknownSymbol'])
    expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('filters documents, and is identical when it is done again', async () => {
    const texts = [
      { id: 'mail/a.csv', text: 'harbour,1\n' },
      { id: 'b.md', text: 'The harbour.\n' },
    ]
    const script = sequence([
      block(`found = search("harbour", type="table", glob=["mail/**", "b.*"])
listed = docs(since="2024", type="text")
try:
    grep("x", until="soon")
except Exception as e:
    bad = type(e).__name__
FINAL([[p.doc for p in found], listed, listed.undated, grep("h", since="2024").undated, len(docs({"type": "text"})), bad])`),
    ])
    const { answer } = await home.ask(script, {}, { repl, context: texts })
    expect(answer.value).toEqual([['mail/a.csv'], [], 1, 2, 1, 'BadRequest'])
    expect(await home.verify(answer)).toMatchObject({ ok: true })
    expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is what the profile of its model says, and tells the model of Python', async () => {
    const told = ({
      messages,
      turns,
    }: {
      messages: readonly { content: string }[]
      turns: number
    }): string =>
      turns === 0 ? block('print(1)') : block(`FINAL(${JSON.stringify(messages[0]?.content ?? '')})`)
    const { answer } = await home.ask(told, { profiles: { 'any/*': { language: 'python' } } })
    expect(answer.value).toContain('by writing Python for a REPL')
    expect(answer.value).toContain('- llm_query(prompt, model=None,')
    expect(answer.value).not.toMatch(/\bawait \w+\(|- reduce\(/)
  })
})

describe('a run that cannot be in Python', () => {
  it('is refused: the built-in model writes JavaScript', async () => {
    const asked = home.ask(() => '', { model: 'builtin/extractive' }, { repl })
    await expect(asked).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('writes JavaScript'),
    })
    const other = home.ask(() => '', {}, { repl: 'ruby' as 'python' })
    await expect(other).rejects.toMatchObject({ code: 'USAGE' })
  })
})
