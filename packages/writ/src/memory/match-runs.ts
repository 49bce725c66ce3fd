/**
 * Whether a pattern matches all of a sequence, where some elements of the pattern match any number of elements and the
 * others exactly one. It goes back to the last such run only, so it compares at most as often as pattern times sequence
 * are long.
 */
export function matchRuns(
  patternLength: number,
  length: number,
  isRun: (at: number) => boolean,
  matches: (patternAt: number, at: number) => boolean,
): boolean {
  let patternAt = 0
  let at = 0
  let run = -1
  let resume = 0
  while (at < length) {
    if (patternAt < patternLength && isRun(patternAt)) {
      run = patternAt++
      resume = at
    } else if (patternAt < patternLength && matches(patternAt, at)) {
      patternAt += 1
      at += 1
    } else if (run !== -1) {
      patternAt = run + 1
      at = ++resume
    } else return false
  }
  while (patternAt < patternLength && isRun(patternAt)) patternAt += 1
  return patternAt === patternLength
}
