import { RECORD_KINDS, type RecordKind } from '@writ/contract'
import { expect, test } from 'vitest'
import { CHILD_CALL, find, JOIN, records, SPAWN } from './altered-run.fixture.ts'
import {
  type FrameFacts,
  foldRun,
  type RecordPlace,
  type RecordVisitor,
  RunFold,
  type RunVisitor,
  shareOf,
} from './fold-run.ts'
import type { AnyRecord } from './record.ts'

/** Notes what every visit is given. */
class Noting implements RunVisitor<string, void> {
  readonly visits: [AnyRecord, RecordPlace<string>][] = []
  readonly strays: string[] = []
  readonly facts: FrameFacts<string>[] = []
  readonly kinds: RecordKind[] = []

  opened(frame: FrameFacts<string>): string {
    this.facts.push(frame)
    return `kept of ${frame.lane}`
  }

  stray({ seq }: AnyRecord, at: string): void {
    this.strays.push(`${seq} ${at}`)
  }

  before(record: AnyRecord, place: RecordPlace<string>): void {
    this.visits.push([record, place])
  }

  readonly records: RecordVisitor<string, void> = Object.fromEntries(
    RECORD_KINDS.map((kind) => [kind, (record: AnyRecord) => void this.kinds.push(record.kind)]),
  ) as unknown as RecordVisitor<string, void>
}

function visitedAll(given: readonly AnyRecord[]): Noting {
  const noting = new Noting()
  const fold = new RunFold(noting)
  for (const record of given) fold.visit(record)
  return noting
}

const placeOf = ({ visits }: Noting, seq: number): RecordPlace<string> => {
  const found = visits.find(([record]) => record.seq === seq)
  if (found === undefined) throw new Error(`record ${seq} was not visited`)
  return found[1]
}

test('every record is visited by its kind, once, where it stands', () => {
  const noting = visitedAll(records)
  expect(noting.kinds).toEqual(records.map(({ kind }) => kind))
  expect(noting.visits.map(([, { at }]) => at)).toEqual(records.map((_, i) => `records.ndjson#/${i}`))
  expect(noting.strays).toEqual([])
})

test('a frame has what the record that opened it says, and is open between spawn and join', () => {
  const noting = visitedAll(records)
  const [root, child] = noting.facts
  expect(root).toMatchObject({ lane: '0', parent: null, depth: 0, mode: null, profile: 'orchestrator' })
  expect(root?.share).toEqual({ lane: '0', limits: shareOf(find('run.open').det.limits), above: null })
  expect(child).toMatchObject({ lane: '0.0', depth: 1, mode: 'shared', profile: 'worker', opening: SPAWN })
  expect(child?.share).toBe(root?.share)
  expect(child?.parent).toMatchObject({ lane: '0', own: 'kept of 0' })
  expect(placeOf(noting, JOIN.seq).child?.own).toBe('kept of 0.0')
  const late = { ...CHILD_CALL, seq: JOIN.seq + 1 } as AnyRecord
  const after = visitedAll([...records.slice(0, JOIN.seq + 1), late])
  expect(after.strays).toEqual([`${late.seq} records.ndjson#/${late.seq}`])
})

test('a share of its own is part of that of its parent', () => {
  const share = { calls: 3, tokens: null, costMicroUsd: 4, steps: 5, readBytes: 6 }
  const blind = records.map((record) =>
    record.seq === SPAWN.seq ? { ...SPAWN, det: { ...SPAWN.det, mode: 'blind', share } } : record,
  ) as readonly AnyRecord[]
  const [root, child] = visitedAll(blind).facts
  expect(child?.share).toEqual({ lane: '0.0', limits: share, above: root?.share })
})

test('a result finds its command, and finds it once', () => {
  const noting = visitedAll(records)
  const result = find('model.result', '0', 2)
  expect(placeOf(noting, result.seq).command?.seq).toBe(result.obs.command)
  expect(placeOf(noting, JOIN.seq).command).toEqual(SPAWN)
  const again = visitedAll([...records.slice(0, result.seq + 1), { ...result, seq: result.seq + 1 }])
  expect(placeOf(again, result.seq + 1).command).toBeUndefined()
})

test('what is open at the end is left: of a run that stops, its frames with their commands', async () => {
  const stopped = await foldRun(records.slice(0, CHILD_CALL.seq + 1), new Noting())
  expect(stopped.frames.map(({ lane, commands }) => [lane, [...commands.values()]])).toEqual([
    ['0', [SPAWN]],
    ['0.0', [CHILD_CALL]],
  ])
  expect(
    (await foldRun(records, new Noting())).frames.map(({ lane, commands }) => [lane, commands.size]),
  ).toEqual([['0', 0]])
})

test('visits that take time follow one another', async () => {
  const order: number[] = []
  const slow = new Noting()
  const waiting = Object.fromEntries(
    RECORD_KINDS.map((kind) => [
      kind,
      async ({ seq }: AnyRecord) => {
        await new Promise((resolve) => setImmediate(resolve))
        order.push(seq)
      },
    ]),
  )
  await foldRun(records, {
    opened: (frame: FrameFacts<string>) => slow.opened(frame),
    stray: () => undefined,
    records: waiting as unknown as RecordVisitor<string, Promise<void>>,
  })
  expect(order).toEqual(records.map(({ seq }) => seq))
})

test('no visitor may leave out a kind', () => {
  const { local: _, ...rest } = new Noting().records
  // @ts-expect-error A kind is missing.
  const incomplete: RecordVisitor<string, void> = rest
  expect(Object.keys(incomplete)).toHaveLength(RECORD_KINDS.length - 1)
})
