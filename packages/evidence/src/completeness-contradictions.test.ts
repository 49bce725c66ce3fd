import type { Det, Share } from '@writ/contract'
import { describe, expect, test } from 'vitest'
import {
  at,
  CHILD_RESULT,
  CLOSE,
  change,
  consistent,
  find,
  JOIN,
  judge,
  OPEN,
  READ,
  RELEASE,
  RESULT,
  records,
  renumbered,
  SPAWN,
  TURN,
} from './altered-run.fixture.ts'
import { Times } from './completeness-times.ts'
import type { AnyRecord } from './record.ts'

// Records that contradict each other, each found by COMPLETENESS alone: only one of two has to be altered.

const STRATEGY = find('strategy.chosen')
const SINGLE = find('model.call', '0', 2)
const SINGLE_RESULT = find('model.result', '0', 1)
const USAGE = find('model.usage')
const DENIED_READ = find('context.read', '0', 1)
const TOLD = find('local')
const LAST_CELL = find('cell', '0', 1)
const { limits } = OPEN.det

const opened = (to: Partial<Det['run.open']['limits']>): readonly AnyRecord[] =>
  change(OPEN, { det: { limits: { ...limits, ...to } } })
const told = (to: Partial<NonNullable<Det['local']['budget']>>): readonly AnyRecord[] =>
  change(TOLD, { det: { budget: TOLD.det.budget && { ...TOLD.det.budget, ...to } } })
const covered = (to: Partial<typeof CLOSE.obs.coverage>): readonly AnyRecord[] =>
  change(CLOSE, { obs: { coverage: { ...CLOSE.obs.coverage, ...to } } })

describe('outcomes', () => {
  test.each<[string, readonly AnyRecord[], string]>([
    [
      'a read that touched nothing',
      change(READ, { det: { partitions: [], decisions: [] } }),
      at(READ, '/det/partitions'),
    ],
    [
      'a read that left out what was allowed',
      change(READ, { det: { partitions: [] } }),
      at(READ, '/det/partitions'),
    ],
    [
      'a partition touched twice',
      change(READ, { det: { partitions: ['p1', 'p1'] } }),
      at(READ, '/det/partitions'),
    ],
    ['nothing withheld', change(DENIED_READ, { det: { withheld: false } }), at(DENIED_READ, '/det/withheld')],
    ['something withheld', change(READ, { det: { withheld: true } }), at(READ, '/det/withheld')],
    ['a read that searches', change(READ, { det: { op: 'search' } }), at(READ, '/det/op')],
    ['a value of the host that reads', change(TOLD, { det: { op: 'read' } }), at(TOLD, '/det/op')],
    [
      'a denial that is an error',
      change(DENIED_READ, { det: { outcome: 'error' } }),
      at(DENIED_READ, '/det/outcome'),
    ],
    [
      'a denial without a code',
      change(DENIED_READ, { det: { code: null } }),
      at(DENIED_READ, '/det/outcome'),
    ],
    ['a code of what is ok', change(READ, { det: { code: 'NO_ANSWER' } }), at(READ, '/det/outcome')],
    ['too few of a batch', change(RESULT, { det: { outcomes: { ok: 1 } } }), at(RESULT, '/det/outcomes')],
    ['a batch of errors', change(RESULT, { det: { outcomes: { error: 2 } } }), at(RESULT, '/det/outcome')],
    ['a code of a batch', change(RESULT, { det: { code: 'MODEL_FAILED' } }), at(RESULT, '/det/outcome')],
    [
      'another outcome of a single call',
      change(SINGLE_RESULT, { det: { outcomes: { error: 1 } } }),
      at(SINGLE_RESULT, '/det/outcome'),
    ],
    ['a turn of two requests', change(TURN, { det: { items: 2 } }), at(TURN, '/det/items')],
    ['a shared child with a share', change(SPAWN, { det: { share: part() } }), at(SPAWN, '/det/share')],
    ['a child apart without one', change(SPAWN, { det: { mode: 'apart' } }), at(SPAWN, '/det/share')],
  ])('%s', (_, run, place) => expect(judge(run)).toBe(`OUTCOME_MISMATCH ${place}`))

  test('a step denied where no decision refuses anything', () => {
    const denied = change(DENIED_READ, { det: { decisions: [], withheld: false } })
    expect(judge(denied)).toBe(`OUTCOME_MISMATCH ${at(DENIED_READ, '/det')}`)
  })

  test('a spawn that did not happen and gave something', () => {
    const refused = change(SPAWN, { det: { outcome: 'limit', code: 'BUDGET_EXCEEDED' } })
    expect(judge(refused)).toBe(`OUTCOME_MISMATCH ${at(SPAWN, '/det')}`)
  })
})

