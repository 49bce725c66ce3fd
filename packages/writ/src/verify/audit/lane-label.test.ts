import { isWritError, joinLabels, type Label, label } from '@writ/contract'
import { describe, expect, it } from 'vitest'
import { LaneLabel } from './lane-label.ts'
import { ShareLabel } from './share-label.ts'

const START = label('internal')
const LOW = label('internal', [], true)
const PII = label('confidential', ['PII'], true)
const LEGAL = label('confidential', ['LEGAL_PRIVILEGE'], true)
const SECRET = label('secret', [], true)

/** The code that following a frame ends with. */
function codeOf(...parts: ((lane: LaneLabel) => void)[]): unknown {
  try {
    const lane = new LaneLabel('0', START)
    for (const follow of parts) follow(lane)
    return 'OK'
  } catch (error) {
    if (isWritError(error)) return error.data.code
    throw error
  }
}

function read(lane: LaneLabel, n: number, part: Label, after: Label): void {
  lane.raise(n, part)
  lane.see(after, 'here')
}

describe('reads that overlap', () => {
  // Step 1 was admitted first, which the read of step 2 shows, but ended after it.
  const overlapping = (lane: LaneLabel): void => {
    lane.decide(2, LOW, false, 'here')
    read(lane, 2, PII, PII)
    read(lane, 1, LOW, PII)
  }

  it('may show what a later record explains', () => {
    expect(
      codeOf((lane) => {
        lane.decide(2, LOW, false, 'here')
        read(lane, 2, label('internal'), LOW)
        read(lane, 1, LOW, LOW)
        lane.mark(3, true)
        lane.end(LOW, 'here')
      }),
    ).toBe('OK')
    expect(codeOf(overlapping, (lane) => lane.end(PII, 'here'))).toBe('OK')
  })

  it('may not show what nothing ever explains', () => {
    expect(
      codeOf((lane) => {
        lane.decide(2, LOW, false, 'here')
        lane.end(START, 'here')
      }),
    ).toBe('TAINT_NOT_DERIVED')
  })

  it('may not show what was asked for only after the cell ended', () => {
    const late = (n: number) => (lane: LaneLabel) => {
      lane.decide(2, PII, false, 'here')
      lane.mark(3, true)
      read(lane, n, PII, PII)
      lane.end(PII, 'here')
    }
    expect(codeOf(late(1))).toBe('OK')
    expect(codeOf(late(4))).toBe('TAINT_NOT_DERIVED')
  })

  it('may not be judged for labels that cannot follow one another', () => {
    expect(
      codeOf((lane) => {
        lane.decide(1, LEGAL, false, 'here')
        lane.decide(2, PII, false, 'here')
      }),
    ).toBe('TAINT_NOT_DERIVED')
  })
})

describe('a frame', () => {
  it('has exactly what it read in the end', () => {
    const both = joinLabels(PII, LEGAL)
    const reads = (lane: LaneLabel): void => {
      read(lane, 1, PII, PII)
      read(lane, 2, LEGAL, both)
    }
    expect(codeOf(reads, (lane) => lane.end(both, 'here'))).toBe('OK')
    expect(codeOf(reads, (lane) => lane.end(joinLabels(both, SECRET), 'here'))).toBe('LABEL_NOT_DERIVED')
    expect(codeOf(reads, (lane) => lane.end(PII, 'here'))).toBe('LABEL_NOT_DERIVED')
  })

  it('asks for at least what it held when the last cell ended, and when alone for all it holds', () => {
    const asked = (n: number, taint: Label, alone: boolean) => (lane: LaneLabel) => {
      read(lane, 1, PII, PII)
      lane.mark(2, true)
      read(lane, 3, LEGAL, joinLabels(PII, LEGAL))
      lane.decide(n, taint, alone, 'here')
    }
    expect(codeOf(asked(4, PII, false))).toBe('OK')
    expect(codeOf(asked(4, START, false))).toBe('TAINT_NOT_DERIVED')
    expect(codeOf(asked(4, PII, true))).toBe('TAINT_NOT_DERIVED')
    expect(codeOf(asked(4, joinLabels(PII, LEGAL), true))).toBe('OK')
  })
})

describe('frames that draw on one share', () => {
  /** Two frames of one share: the first reads and draws, the second looks. */
  const pair = (): readonly [LaneLabel, LaneLabel, ShareLabel] => {
    const share = new ShareLabel()
    return [new LaneLabel('0.1', START, share), new LaneLabel('0.2', START, share), share]
  }
  const codeOfPair = (follow: (...frames: ReturnType<typeof pair>) => void): unknown => {
    try {
      follow(...pair())
      return 'OK'
    } catch (error) {
      if (isWritError(error)) return error.data.code
      throw error
    }
  }

  it('take on the labels of each other', () => {
    expect(
      codeOfPair((first, second, share) => {
        read(first, 1, PII, PII)
        share.draw(PII)
        second.markLook(1)
        second.decide(2, PII, false, 'here')
        second.look(2, PII, 'here')
        second.see(PII, 'here')
        second.end(PII, 'here')
        first.end(PII, 'here')
      }),
    ).toBe('OK')
  })

  it('look with what had been drawn when the step was asked for', () => {
    const looking = (n: number): unknown =>
      codeOfPair((first, second, share) => {
        read(first, 1, PII, PII)
        share.draw(PII)
        second.markLook(2)
        second.decide(n, START, false, 'here')
        second.look(n, START, 'here')
      })
    expect(looking(2)).toBe('OK')
    expect(looking(3)).toBe('LABEL_NOT_DERIVED')
  })

  it('may show what the record of another explains a moment later', () => {
    expect(
      codeOfPair((first, second) => {
        second.see(PII, 'here')
        read(first, 1, PII, PII)
        second.end(PII, 'here')
      }),
    ).toBe('OK')
  })

  it('cannot explain each other', () => {
    expect(
      codeOfPair((first, second) => {
        first.see(SECRET, 'here')
        second.see(SECRET, 'here')
        first.end(SECRET, 'here')
      }),
    ).toBe('LABEL_NOT_DERIVED')
  })
})
