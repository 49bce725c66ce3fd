import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.parse('Tue, 18 Nov 2025 10:00:00 GMT')

describe('retryAfterMs', () => {
  it.each([
    [undefined, null],
    [{}, null],
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1_500],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after': 'Tue, 18 Nov 2025 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 18 Nov 2025 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '99999999999' }, 86_400_000],
  ] as const)('%j is %s', (headers, expected) => {
    expect(retryAfterMs(headers, NOW)).toBe(expected)
  })

  it('measures a date against the clock of the server that named it', () => {
    const headers = { date: 'Tue, 18 Nov 2025 12:00:00 GMT', 'retry-after': 'Tue, 18 Nov 2025 12:00:05 GMT' }
    expect(retryAfterMs(headers, NOW)).toBe(5_000)
  })
})