describe('times', () => {
  test.each<[string, readonly AnyRecord[], string]>([
    ['a record before the one it follows', change(READ, { obs: { at: OPEN.obs.at } }), at(READ, '/obs/at')],
    [
      'longer than there was time for',
      change(SINGLE_RESULT, { obs: { tookMs: 10_000 } }),
      at(SINGLE_RESULT, '/obs/tookMs'),
    ],
    [
      'an attempt longer than its call',
      change(SINGLE_RESULT, {
        obs: { detail: SINGLE_RESULT.obs.detail.map((attempt) => ({ ...attempt, tookMs: 90 })) },
      }),
      at(SINGLE_RESULT, '/obs/detail/0/tookMs'),
    ],
    ['a run of no time', change(CLOSE, { obs: { tookMs: 0 } }), at(CLOSE, '/obs/tookMs')],
  ])('%s', (_, run, place) => expect(judge(run)).toBe(`TIME_MISMATCH ${place}`))

  const timed = (tookMs: number): readonly AnyRecord[] =>
    opened({ timeoutMs: 1000 }).map((record) =>
      record.kind === 'run.close' ? { ...record, obs: { ...record.obs, tookMs } } : record,
    )

  test('a run may end half a minute after its time was up, and no later', () => {
    expect(judge(timed(31_000))).toContain('16 steps')
    expect(judge(timed(31_001))).toBe(`LIMIT_EXCEEDED ${at(CLOSE, '/obs/tookMs')}`)
  })

  test('between two processes any time may pass, which the run did not take', () => {
    const later = renumbered(
      records.map(
        (record) =>
          ({
            ...record,
            obs: { ...record.obs, at: record.obs.at + (record.seq > READ.seq ? 9e9 : 0) },
          }) as AnyRecord,
      ),
    )
    expect(judge(later)).toContain('16 steps')
  })

  test('what a fork took over may have taken longer than the fork did', () => {
    const closeAfter = (seq: number, records: number): void => {
      const times = new Times({ ...OPEN.det, fork: { records } } as Det['run.open'])
      times.busy({ ...LAST_CELL, seq, obs: { ...LAST_CELL.obs, tookMs: 90_000 } })
      times.close(CLOSE, limits, at(CLOSE))
    }
    expect(() => closeAfter(4, 5)).not.toThrow()
    expect(() => closeAfter(5, 5)).toThrow('The run took 230 ms')
  })
})

describe('limits', () => {
  test.each<[string, readonly AnyRecord[], string]>([
    ['fewer steps in a cell', opened({ cellSteps: 5 }), at(TOLD)],
    ['fewer steps in a frame', opened({ frameSteps: 7 }), at(TOLD)],
    ['fewer bytes released', opened({ maxOutputBytes: 3 }), at(RELEASE, '/det/bytes')],
    ['fewer requests under way', opened({ concurrency: 1 }), at(SINGLE, '/obs/inFlight')],
  ])('%s', (_, run, place) => expect(judge(run)).toBe(`LIMIT_EXCEEDED ${place}`))

  test('fewer turns: a child that took them all was cut', () =>
    expect(judge(opened({ maxTurns: 1 }))).toBe(`CHILD_MISMATCH ${at(JOIN, '/det/incomplete')}`))

  test.each<[string, readonly AnyRecord[], string]>([
    ['more depth', told({ depth: 9 }), 'depth'],
    ['fewer turns', told({ turns: 1 }), 'turns'],
    ['more steps', told({ steps: 1_000_000 }), 'steps'],
    ['more calls', told({ calls: 995 }), 'calls'],
    ['tokens without a limit', told({ tokens: null }), 'tokens'],
    ['more money', told({ costMicroUsd: 500 }), 'costMicroUsd'],
  ])('a frame is told of %s', (_, run, key) =>
    expect(judge(run)).toBe(`BUDGET_MISMATCH ${at(TOLD, `/det/budget/${key}`)}`),
  )

  test('fewer steps may be left than the records show, as more may be asked for at once', () =>
    expect(judge(told({ steps: 3 }))).toContain('16 steps'))

  test.each([
    ['a budget of a citation', { op: 'cite' }],
    ['no budget of what asks for it', { budget: null }],
  ] as const)('%s', (_, det) =>
    expect(judge(change(TOLD, { det }))).toBe(`BUDGET_MISMATCH ${at(TOLD, '/det/budget')}`),
  )
})

