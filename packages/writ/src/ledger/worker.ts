import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { isWritError, WritError, whyUnwritten } from '@writ/contract'
import type { Home } from './home.ts'
import type { Operations, Reply, Request, Write } from './messages.ts'
import { Reader } from './reader.ts'
import { asDamage } from './shard-health.ts'
import { Writer } from './writer.ts'

// The ledger's thread: node:sqlite blocks, so everything that touches a database is here. It serves one ledger after the
// other: each sends its home first, and `close` last.

if (parentPort === null) throw new Error('the ledger worker runs only as a worker thread')
const port = parentPort
let home: Home
let reader: Reader
let writer: Writer

port.once('message', begin)

function begin(given: Home): void {
  home = given
  reader = new Reader(home)
  // As in a close, the writer is the last to close a shard and folds its write-ahead log in.
  writer = new Writer(home, (path) => reader.release(path))
  port.on('message', take)
}

/** Serves everything that has arrived by now. */
function take(first: readonly Request[]): void {
  const queue = [...first]
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    queue.push(...next.message)
  }
  serve(queue)
}

/** Answers in order. Writes that stand together become one group; anything else waits for the group before it. */
function serve(queue: readonly Request[]): void {
  let group: Write[] = []
  for (const request of queue) {
    if (request.op === 'append' || request.op === 'seal' || request.op === 'finish') {
      group.push(request)
    } else {
      post(writer.commit(group))
      group = []
      post([answer(request)])
    }
  }
  post(writer.commit(group))
}

function answer(request: Exclude<Request, Write>): Reply {
  try {
    return { ok: true, value: perform(request) }
  } catch (error) {
    return failure(asDamage(home.ledger, error))
  }
}

function perform(request: Exclude<Request, Write>): Operations[typeof request.op]['gives'] {
  switch (request.op) {
    case 'open':
      if (reader.has(request.run)) throw new WritError('LEDGER_FAILED', `run ${request.run} exists already`)
      return writer.open(request)
    case 'resume':
      return resume(request)
    case 'leave':
      return writer.leave(request.run)
    case 'runs':
      return reader.runs()
    case 'damaged':
      return reader.damaged()
    case 'records':
      return reader.records(request)
    case 'payload':
      return reader.payload(request)
    case 'sealedPayload':
      return reader.sealedPayload(request)
    case 'payloadPaths':
      return reader.payloadPaths(request)
    case 'key':
      return reader.key(request)
    case 'close':
      return close()
  }
}

function resume({ run }: Request<'resume'>): Uint8Array {
  const shard = reader.shardOf(run)
  if (shard === undefined) throw reader.unknown(run)
  return writer.resume(run, shard)
}

function close(): undefined {
  // The reader first: the last connection to close is the writer's, which folds the write-ahead log in.
  reader.close()
  writer.close()
  port.off('message', take)
  port.once('message', begin)
}

/** Codes travel, causes do not: they stay in the thread that has the keys. */
function failure(error: unknown): Reply {
  const message = whyUnwritten(error)
  if (!isWritError(error)) return { ok: false, code: 'LEDGER_FAILED', message, run: undefined }
  return { ok: false, code: error.code, message, run: error.run }
}

function post(replies: readonly Reply[]): void {
  if (replies.length > 0) port.postMessage(replies, replies.flatMap(buffers))
}

function buffers(reply: Reply): ArrayBuffer[] {
  if (!reply.ok || reply.value === undefined || !('records' in reply.value)) return []
  return reply.value.records.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []))
}
