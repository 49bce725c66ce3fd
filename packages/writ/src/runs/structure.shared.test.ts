import { block, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { testRuns } from './test-runs.fixture.ts'

// Dates and amounts in runs: through the gate, into records, and done again from those.

const here = testRuns()
const { run, verified } = here

const LEASE = {
  id: 'lease.txt',
  text: 'Übergabe. The lease begins on 12 March 2024. It was signed on 03/04/2024.\n\nThe rent is €1.250,50 a month, and rises by 2.5% each year.\n',
}
const SECRET = {
  id: 'hr/offer.txt',
  text: 'The offer of $90,000 ends on 1 May 2031.',
  label: { level: 'restricted', categories: [], untrusted: true },
} as const

describe('a run over dates and amounts', () => {
  it('gets each with its place and what it may say, cites it, and is done again from its record', async () => {
    const code = `
      const { found, truncated } = await dates('lease.txt')
      const sums = await amounts('lease.txt')
      const quotes = []
      for (const one of [...found, ...sums.found]) quotes.push((await cite(one)).quote, (await cite(one.sentence ? { doc: one.doc, ...one.sentence } : one)).quote)
      const rest = await dates('lease.txt', { start: found[0].end, limit: 5 })
      const one = await dates('lease.txt', { limit: 1 })
      FINAL({ dates: found.map(({ text, date, readings }) => [text, date, readings]), truncated, more: one.truncated, rest: rest.found.map(({ text }) => text),
        sums: sums.found.map(({ kind, currency, value }) => [kind, currency, value]), quotes })`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [LEASE] } })
    expect(answer.value).toEqual({
      dates: [
        ['12 March 2024', '2024-03-12', ['2024-03-12']],
        ['03/04/2024', null, ['2024-03-04', '2024-04-03']],
      ],
      truncated: false,
      more: true,
      rest: ['03/04/2024'],
      sums: [
        ['money', 'EUR', '1250.50'],
        ['percent', null, '2.5'],
      ],
      quotes: [
        '12 March 2024',
        'The lease begins on 12 March 2024.',
        '03/04/2024',
        'It was signed on 03/04/2024.',
        '€1.250,50',
        'The rent is €1.250,50 a month, and rises by 2.5% each year.',
        '2.5%',
        'The rent is €1.250,50 a month, and rises by 2.5% each year.',
      ],
    })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('has none of a document that policy withholds, and is told of it as of one that is not there', async () => {
    const code = `
      const said = async (doc) => dates(doc).then(({ found }) => found.length, (error) => [error.name, error.message.replace(doc, '…')])
      const none = await said('hr/offer.txt')
      FINAL([none, none.join() === (await said('nothing.txt')).join(), await amounts('hr/offer.txt').catch((error) => error.name)])`
    const { answer } = await run(sequence([block(code)]), { asked: { context: [LEASE, SECRET] } })
    expect(answer.value).toEqual([['PolicyDenied', expect.any(String)], true, 'PolicyDenied'])
    expect(answer.label.level).toBe('internal')
    await verified(answer)
  })
})