describe('the opening', () => {
  test.each<[string, Partial<Det['strategy.chosen']>, string]>([
    ['another size', { contextBytes: 61 }, '/det/contextBytes'],
    ['another window', { contextWindow: 1 }, '/det/contextWindow'],
  ])('%s', (_, det, pointer) =>
    expect(judge(change(STRATEGY, { det }))).toBe(`OPENING_DIFFERS ${at(STRATEGY, pointer)}`),
  )

  test('a turn that takes another number of tokens than was held back', () => {
    const held = { ...STRATEGY.det.held, outputTokens: 63 }
    expect(judge(change(STRATEGY, { det: { held } }))).toBe(
      `SPENDING_MISMATCH ${at(TURN, '/det/maxOutputTokens')}`,
    )
  })
})

describe('a join', () => {
  const { charged } = JOIN.det
  test.each<[string, readonly AnyRecord[], string]>([
    [
      'of another charge',
      change(JOIN, { det: { charged: { ...charged, calls: 0 } } }),
      at(JOIN, '/det/charged/calls'),
    ],
    ['of citations nobody made', change(JOIN, { det: { citations: 1 } }), at(JOIN, '/det/citations')],
    ['of a value that was kept', change(JOIN, { det: { delivered: 'sealed' } }), at(JOIN, '/det/delivered')],
    [
      'of an error that is a value',
      change(JOIN, { det: { outcome: 'error', code: 'NO_ANSWER' } }),
      at(JOIN, '/det/delivered'),
    ],
    [
      'of a child whose turn failed',
      change(CHILD_RESULT, {
        det: { outcome: 'error', code: 'MODEL_FAILED', outcomes: { error: 1 } },
      }),
      at(JOIN, '/det/outcome'),
    ],
    ['of a sealed value released', change(RELEASE, { det: { sealed: ['0.0'] } }), at(RELEASE, '/det/sealed')],
  ])('%s', (_, run, place) => expect(judge(consistent(run))).toBe(`CHILD_MISMATCH ${place}`))
})

describe('the close', () => {
  const closed = (det: Partial<Det['run.close']>, reason: string | null = null): readonly AnyRecord[] =>
    change(CLOSE, { det, obs: { reason } })
  const limit = { code: 'BUDGET_EXCEEDED', data: {} }
  test.each<[string, readonly AnyRecord[], string]>([
    ['cut short by nothing', closed({ status: 'incomplete', reason: limit }, 'x'), '/det/status'],
    ['denied after a release', closed({ status: 'denied', reason: limit }, 'x'), '/det/status'],
    ['complete for a reason', closed({ reason: limit }, 'x'), '/det/reason'],
    ['a reason in words alone', closed({}, 'x'), '/obs/reason'],
    ['of another basis', closed({ basis: 'exact' }), '/det/basis'],
    ['of no basis', closed({ basis: null }), '/det/basis'],
    ['of no leaves', closed({ support: null }), '/det/support'],
    [
      'of computed leaves',
      closed({ support: { quoted: 0, computed: 4, unsupported: 0 } }),
      '/det/support/computed',
    ],
    ['of fewer documents', covered({ documents: 5 }), '/obs/coverage'],
    ['of more documents touched', covered({ touched: 5 }), '/obs/coverage/touched'],
    ['of bytes searched', covered({ searched: 1 }), '/obs/coverage/searched'],
    ['of more bytes read', covered({ read: 41 }), '/obs/coverage/read'],
    [
      'of more bytes read by checks',
      covered({ checks: { touched: 1, searched: 0, read: 41 } }),
      '/obs/coverage/checks/read',
    ],
    ['of documents touched and not read', covered({ read: 0 }), '/obs/coverage/touched'],
    [
      'of more source than documents',
      covered({ unstructured: { files: 99, bytes: 1 } }),
      '/obs/coverage/unstructured',
    ],
  ])('%s', (_, run, pointer) => expect(judge(run)).toBe(`CLOSE_DIFFERS ${at(CLOSE, pointer)}`))

  /** The run with a step that a limit refused. */
  const cut = (det: Partial<Det['run.close']>): readonly AnyRecord[] =>
    closed(det, det.reason ? 'It ran into a limit.' : null).map((record) =>
      record.seq === TOLD.seq
        ? ({
            ...record,
            det: { ...TOLD.det, outcome: 'limit', code: 'BUDGET_EXCEEDED', budget: null },
          } as AnyRecord)
        : record,
    )

  test('a limit that refused a step is the reason', () => {
    const reason = { code: 'BUDGET_EXCEEDED', data: {} }
    expect(judge(cut({ status: 'incomplete', reason }))).toContain('16 steps')
    expect(judge(cut({ status: 'complete', reason: null }))).toBe(`CLOSE_DIFFERS ${at(CLOSE, '/det/status')}`)
    expect(judge(cut({ status: 'incomplete', reason: { ...reason, code: 'DEPTH_EXCEEDED' } }))).toBe(
      `CLOSE_DIFFERS ${at(CLOSE, '/det/reason')}`,
    )
  })

  test('an answer that no cell named is not known to be whole', () => {
    const unnamed = change(LAST_CELL, { det: { final: false } })
    expect(judge(unnamed)).toContain('16 steps')
  })
})

