import type { RecordedFork, RecordedModel } from '@writ/contract'
import { expect, test } from 'vitest'
import { at, CALL, CLOSE, change, find, judge, TURN } from './altered-run.fixture.ts'

// What a run says that it shares with another has to fit its records.

const OPEN = find('run.open')
const [MODEL] = OPEN.det.models as [RecordedModel]
const OTHER: RecordedModel = { ...MODEL, id: 'other/model' }
const FORK: RecordedFork = {
  run: '01890a5d-0000-774b-bcce-b302099a8057',
  at: { lane: CALL.lane, n: CALL.n },
  records: CALL.seq,
  models: [MODEL],
  changes: 'f'.repeat(64),
}

function forked(fork: Partial<RecordedFork>, models: readonly RecordedModel[] = [MODEL]): string {
  return judge(change(OPEN, { det: { models, fork: { ...FORK, ...fork } } }))
}

test('a fork that shares what it has is complete', () => {
  expect(forked({})).toContain(`The first ${CALL.seq} records were taken over from run ${FORK.run}.`)
  expect(forked({ records: CLOSE.seq })).toContain(FORK.run)
})

test('each record has a model of its part', () => {
  expect(forked({}, [OTHER])).toBe(`UNKNOWN_MODEL ${at(CALL, '/det/model')}`)
  expect(forked({ models: [OTHER] })).toBe(`UNKNOWN_MODEL ${at(TURN, '/det/model')}`)
  // The same model before and after, one more that is never called.
  expect(forked({}, [MODEL, OTHER])).toContain(FORK.run)
})

test('it shares some of its records, and its end is its own', () => {
  expect(forked({ records: 0 })).toBe(`BAD_FORK ${at(OPEN, '/det/fork/records')}`)
  expect(forked({ records: CLOSE.seq + 1 })).toBe(`BAD_FORK ${at(OPEN, '/det/fork/records')}`)
})

test('a model of both parts is one model', () => {
  expect(forked({}, [{ ...MODEL, maxLevel: MODEL.maxLevel - 1 }])).toBe(
    `BAD_FORK ${at(OPEN, '/det/fork/models')}`,
  )
})
