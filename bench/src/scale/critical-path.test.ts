import { describe, expect, it } from 'vitest'
import { criticalMs } from './critical-path.ts'

const request = (arrivedMs: number, doneMs: number | null) => ({ arrivedMs, doneMs })

describe('the critical path of a journal', () => {
  it('is the longest chain of requests that came one after another', () => {
    expect(criticalMs([])).toBe(0)
    expect(criticalMs([request(0, 10), request(12, 20), request(21, 25)])).toBe(22)
    expect(criticalMs([request(0, 10), request(0, 30), request(5, 9), request(31, 40)])).toBe(39)
    expect(criticalMs([request(0, 10), request(10, 12), request(11, 40)])).toBe(39)
  })

  it('leaves out what was never answered', () => {
    expect(criticalMs([request(0, null), request(3, 5)])).toBe(2)
  })
})