describe('shares', () => {
  const share = part()
  test.each(['calls', 'tokens', 'costMicroUsd', 'steps', 'readBytes'] as const)(
    'a child apart has an eighth of the %s',
    (key) => {
      expect(judge(apart(share))).toContain('16 steps')
      const more = apart({ ...share, [key]: (share[key] ?? 0) + 1 })
      expect(judge(more)).toBe(`SHARE_MISMATCH ${at(SPAWN, `/det/share/${key}`)}`)
    },
  )

  test('a child of its own share is refused what is not in it', () => {
    const { bound } = SPAWN.det
    const tight = { ...limits, maxTokens: 8 * (bound.inputTokens + bound.outputTokens) - 1 }
    const small = { ...share, tokens: Math.floor(tight.maxTokens / 8) }
    const run = apart(small).map((record) =>
      record.kind === 'run.open' ? { ...record, det: { ...record.det, limits: tight } } : untold(record),
    )
    expect(judge(run)).toBe(`LIMIT_EXCEEDED ${at(SPAWN, '/det/bound')}`)
  })

  test('what a child apart spent comes back to its parent, what a blind one was given does not', () => {
    const left = limits.maxCalls - find('run.close').det.charged.calls
    const run = (mode: 'apart' | 'blind', calls: number): readonly AnyRecord[] =>
      apart(share, mode).map((record) =>
        record.seq === TOLD.seq
          ? ({
              ...record,
              det: { ...TOLD.det, budget: { ...TOLD.det.budget, ...spent(calls) } },
            } as AnyRecord)
          : record,
      )
    // One call of the close's charges came after the budget was told.
    expect(judge(run('apart', left + 1))).toContain('16 steps')
    expect(judge(run('apart', left + 2))).toBe(`BUDGET_MISMATCH ${at(TOLD, '/det/budget/calls')}`)
    expect(judge(run('blind', left + 2 - share.calls))).toContain('16 steps')
    expect(judge(run('blind', left + 3 - share.calls))).toBe(
      `BUDGET_MISMATCH ${at(TOLD, '/det/budget/calls')}`,
    )
  })
})

describe('usage', () => {
  test('a list that begins anew where nothing was sent again', () => {
    const run = change(USAGE, { obs: { first: 1 } })
    expect(judge(run)).toBe(`ATTEMPT_GAP ${at(USAGE, '/obs/first')}`)
  })
})

/** The part of the run's budget that a child gets. */
function part(): Share {
  const { maxCalls, maxTokens, maxCostMicroUsd, frameSteps, frameReadBytes } = limits
  const eighth = (whole: number): number => Math.floor(whole / 8)
  return {
    calls: eighth(maxCalls),
    tokens: maxTokens === null ? null : eighth(maxTokens),
    costMicroUsd: maxCostMicroUsd === null ? null : eighth(maxCostMicroUsd),
    steps: eighth(frameSteps),
    readBytes: eighth(frameReadBytes),
  }
}

/** The run whose child has a share of its own, and whose root asked for no budget meanwhile. */
function apart(share: Share, mode: 'apart' | 'blind' = 'apart'): readonly AnyRecord[] {
  return records.map((record) => {
    if (record.seq === SPAWN.seq) return { ...record, det: { ...SPAWN.det, mode, share } } as AnyRecord
    if (record.seq === JOIN.seq && mode === 'blind')
      return { ...record, det: { ...JOIN.det, delivered: 'sealed' } } as AnyRecord
    return mode === 'blind' ? untold(record) : record
  })
}

/** Nobody asks what is left of the budget. */
function untold(record: AnyRecord): AnyRecord {
  return record.kind === 'local' ? { ...record, det: { ...record.det, op: 'cite', budget: null } } : record
}

function spent(calls: number): object {
  return { calls, tokens: 0, costMicroUsd: 0 }
}
