import { describe, expect, it } from 'vitest'
import { hasOwnFilter } from './inspect-filtered.ts'

const said = (mode: number, filters?: number): ReadonlyMap<string, string> =>
  new Map([
    ['Seccomp', `${mode}`],
    ...(filters === undefined ? [] : [['Seccomp_filters', `${filters}`] as const]),
  ])

describe('a filter of system calls', () => {
  it('is a process\u2019s own where the one that started it has none', () => {
    expect(hasOwnFilter(said(2, 1), said(0, 0))).toBe(true)
    expect(hasOwnFilter(said(2), said(0))).toBe(true)
    expect(hasOwnFilter(said(0, 0), said(0, 0))).toBe(false)
  })

  it('is not that of a container, which all processes in it have', () => {
    expect(hasOwnFilter(said(2, 1), said(2, 1))).toBe(false)
    expect(hasOwnFilter(said(2, 2), said(2, 1))).toBe(true)
  })

  it('is not believed in where they are not counted', () => {
    expect(() => hasOwnFilter(said(2), said(2))).toThrow('cannot be told')
  })
})
