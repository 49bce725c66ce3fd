import { describe, expect, it } from 'vitest'
import type { Measure } from '../measure.ts'
import { reportPage } from './page.ts'
import { AXES, withPrefix } from './quantities.ts'

const MACHINE = {
  date: new Date('2026-11-26T12:00:00Z'),
  commit: 'abc1234',
  node: 'v24',
  processor: 'a processor',
  cores: 2,
  memoryBytes: 24 * 2 ** 30,
  load: 0.5,
  guestCode: 'full',
}

const MEASURE: Measure = {
  task: 'a <b>task</b>',
  score: 1032,
  detail: 'url(https://example.com/x) & more',
  target: '1,024',
  met: false,
}

const pageOf = (suites: Readonly<Record<string, readonly Measure[]>>): string =>
  reportPage(new Map(Object.entries(suites)), MACHINE)

describe('the report of benchmarks', () => {
  it('draws what the points of a suite are of, each with whose model it was', () => {
    const points = [1e6, 1e7, 1e8].map((contextBytes, n) => ({ series: 'files', contextBytes, calls: n + 1 }))
    const page = pageOf({ scale: [{ ...MEASURE, points }] })
    expect(page.match(/<figcaption>/g)).toHaveLength(1)
    expect(page).toContain(
      '<figcaption>Calls against context size <small>scripted model</small></figcaption>',
    )
    expect(page).toContain('context size, log scale')
    for (const tick of ['1 MB', '10 MB', '100 MB']) expect(page).toContain(`>${tick}<`)
    expect(page.match(/<title>files/g)).toHaveLength(3)
  })

  it('draws a line through the medians of what was run several times', () => {
    const points = [1, 2, 9].map((calls) => ({ series: 's', group: 'g', contextBytes: 5e6, calls }))
    const more = [4, 5, 6].map((calls) => ({ series: 's', group: 'h', contextBytes: 5e7, calls }))
    const page = pageOf({ exactness: [{ ...MEASURE, points: [...points, ...more] }] })
    const [line = ''] = /aria-label="line">.*?<\/g>/.exec(page) ?? []
    const heights = [...line.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, , y]) => y)
    const dots = [...page.matchAll(/translate\(([\d.]+),([\d.]+)\)"><title>/g)].map(([, , y]) =>
      Number(y).toFixed(3),
    )
    expect(heights).toEqual([dots[1], dots[4]])
  })

  it('has a row for each measure and asks for nothing from elsewhere', () => {
    const page = pageOf({ scale: [MEASURE], gate: [{ task: 'x', score: 1, detail: 'µs' }] })
    expect(page).toContain('a &lt;b&gt;task&lt;/b&gt;')
    expect(page).toContain('0 of 1 targets met')
    expect(page).toContain('not met')
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<(script|link|img|iframe)|src=|@import/)
  })
})

describe('numbers on axes', () => {
  it('are short and have their unit', () => {
    expect([0, 20, 1_500, 3e8, 2e9].map((value) => withPrefix(value, 'B'))).toEqual([
      '0 B',
      '20 B',
      '1.5 kB',
      '300 MB',
      '2 GB',
    ])
    expect(AXES.faultShare.tick(0.35)).toBe('35 %')
    expect(AXES.tokens.tick(12_345)).toBe('12.3 k')
  })
})
