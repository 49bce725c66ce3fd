import { parentPort, workerData } from 'node:worker_threads'
import { refuseCode } from '../../confinement/refuse-code.ts'
import type { SeatOrder, SeatReport, ThreadData, WorkerReport } from './orders.ts'
import { SeatedVm } from './seated-vm.ts'
import { ThreadClock } from './thread-clock.ts'

// A thread that holds the VMs of its seats. INVARIANT: it takes up one order at a time and does all that can be done of
// it before the next, so only one VM computes at once.

refuseCode()
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const { clock: memory, ...engine }: ThreadData = workerData
const clock = new ThreadClock(memory)
const seats = new Map<number, SeatedVm>()

function report(seat: number, said: WorkerReport): void {
  const message: SeatReport = { seat, report: said }
  port?.postMessage(message)
}

function seated(seat: number): SeatedVm {
  const known = seats.get(seat)
  if (known !== undefined) return known
  const vm = new SeatedVm(seat, { engine, clock, report: (said) => report(seat, said) })
  seats.set(seat, vm)
  return vm
}

port.on('message', ({ seat, order }: SeatOrder) => {
  if (order.type === 'forget') {
    seats.delete(seat)
    return
  }
  seated(seat)
    .obey(order)
    .catch((error: unknown) =>
      report(seat, { type: 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
})
