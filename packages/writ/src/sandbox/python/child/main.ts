import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { type CellEnd, type FromChild, isKept, type PastCell, type ToChild } from '../../messages.ts'
import { memoryOf } from '../sealed-memory.ts'
import type { PythonSetup } from '../setup.ts'
import { HostWorld } from './host-world.ts'
import { type BlockingCall, Interpreter, type InterpreterHost } from './interpreter.ts'
import type { Packages, Wheel } from './packages.ts'
import { SyncWire } from './sync-wire.ts'

// The confined process of one Python interpreter. It does one thing at a time and waits for messages without an event
// loop, so that a call of the guest blocks until its answer is there. It ends with its parent, and with every cell that
// does not end by itself: the VM is made again in another process.

const world = new HostWorld()
const wire = new SyncWire()
let vm = 0
/** Answers that a past cell is given again; undefined while a cell runs for the first time. */
let recorded: PastCell['order']['replies'] | undefined

const host: InterpreterHost = {
  ask: (call) => {
    if (recorded !== undefined) return again(call)
    tell({ type: 'call', vm, ...call })
    for (;;) {
      const message = wire.read() as ToChild
      if (message.type === 'reply' && message.answer.callId === call.id) return message.answer.reply
      if (message.type !== 'reply') obey(message)
    }
  },
  stopped: (end) => {
    if (recorded !== undefined) differs()
    tell({ type: 'ended', vm, end })
    process.exit(0)
  },
}

const given = process.argv.slice(2)
const snapshot = given.find((path) => !path.endsWith('.whl'))
const wheels = given.filter((path) => path.endsWith('.whl')).map(wheelAt)
/** What was said before there was an interpreter. */
const early: ToChild[] = []
const memory = snapshot === undefined ? await made() : memoryOf(readFileSync(snapshot))
const interpreter = await Interpreter.load(world, host, memory, wheels)
for (;;) obey(early.shift() ?? (wire.read() as ToChild))

/** A memory of its own, which it gives out where that is asked of it first of all: before there is any code of a guest. */
async function made(): Promise<Uint8Array> {
  const own = await Interpreter.memory(world)
  const message = wire.read() as ToChild
  if (message.type === 'snapshot') {
    const packed = zstdCompressSync(own, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    tell({ type: 'snapshot', zstd: packed.toString('base64') })
  } else early.push(message)
  return own
}

function obey(message: ToChild): void {
  switch (message.type) {
    case 'open':
      vm = message.vm
      open(message.setup as PythonSetup, message.past)
      break
    case 'run':
      ended(interpreter.run(message.order))
      break
    case 'draft':
      tell({ type: 'draft', vm, json: interpreter.draft() })
      break
    case 'cancel':
    case 'close':
      process.exit(0)
      break
    case 'reply': // to a call of a cell that has ended
    case 'ping':
    case 'snapshot': // given out before, or never
      break
    case 'packages':
      tell({ type: 'packages', ...interpreter.packages })
      break
  }
}

/** Makes the VM, and runs the cells it had again. */
function open(setup: PythonSetup, past: readonly PastCell[]): void {
  if ('refused' in interpreter.packages) failed(`a package is refused: ${interpreter.packages.refused}`)
  interpreter.open(setup)
  for (const { order } of past) {
    recorded = order.replies
    const limits = { ...order.limits, backstopMs: Number.POSITIVE_INFINITY } // it was within its own once
    const { result, delivered } = interpreter.run({ ...order, limits })
    if (!isKept(result) || delivered !== order.replies.length) differs()
  }
  recorded = undefined
  tell({ type: 'opened', vm })
}

/** The answer that a call of a past cell was given when it was made. */
function again({ id }: BlockingCall): PastCell['order']['replies'][number]['reply'] {
  return recorded?.find(({ callId }) => callId === id)?.reply ?? differs()
}

function differs(): never {
  return failed('a cell came out differently when it was run again')
}

function failed(message: string): never {
  tell({ type: 'failed', vm, message })
  process.exit(0)
}

/** Says how a cell ended. After one that did not end by itself, the process does. */
function ended(end: CellEnd): void {
  tell({ type: 'ended', vm, end })
  if (!isKept(end.result)) process.exit(0)
}

/** A wheel, which has to be the bytes that its directory is named after. */
function wheelAt(path: string): Wheel {
  const bytes = readFileSync(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (basename(dirname(path)) !== sha256) throw new Error(`${basename(path)} is not the package it was`)
  return { file: basename(path), bytes }
}

type OfStart =
  | { readonly type: 'snapshot'; readonly zstd: string }
  | ({ readonly type: 'packages' } & Packages)

function tell(message: FromChild | OfStart): void {
  wire.send(message)
}
