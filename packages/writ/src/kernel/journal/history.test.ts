import { BOTTOM } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { expect, it } from 'vitest'
import { CommitmentMap } from './commitment-map.ts'
import { History } from './history.ts'

// A frame that searched and opened a child at once: the search was recorded first.
const search = { op: 'search', outcome: 'ok', label: BOTTOM }
const spawn = { child: '0.1', outcome: 'ok', label: BOTTOM }
const records = [
  { seq: 0, lane: '0', n: 0, kind: 'context.search', det: search, obs: { at: 0 } },
  { seq: 1, lane: '0', n: 1, kind: 'frame.spawn', det: spawn, obs: { at: 0 } },
] as unknown as readonly AnyRecord[]

function history(): History {
  return new History({ run: 'a', key: undefined, records, payload: () => Promise.resolve(undefined) })
}

it('lets a command wait until every step of its lane has ended that ended before it', async () => {
  const recorded = history()
  const order: string[] = []
  const waiting = recorded
    .step({ lane: '0', n: 1 }, 'frame.spawn')
    .inOrder()
    .then(() => order.push('spawn'))
  await TICK()
  order.push('search')
  recorded.match('context.search', { lane: '0', n: 0 }, search)
  await waiting
  recorded.rest()
  expect(order).toEqual(['search', 'spawn'])
})

const TICK = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

// A search that raises its frame was under way while a model was asked, at the label of before: the command came first.
const call = { outcome: 'ok', items: 1, label: BOTTOM }
const overlapping = [
  { seq: 0, lane: '0', n: 1, kind: 'model.call', det: call, obs: { at: 0 } },
  { seq: 1, lane: '0', n: 0, kind: 'context.search', det: search, obs: { at: 0 } },
] as unknown as readonly AnyRecord[]

it('lets a step wait for the commands before it, which have the label of then', async () => {
  const payload = (): Promise<undefined> => Promise.resolve(undefined)
  const recorded = new History({ run: 'a', key: undefined, records: overlapping, payload })
  const order: string[] = []
  const waiting = recorded
    .step({ lane: '0', n: 0 }, 'context.search')
    .inOrder()
    .then(() => order.push('search'))
  await TICK()
  order.push('call')
  recorded.match('model.call', { lane: '0', n: 1 }, call)
  await waiting
  recorded.rest()
  expect(order).toEqual(['call', 'search'])
})

it('lets lanes go on beside each other, and what is recorded anew come as it stands over all of them', async () => {
  const payload = (): Promise<undefined> => Promise.resolve(undefined)
  const lanes = overlapping.map((record, n) => ({ ...record, lane: `0.${n + 1}` })) as readonly AnyRecord[]
  const run = { run: 'a', key: undefined, records: lanes, payload }
  const beside = new History(run)
  await beside.step({ lane: '0.2', n: 0 }, 'context.search').inOrder()
  beside.rest()
  const opened = { models: [] } as unknown as ConstructorParameters<typeof CommitmentMap>[1]
  const anew = new History(run, new CommitmentMap(new Uint8Array(32), opened))
  let came = false
  const waiting = anew
    .step({ lane: '0.2', n: 0 }, 'context.search')
    .inOrder()
    .then(() => {
      came = true
    })
  await TICK()
  expect(came).toBe(false)
  anew.match('model.call', { lane: '0.1', n: 1 }, call)
  await waiting
  anew.rest()
})

it('says whether the result of a command is recorded', () => {
  const recorded = history()
  expect(recorded.step({ lane: '0', n: 1 }, 'frame.spawn').answered).toBe(false)
  expect(recorded.begins({ lane: '0', n: 1 }, 'frame.join')).toBe(false)
  expect(recorded.begins({ lane: '0', n: 1 }, 'frame.spawn')).toBe(true)
  recorded.rest()
})

it('has not been done again before its last record has', () => {
  const recorded = history()
  expect(() => recorded.requireEnd()).toThrow('A step happened before the record had ended.')
  recorded.match('context.search', { lane: '0', n: 0 }, search)
  recorded.match('frame.spawn', { lane: '0', n: 1 }, spawn)
  expect(recorded.caughtUp).toBe(true)
  expect(() => recorded.requireEnd()).not.toThrow()
})

it('ends at the first field that differs', () => {
  const recorded = history()
  expect(() => recorded.match('context.search', { lane: '0', n: 0 }, { ...search, op: 'grep' })).toThrow()
  expect(recorded.divergence()).toMatchObject({ outcome: 'DIVERGED', at: { seq: 0, pointer: '/det/op' } })
  expect(recorded.signal.aborted).toBe(true)
})

it('holds items of a batch by themselves, in any order, and none of them is the end of their step', async () => {
  const call = { outcome: 'ok', items: 3, label: BOTTOM }
  const item = (number: number): object => ({ item: number, outcome: 'ok', output: `${number}` })
  const batch = [
    { seq: 0, lane: '0', n: 0, kind: 'model.call', det: call, obs: { at: 0 } },
    { seq: 1, lane: '0', n: 0, kind: 'model.item', det: item(2), obs: { at: 0, command: 0, detail: [] } },
    { seq: 2, lane: '0', n: 0, kind: 'model.item', det: item(0), obs: { at: 0, command: 0, detail: [] } },
  ] as unknown as readonly AnyRecord[]
  const paths: string[] = []
  const recorded = new History({
    run: 'a',
    key: undefined,
    records: batch,
    payload: (path) => Promise.resolve(paths.push(path) > 0 ? Buffer.from('text') : undefined),
  })
  const id = { lane: '0', n: 0 }
  const { items, answered } = recorded.step(id, 'model.call')
  expect([items.map(({ det }) => det.item), answered]).toEqual([[2, 0], false])
  expect(await items[0]?.text()).toBe('text')
  expect(paths).toEqual(['0/0/model.item/2/output'])
  expect([0, 1, 2].map((number) => recorded.holds('model.item', id, item(number)))).toEqual([
    true,
    false,
    true,
  ])
  recorded.match('model.call', id, call)
  recorded.match('model.item', id, item(0))
  expect(recorded.caughtUp).toBe(false)
  recorded.match('model.item', id, item(2))
  expect(recorded.caughtUp).toBe(true)
  expect(() => recorded.match('model.item', id, item(1))).toThrow()
  expect(recorded.divergence()).toMatchObject({ outcome: 'DIVERGED', at: { pointer: '/det/item', found: 1 } })
  recorded.rest()
})
