import { parentPort, workerData } from 'node:worker_threads'
import type { CellOrder } from '../messages.ts'
import { runCell } from './cell-run.ts'
import { GuestVm } from './guest-vm.ts'
import { Inbox } from './inbox.ts'
import type { Engine, VmSetup, WorkerOrder, WorkerReport } from './orders.ts'

// A thread that holds one VM at a time. It knows nothing of other cells or VMs; its owner keeps the images.

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const engine: Engine = workerData

interface Held {
  readonly vm: GuestVm
  readonly reserved: ReadonlySet<string>
}

let held: Held | undefined
let current: { readonly ordinal: number; readonly inbox: Inbox } | undefined

function report(message: WorkerReport): void {
  const memory = 'image' in message ? message.image?.snapshot.memory.buffer : undefined
  port?.postMessage(message, memory instanceof ArrayBuffer ? [memory] : [])
}

async function run(order: CellOrder): Promise<void> {
  if (held === undefined) throw new Error('there is no VM to run a cell in')
  const { vm, reserved } = held
  const inbox = new Inbox(order.replies, (received) => report({ type: 'awaiting', received }))
  current = { ordinal: order.ordinal, inbox }
  let nextId = order.firstCallId
  const end = await runCell(vm, order, reserved, inbox, (name, argsJson) => {
    report({ type: 'call', id: nextId, name, argsJson })
    nextId += 1
  })
  current = undefined
  const kept = end.result.outcome === 'ok' || end.result.outcome === 'error'
  report({ type: 'ended', end, image: kept ? vm.image() : null })
}

async function obey(order: WorkerOrder): Promise<void> {
  switch (order.type) {
    case 'boot': {
      const { setup, image } = order
      held = undefined
      const vm = image ? await GuestVm.restore(engine, setup, image) : await GuestVm.create(engine, setup)
      held = { vm, reserved: reservedNames(setup) }
      return report({ type: 'booted', image: image ? null : vm.image() })
    }
    case 'run':
      return run(order.order)
    case 'reply':
      if (current?.ordinal === order.ordinal) current.inbox.put(order.answer)
      return
    case 'draft':
      return report({ type: 'draft', json: draft() })
    case 'forget':
      held = undefined
      return
  }
}

function draft(): string | null {
  if (held === undefined) return null
  held.vm.state.allow(DRAFT_POLLS)
  try {
    return held.vm.text('draft') ?? null
  } catch {
    return null // the guest left a value that has no JSON
  }
}

/** What turning a draft into JSON may cost. */
const DRAFT_POLLS = 20_000

const reservedNames = ({ functions, provided }: VmSetup): ReadonlySet<string> =>
  new Set([
    ...[...functions, ...provided].flatMap(({ name, aliases }) => [name, ...aliases]),
    'console',
    'setTimeout',
    'clearTimeout',
  ])

port.on('message', (order: WorkerOrder) => {
  obey(order).catch((error: unknown) =>
    report({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  )
})
