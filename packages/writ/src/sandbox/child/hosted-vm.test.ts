import { describe, expect, it } from 'vitest'
import type { CellOrder, FromChild } from '../messages.ts'
import { LIMITS } from '../vm-fixture.ts'
import type { VmSetup, WorkerOrder, WorkerReport } from '../worker/orders.ts'
import { HostedVm } from './hosted-vm.ts'
import type { Seat, Tenant } from './vm-thread.ts'

// Real threads end when they like and their VMs always come out the same. Here a test says what each seat reports, and
// when the thread under it ends.

const SETUP: VmSetup = {
  memoryBytes: 32 * 1024 * 1024,
  stackBytes: 131_072,
  seed: '0123456789abcdef'.repeat(4),
  epochMs: 1_700_000_000_000,
  functions: [],
  provided: [],
  contextJson: 'null',
}

/** A seat in a thread of its own. As in a real one, nobody hears what it reports once it has been left. */
class TestSeat implements Seat {
  readonly orders: WorkerOrder[] = []
  live = true
  /** What its thread was given to let it stop when it was left. */
  graceMs: number | undefined
  readonly #tenant: Tenant

  constructor(tenant: Tenant) {
    this.#tenant = tenant
  }

  post(order: WorkerOrder): void {
    this.orders.push(order)
  }

  leave(graceMs: number): void {
    this.graceMs = graceMs
    this.live = false
  }

  async reports(report: WorkerReport): Promise<void> {
    if (this.live) this.#tenant.onReport(report)
    await settled()
  }

  async calls(...args: readonly number[]): Promise<void> {
    for (const [id, arg] of args.entries())
      await this.reports({ type: 'call', id, name: 'read', argsJson: `[${arg}]` })
  }

  async ends(): Promise<void> {
    await this.reports({
      type: 'ended',
      end: { result: { outcome: 'ok', output: '', fuel: 1 }, delivered: 0 },
    })
  }

  /** The thread ends for another VM. */
  async isLost(): Promise<void> {
    this.live = false
    this.#tenant.onGone('a VM in it did not stop', false)
    await settled()
  }
}

/** A VM and all the seats it ever took. */
class Hosted {
  readonly seats: TestSeat[] = []
  readonly told: FromChild[] = []
  readonly vm: HostedVm = new HostedVm(
    1,
    SETUP,
    {
      seat: (tenant) => {
        const seat = new TestSeat(tenant)
        this.seats.push(seat)
        return seat
      },
    },
    (message) => this.told.push(message),
  )

  seat(number: number): TestSeat {
    const seat = this.seats[number]
    if (seat === undefined) throw new Error(`there is no seat ${number}`)
    return seat
  }

  get live(): readonly number[] {
    return [...this.seats.keys()].filter((number) => this.seat(number).live)
  }
}

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const order = (ordinal: number): CellOrder => ({
  ordinal,
  cell: { language: 'javascript', code: '1' },
  limits: LIMITS,
  firstCallId: 0,
  replies: [],
})

describe('a VM that loses its thread while it boots', () => {
  it('takes one other seat and runs its cells there', async () => {
    const hosted = new Hosted()
    const opened = hosted.vm.open([])
    await hosted.seat(0).isLost()
    await hosted.seat(1).reports({ type: 'booted' })
    await opened
    for (const ordinal of [1, 2]) {
      const ran = hosted.vm.run(order(ordinal))
      await settled()
      await hosted.seat(1).ends()
      await ran
    }
    expect(hosted.live).toEqual([1])
    expect(hosted.seats).toHaveLength(2)
    expect(hosted.seat(1).orders.map(({ type }) => type)).toEqual(['boot', 'run', 'run'])
  })

  it('takes one other seat for all who wait for it', async () => {
    const hosted = new Hosted()
    const opened = hosted.vm.open([])
    const ran = hosted.vm.run(order(1))
    await hosted.seat(0).isLost()
    await hosted.seat(1).isLost()
    await hosted.seat(2).reports({ type: 'booted' })
    await opened
    await hosted.seat(2).ends()
    await ran
    expect(hosted.live).toEqual([2])
    expect(hosted.seats).toHaveLength(3)
  })

  it('gives up when that happens again and again', async () => {
    const hosted = new Hosted()
    const opened = hosted.vm.open([])
    opened.catch(() => undefined)
    for (const number of [0, 1, 2, 3]) await hosted.seat(number).isLost()
    await expect(opened).rejects.toThrow('a VM in it did not stop')
    expect(hosted.seats).toHaveLength(4)
  })
})

