import { type Amount, isWritError, NOTHING, type Share, type SpawnMode } from '@writ/contract'
import { expect, test } from 'vitest'
import { CALL, find, JOIN, OPEN, RESULT, SPAWN } from './altered-run.fixture.ts'
import type { Lane } from './completeness-lanes.ts'
import { Shares } from './completeness-shares.ts'
import type { RecordPlace, RunFrame, RunShare } from './fold-run.ts'

// What was certainly taken of a share at a moment, in calls: everything else is without a limit here.

const calls = (n: number): Amount => ({ ...NOTHING, calls: n })
const shareOf = (n: number): Share => ({
  calls: n,
  tokens: null,
  costMicroUsd: null,
  steps: 800,
  readBytes: 80,
})
const partOf = (n: number, { steps, readBytes }: Share): Share => ({
  ...shareOf(n),
  steps: Math.floor(steps / 8),
  readBytes: Math.floor(readBytes / 8),
})

/** Steps of a run as the records tell them, with whole calls for amounts. */
class Told {
  readonly #shares: Shares
  readonly #frames = new Map<string, RunFrame<Lane>>()
  #seq = 0

  constructor(limit: number, forked = 0) {
    const fork = { fork: { records: forked } } as object
    this.#shares = new Shares({ ...OPEN.det, ...(forked > 0 ? fork : {}) })
    this.#open('0', { lane: '0', limits: shareOf(limit), above: null }, null, OPEN)
  }

  held(n: number): this {
    const chosen = find('strategy.chosen')
    this.#shares.choose({ ...chosen, det: { ...chosen.det, held: calls(n) } }, this.#at('0'))
    return this
  }

  /** A call of a lane, of a bound of so many calls. */
  call(lane: string, n: number, at: number, bound = 1, role: 'leaf' | 'turn' = 'leaf'): this {
    const det = { ...CALL.det, items: 1, role, bound: calls(bound) }
    this.#shares.before(this.#frame(lane))
    this.#shares.call({ ...CALL, seq: this.#seq++, lane, n, det, obs: { at, inFlight: 1 } }, this.#at(lane))
    return this
  }

  result(lane: string, n: number, sent: number, tookMs: number, charged = 1): this {
    const attempt = RESULT.obs.detail
      .slice(0, 1)
      .map((one) => ({ ...one, attempt: 1, tookMs, charged: calls(charged) }))
    const command = { ...CALL, obs: { ...CALL.obs, at: sent } }
    const det = { ...RESULT.det, charged: calls(charged) }
    const record = { ...RESULT, seq: this.#seq++, lane, n, det, obs: { ...RESULT.obs, detail: attempt } }
    this.#shares.before(this.#frame(lane))
    this.#shares.result(record, { ...this.#at(lane), command })
    return this
  }

  spawn(lane: string, child: string, bound: number, mode: SpawnMode, part: number | null, at = 0): this {
    const above = this.#frame(lane).share
    const share = part === null ? null : partOf(part, above.limits)
    const record = {
      ...SPAWN,
      seq: this.#seq++,
      det: { ...SPAWN.det, child, bound: calls(bound), mode, share },
      obs: { at },
    }
    this.#shares.spawn(record, this.#at(lane))
    this.#open(child, share === null ? above : { lane: child, limits: share, above }, mode, record)
    return this
  }

  join(lane: string, child: string): this {
    const record = { ...JOIN, seq: this.#seq++, det: { ...JOIN.det, child } }
    this.#shares.join(record, { ...this.#at(lane), child: this.#frame(child) })
    return this
  }

  end(): this {
    this.#shares.close()
    return this
  }

  #open(lane: string, share: RunShare, mode: SpawnMode | null, opening: object): void {
    const frame = { lane, share, mode, opening, parent: null, depth: 0 } as unknown as RunFrame<Lane>
    this.#frames.set(lane, frame)
    this.#shares.opened(frame)
  }

  #frame(lane: string): RunFrame<Lane> {
    const frame = this.#frames.get(lane)
    if (frame === undefined) throw new Error(`no lane ${lane}`)
    return frame
  }

  #at(lane: string): RecordPlace<Lane> {
    return { frame: this.#frame(lane), at: `#${this.#seq - 1}`, command: undefined, child: undefined }
  }
}

function judge(tell: () => unknown): string {
  try {
    tell()
    return 'ok'
  } catch (error) {
    if (isWritError(error)) return String(error.data.code)
    throw error
  }
}

const BEYOND = 'LIMIT_EXCEEDED'

