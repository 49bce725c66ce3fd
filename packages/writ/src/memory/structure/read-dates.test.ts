import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DATE_FORMS, MOST_DATE_CHARS } from './date-forms.ts'
import { AMOUNT_FORMS } from './read-amounts.ts'
import { readDates } from './read-dates.ts'

const said = (text: string): [string, string | null, ...string[]][] =>
  readDates(text).map(({ start, end, date, readings }) => [
    text.slice(start, end),
    date,
    ...(date === null ? readings : []),
  ])

describe('dates', () => {
  it.each<[string, string]>([
    ['2024-03-12', '2024-03-12'],
    ['2024-03-12T10:05:09.5Z', '2024-03-12T10:05:09Z'],
    ['2024-03-12 10:05', '2024-03-12T10:05'],
    ['2024/3/12', '2024-03-12'],
    ['12 March 2024', '2024-03-12'],
    ['12th day of March, 2024', '2024-03-12'],
    ['March 12, 2024', '2024-03-12'],
    ['MARCH 12, 2024', '2024-03-12'],
    ['Mar. 12th, 2024', '2024-03-12'],
    ['March\n   12, 2024', '2024-03-12'],
    ['12-Mar-2024', '2024-03-12'],
    ['12. März 2024', '2024-03-12'],
    ['1er mars 2024', '2024-03-01'],
    ['12 de marzo de 2024', '2024-03-12'],
    ['13.03.2024', '2024-03-13'],
    ['13. 3. 2024', '2024-03-13'],
    ['03/25/2024', '2024-03-25'],
    ['25-03-2024', '2024-03-25'],
    ['05/05/2024', '2024-05-05'],
    ['Tue, 12 Mar 2024 10:05:09 +0100', '2024-03-12T10:05:09+01:00'],
    ['Tuesday, March 12, 2024', '2024-03-12'],
    ['Tue 03/05/2024', '2024-03-05'],
    ['Q1 2024', '2024-Q1'],
    ['2024 Q3', '2024-Q3'],
    ['third quarter of 2024', '2024-Q3'],
    ['March 2024', '2024-03'],
    ['29 February 2024', '2024-02-29'],
  ])('%j is certain', (text, date) => {
    expect(said(`It was on ${text}, they said.`)).toEqual([[text, date]])
  })

  it.each<[string, ...string[]]>([
    ['12.03.2024', '2024-03-12', '2024-12-03'],
    ['03/04/2024', '2024-03-04', '2024-04-03'],
    ['03/04/24', '1924-03-04', '1924-04-03', '2024-03-04', '2024-04-03'],
    ['12-Mar-24', '1924-03-12', '2024-03-12'],
    ['March 12', '--03-12'],
    ['12 March', '--03-12'],
    ['Monday, March 12, 2024', '2024-03-12'],
    ['February 30, 2024'],
    ['first quarter of fiscal 2024'],
    ['Q1 FY2024'],
  ])('%j stays open', (text, ...readings) => {
    expect(said(`It was on ${text}, they said.`)).toEqual([[text, null, ...readings]])
  })

  it.each([
    '2024-03-12 10:05 PM',
    '2024-03-12 10:05 a.m.',
    '2024-03-12 10:05:09 PST',
    '12 March 2024 10:05 PM',
    '12 Mar 2024 10:05:09 EST',
    '2024-03-12T10:05:09+99:00',
  ])('%j tells the day alone, since its time is of another half or zone', (text) => {
    expect(readDates(`${text}, they said`).map(({ date }) => date)).toEqual(['2024-03-12'])
  })

  it('a zone that stands apart belongs to its time', () => {
    const dates = readDates('2024-03-12 10:05:09 +0100, 2024-03-12 10:05 UTC').map(({ date }) => date)
    expect(dates).toEqual(['2024-03-12T10:05:09+01:00', '2024-03-12T10:05Z'])
  })

  it.each([
    'version 2024.03.12',
    'you may 12 times, and march 3 miles',
    'version 1.2.2024.5, 10.12.24, 192.168.10.2024',
    'IBAN 2024-13-45, 31/02/2024, 99/99/2024',
    'part 12/03/20245 and 12024-03-12, order A2024-03-12B',
    'May I, in the year 2024, say that section 4.2 holds?',
    '2024',
    '1-2024-03-12-5',
  ])('are not seen in %j', (text) => {
    expect(said(text)).toEqual([])
  })

  it('a range keeps what is certain of it, and the rest open', () => {
    expect(said('from March 12 to March 15, 2024')).toEqual([
      ['March 12', null, '--03-12'],
      ['March 15, 2024', '2024-03-15'],
    ])
  })

  it('are those of the calendar, in any form that says them without doubt', () => {
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10)
        const long = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
        for (const locale of ['en-US', 'en-GB'])
          for (const more of [{}, { weekday: 'long' }] as const) {
            const text = date.toLocaleDateString(locale, { ...long, ...more })
            expect(said(text.replace(/^(\w+day) /, '$1, '))).toEqual([[expect.any(String), iso]])
          }
        const mail = date.toUTCString()
        expect(said(mail)[0]?.[1]?.slice(0, 10)).toBe(iso)
        const numbers = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC' }).format(date)
        const [only] = readDates(numbers)
        expect(only?.readings).toContain(iso)
        expect(only?.date === null || only?.date === iso).toBe(true)
      }),
    )
  })
})

describe('the patterns of dates and amounts', () => {
  it('repeat nothing without a most, so that no text takes longer than its length', () => {
    for (const { source } of [...Object.values(DATE_FORMS), ...AMOUNT_FORMS]) {
      const bare = source.replaceAll(/\[(?:\\.|[^\]])*\]|\\./g, 'x')
      expect(bare).not.toMatch(/[*+]|\{\d+,\}/)
    }
    expect(MOST_DATE_CHARS).toBeLessThan(4_096 / 4)
  })

  it.each(['1', '1/', '12.', 'March ', 'Mon, ', '1,234', '$1 ', '12 \n', 'Tue, 12 Mar 2024 10:'])(
    'come to an end over 200 KB of %j',
    (unit) => {
      expect(readDates(unit.repeat(200_000 / unit.length)).length).toBeLessThan(1_000_000)
    },
  )
})