describe('a cell that is run again because its thread ended', () => {
  const calls = (told: readonly FromChild[]): readonly string[] =>
    told.flatMap((message) => (message.type === 'call' ? [message.argsJson] : []))
  const DIFFERENT = {
    outcome: 'imposed',
    error: {
      name: 'CellStopped',
      message:
        'the cell came out differently when it was run again; your variables are as they were before the cell',
    },
  }

  /** A cell whose thread ended after two calls, and which is run again in the next seat. */
  async function again(): Promise<{ readonly hosted: Hosted; readonly ended: () => unknown }> {
    const hosted = new Hosted()
    const opened = hosted.vm.open([])
    await hosted.seat(0).reports({ type: 'booted' })
    await opened
    void hosted.vm.run(order(1))
    await settled()
    await hosted.seat(0).calls(1, 2)
    await hosted.seat(0).isLost()
    await hosted.seat(1).reports({ type: 'booted' })
    const ended = (): unknown =>
      hosted.told.flatMap((message) => (message.type === 'ended' ? [message.end.result] : []))
    return { hosted, ended }
  }

  /** The VM is put back in a third seat as it was before the cell, and goes on there. */
  async function isAsBefore(hosted: Hosted): Promise<void> {
    expect(hosted.live).toEqual([2])
    const ran = hosted.vm.run(order(1))
    await hosted.seat(2).reports({ type: 'booted' })
    expect(hosted.seat(2).orders).toMatchObject([{ type: 'boot', past: [] }, { type: 'run' }])
    await hosted.seat(2).ends()
    await ran
    expect(hosted.told.at(-1)).toMatchObject({ type: 'ended', end: { result: { outcome: 'ok' } } })
  }

  it('makes its calls once, and goes on', async () => {
    const { hosted, ended } = await again()
    await hosted.seat(1).calls(1, 2, 3)
    await hosted.seat(1).ends()
    expect(calls(hosted.told)).toEqual(['[1]', '[2]', '[3]'])
    expect(ended()).toMatchObject([{ outcome: 'ok' }])
    expect(hosted.live).toEqual([1])
  })

  it('is stopped at once when it makes another call', async () => {
    const { hosted, ended } = await again()
    await hosted.seat(1).calls(1, 7)
    expect(ended()).toMatchObject([DIFFERENT])
    await hosted.seat(1).ends()
    expect(ended()).toHaveLength(1)
    await isAsBefore(hosted)
  })

  it('makes no call after another one', async () => {
    const { hosted, ended } = await again()
    await hosted.seat(1).calls(7, 2, 3)
    expect(calls(hosted.told)).toEqual(['[1]', '[2]'])
    expect(ended()).toMatchObject([DIFFERENT])
    await isAsBefore(hosted)
  })

  it('is stopped when it ends with fewer calls', async () => {
    const { hosted, ended } = await again()
    await hosted.seat(1).calls(1)
    await hosted.seat(1).ends()
    expect(ended()).toMatchObject([DIFFERENT])
    await isAsBefore(hosted)
  })

  it('is told to stop computing before its seat is left', async () => {
    const { hosted } = await again()
    await hosted.seat(1).calls(7)
    const [boot, run] = hosted.seat(1).orders
    if (boot?.type !== 'boot' || run?.type !== 'run') throw new Error('the cell was not run')
    expect(new Int32Array(boot.stop)[0]).toBe(run.turn)
    expect(hosted.seat(1).graceMs).toBeGreaterThan(0)
  })

  it('stays cancelled when it was', async () => {
    const { hosted, ended } = await again()
    hosted.vm.cancel()
    await hosted.seat(1).calls(7)
    expect(ended()).toMatchObject([{ outcome: 'cancelled', error: { name: 'Cancelled' } }])
    await isAsBefore(hosted)
  })
})
