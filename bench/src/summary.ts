import type { Measure } from './measure.ts'

/** How many targets each suite met, and which it missed: what somebody reads who reads no other line. */
export function summaryLines(suites: ReadonlyMap<string, readonly Measure[]>): readonly string[] {
  return [...suites].map(([suite, measures]) => {
    const aims = measures.filter(({ target }) => target !== undefined)
    const missed = aims.filter(({ met }) => met !== true).map(({ task }) => task)
    const of = `${aims.length - missed.length} of ${aims.length} targets met`
    return `${suite}: ${of}${missed.length === 0 ? '' : `; not met: ${missed.join(', ')}`}`
  })
}
