import { Socket } from 'node:net'
import { filterOwnCalls } from '../../confinement/own-filter.ts'
import { refuseCode } from '../../confinement/refuse-code.ts'
import { WIRE_FD, Wire } from '../../confinement/wire.ts'
import { ownProcess } from '../../threads/optimise-late.ts'
import type { FromChild, ToChild } from '../messages.ts'
import { loadEngine } from './load-engine.ts'
import { ThreadPool } from './thread-pool.ts'
import { VmHost } from './vm-host.ts'

// The confined child process: it holds the VMs' threads and images and passes messages. It ends with its parent.

filterOwnCalls()
refuseCode()
ownProcess()
const socket = new Socket({ fd: WIRE_FD, readable: true, writable: true })
const wire = new Wire(socket, {
  onMessage: (value) => host.hear(value as ToChild),
  onBroken: () => process.exit(1),
})
socket.on('close', () => process.exit(0))

const tell = (message: FromChild): void => wire.send(message)
const pool = loadEngine().then((engine) => new ThreadPool(engine, () => tell({ type: 'stuck' })))
const host = new VmHost(pool, tell)
