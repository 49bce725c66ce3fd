import type { JsonObject } from '@writ/contract'
import { dealLeaf, madeDeals } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// Tables and timelines over letters whose contents are known: exact when the model makes no mistake, and empty rather than
// wrong when it makes everything up.

const here = testRuns()
const { run, verified } = here

const DEALS = madeDeals(9, 'test')
const context = DEALS.map(({ id, text }) => ({ id, text }))
const COLUMNS = [
  { name: 'party', description: 'the supplier' },
  { name: 'fee', description: 'the fee of a year', schema: { type: 'number' } },
  { name: 'signed', description: 'the day of signature', schema: { type: 'string', format: 'date' } },
]

interface Row {
  readonly doc: string
  readonly cells: Record<string, { quote: string; start: number; end: number } | { missing: string }>
  readonly [column: string]: unknown
}

interface Timeline {
  readonly events: readonly {
    date: string
    doc: string
    by: string
    event: string
    start: number
    end: number
  }[]
  readonly open: readonly { doc: string; readings: readonly string[] }[]
  readonly more: readonly string[]
}

const follow = async (name: string, input: JsonObject, wrong = false): ReturnType<typeof run> =>
  await run(dealLeaf(DEALS, wrong), { asked: { strategy: `script:${name}`, input, context } })

const quoteOf = (doc: string, start: number, end: number): string =>
  Buffer.from(DEALS.find(({ id }) => id === doc)?.text ?? '')
    .subarray(start, end)
    .toString()

describe('extract-table', () => {
  it('is exact with a model that makes no mistake, one call a document, each cell at its words', async () => {
    const { answer, requests } = await follow('extract-table', { columns: COLUMNS })
    const rows = answer.value as unknown as readonly Row[]
    expect(rows.map(({ cells: _cells, ...row }) => row)).toEqual(
      DEALS.map(({ id, party, fee, signed }) => ({ doc: id, party, fee, signed })),
    )
    for (const { doc, cells } of rows)
      for (const cell of Object.values(cells))
        if ('quote' in cell) expect(quoteOf(doc, cell.start, cell.end)).toBe(cell.quote)
        else expect(cell.missing).toBe('the model found nothing')
    expect(requests).toBe(DEALS.length)
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('keeps nothing of what a model makes up, and says why', async () => {
    const { answer } = await follow('extract-table', { columns: COLUMNS }, true)
    const rows = answer.value as unknown as readonly Row[]
    for (const { doc: _doc, cells, ...values } of rows) {
      expect(Object.values(values)).toEqual([null, null, null])
      expect(Object.values(cells)).toEqual(Array(3).fill({ missing: 'its quote does not say it' }))
    }
    await verified(answer)
  })

  it.each([
    ['5 million euros', 5_000_000, [5, 500, 50]],
    ['EUR 1,234.50', 1234.5, [123_450, 12_345, 1234]],
    ['1.234,50 EUR', 1234.5, [1.2345, 123_450]],
    ['1.5 percent', 1.5, [15, 150]],
    ['12.5 %', 0.125, [125, 1.25]],
    ['a loss of (1,200)', -1200, [1200, 120]],
    ['1’250 Fr.', 1250, [125, 1.25]],
    ['3 bn', 3e9, [3, 30]],
  ])('holds a number to its point, its sign and its scale: %s', async (text, right, wrong) => {
    const filled = async (value: number): Promise<unknown> => {
      const reply = JSON.stringify({ fee: { value, quote: text } })
      const columns = [{ name: 'fee', schema: { type: 'number' } }]
      const asked = { strategy: 'script:extract-table', input: { columns } }
      const one = { id: 'a.txt', text: `The fee is ${text}.` }
      const { answer } = await run(() => reply, { asked: { ...asked, context: [one] } })
      return (answer.value as unknown as readonly Row[])[0]?.['fee']
    }
    expect(await filled(right)).toBe(right)
    for (const value of wrong) expect(await filled(value), `${value}`).toBeNull()
  })

  it('has a row of nulls for what no model can fill in, and for a document without a text', async () => {
    const asked = { strategy: 'script:extract-table', input: { columns: COLUMNS } }
    const empty = { id: 'empty.txt', text: '' }
    const { answer } = await run(() => 'no row', {
      asked: { ...asked, context: [...context.slice(0, 1), empty] },
    })
    expect(answer.value).toMatchObject([
      { party: null, cells: { party: { missing: 'the model gave no row that fits' } } },
      { party: null, cells: { party: { missing: 'the document is empty' } } },
    ])
  })
})

describe('timeline', () => {
  it('is exact with a model that makes no mistake, and asks only what texts leave open', async () => {
    const { answer, requests } = await follow('timeline', {})
    const { events, open, more } = answer.value as unknown as Timeline
    const gold = DEALS.flatMap(({ id, signed, notice }) => [
      { date: signed, doc: id, by: 'text' },
      { date: notice, doc: id, by: notice.slice(5, 7) === notice.slice(8) ? 'text' : 'model' },
    ])
    expect(events.map(({ date, doc, by }) => ({ date, doc, by }))).toEqual(
      gold.toSorted((a, b) => (a.date < b.date ? -1 : 1)),
    )
    for (const { doc, start, end, event } of events) expect(quoteOf(doc, start, end)).toBe(event)
    expect({ open, more }).toEqual({ open: [], more: [] })
    expect(requests).toBe(gold.filter(({ by }) => by === 'model').length)
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('leaves open what a model makes up or is not asked about, and takes what its words name', async () => {
    const made = await follow('timeline', { subject: 'notice given' }, true)
    const { events, open } = made.answer.value as unknown as Timeline
    expect(events.every(({ by }) => by === 'text')).toBe(true)
    expect(events.length + open.length).toBe(DEALS.length)
    for (const { doc, readings } of open)
      expect(readings).toContain(DEALS.find(({ id }) => id === doc)?.notice)
    const unasked = await follow('timeline', { ask: 0, perDocument: 1 })
    expect(unasked.requests).toBe(0)
    const { events: first, more } = unasked.answer.value as unknown as Timeline
    expect(first.map(({ date }) => date)).toEqual(DEALS.map(({ signed }) => signed).sort())
    expect(more).toEqual(DEALS.map(({ id }) => id))
    await verified(unasked.answer)
  })
})
