import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { MOST_ERROR } from '../cell-size.ts'
import { readPrelude, wasmPath } from '../engine-files.ts'
import type { FromChild, ToChild } from '../messages.ts'
import { WIRE_FD, Wire } from '../wire.ts'
import { HostedVm } from './hosted-vm.ts'
import { ThreadPool } from './thread-pool.ts'

// The confined child process: it holds the VMs' threads and images and passes messages. It ends with its parent.

const socket = new Socket({ fd: WIRE_FD, readable: true, writable: true })
const wire = new Wire(socket, {
  onMessage: (value) => hear(value as ToChild),
  onBroken: () => process.exit(1),
})
socket.on('close', () => process.exit(0))

async function loadPool(): Promise<ThreadPool> {
  const wasm = await WebAssembly.compile(await readFile(wasmPath()))
  return new ThreadPool({ wasm, prelude: readPrelude() }, () => tell({ type: 'stuck' }))
}

const pool = loadPool()
const vms = new Map<number, HostedVm>()

function tell(message: FromChild): void {
  wire.send(message)
}

async function obey(message: Exclude<ToChild, { type: 'ping' }>): Promise<void> {
  if (message.type === 'open') {
    const opened = new HostedVm(message.vm, message.setup, await pool, tell)
    vms.set(message.vm, opened)
    await opened.open(message.past)
    return tell({ type: 'opened', vm: message.vm })
  }
  const vm = vms.get(message.vm)
  switch (message.type) {
    case 'run':
      return vm?.run(message.order)
    case 'reply':
      return vm?.reply(message.answer)
    case 'cancel':
      return vm?.cancel()
    case 'draft':
      return vm?.draft()
    case 'close':
      vms.delete(message.vm)
      return vm?.close()
  }
}

function hear(message: ToChild): void {
  if (message.type === 'ping') {
    tell({ type: 'pong' })
    return
  }
  obey(message).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    tell({ type: 'failed', vm: message.vm, message: reason.slice(0, MOST_ERROR.message) })
  })
}