test.each<[string, () => unknown, string]>([
  [
    'calls one after another',
    () => new Told(2).call('0', 1, 0).result('0', 1, 0, 9).call('0', 2, 9).result('0', 2, 9, 9),
    'ok',
  ],
  ['a charge beyond it', () => new Told(1).call('0', 1, 0).result('0', 1, 0, 9, 2), BEYOND],
  [
    'two at once that did not fit',
    () => new Told(1).call('0', 1, 0).call('0', 2, 5).result('0', 1, 0, 9, 0),
    BEYOND,
  ],
  [
    'the second when the first may have come back',
    () => new Told(1).call('0', 1, 0).call('0', 2, 8).result('0', 1, 0, 9, 0),
    'ok',
  ],
  [
    'the second after a charge',
    () => new Told(1).call('0', 1, 0).call('0', 2, 8).result('0', 1, 0, 9, 1),
    BEYOND,
  ],
  ['a call that never comes back', () => new Told(1).call('0', 1, 0).call('0', 2, 5).end(), 'ok'],
  [
    'nothing of what a fork took over',
    () => new Told(1, 2).call('0', 1, 0).call('0', 2, 5).result('0', 1, 0, 9, 0),
    'ok',
  ],
])('a share: %s', (_, tell, told) => expect(judge(tell)).toBe(told))

test.each<[string, () => unknown, string]>([
  ['of a frame that takes no other', () => new Told(1).held(1).call('0', 1, 0).end(), 'ok'],
  [
    'of a frame that takes it',
    () => new Told(1).held(1).call('0', 1, 0).result('0', 1, 0, 9, 0).call('0', 2, 20, 1, 'turn'),
    BEYOND,
  ],
  [
    'of a child that takes it',
    () =>
      new Told(3)
        .spawn('0', '0.1', 2, 'shared', null)
        .call('0', 2, 0, 3)
        .result('0', 2, 0, 9, 0)
        .call('0.1', 0, 20, 1, 'turn'),
    BEYOND,
  ],
  ['of a child, both of them', () => new Told(1).spawn('0', '0.1', 2, 'shared', null), BEYOND],
  [
    'of a child that ended',
    () =>
      new Told(2)
        .spawn('0', '0.1', 2, 'shared', null)
        .call('0', 2, 0, 2)
        .join('0', '0.1')
        .result('0', 2, 0, 9, 0),
    'ok',
  ],
])('a turn held back: %s', (_, tell, told) => expect(judge(tell)).toBe(told))

test.each<[string, () => unknown, string]>([
  ['an eighth', () => new Told(16).spawn('0', '0.1', 2, 'apart', 2), 'ok'],
  ['more', () => new Told(16).spawn('0', '0.1', 2, 'apart', 3), 'SHARE_MISMATCH'],
  ['less', () => new Told(16).spawn('0', '0.1', 1, 'blind', 1), 'SHARE_MISMATCH'],
  ['too little for its turns', () => new Told(8).spawn('0', '0.1', 2, 'apart', 1), BEYOND],
  [
    'beyond it',
    () =>
      new Told(16).spawn('0', '0.1', 2, 'apart', 2).call('0.1', 0, 0, 1, 'turn').result('0.1', 0, 0, 9, 3),
    BEYOND,
  ],
  [
    'held while it goes on',
    () =>
      new Told(16)
        .spawn('0', '0.1', 2, 'apart', 2)
        .call('0', 1, 0, 15)
        .call('0.1', 0, 0, 1, 'turn')
        .result('0', 1, 0, 9, 0),
    BEYOND,
  ],
  [
    'given back with what it left',
    () =>
      new Told(16)
        .spawn('0', '0.1', 2, 'apart', 2)
        .join('0', '0.1')
        .call('0', 1, 0, 16)
        .result('0', 1, 0, 9, 0),
    'ok',
  ],
  [
    'a blind one, never given back',
    () =>
      new Told(16)
        .spawn('0', '0.1', 2, 'blind', 2)
        .join('0', '0.1')
        .call('0', 1, 0, 16)
        .result('0', 1, 0, 9, 0),
    BEYOND,
  ],
  [
    'what a blind child of one apart got',
    () =>
      new Told(128)
        .spawn('0', '0.1', 2, 'apart', 16)
        .spawn('0.1', '0.1.1', 2, 'blind', 2)
        .join('0.1', '0.1.1')
        .join('0', '0.1')
        .call('0', 1, 0, 127)
        .result('0', 1, 0, 9, 0),
    BEYOND,
  ],
])('a child of its own share: %s', (_, tell, told) => expect(judge(tell)).toBe(told))
