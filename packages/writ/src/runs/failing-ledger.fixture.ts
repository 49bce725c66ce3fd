import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { toWritError } from '@writ/contract'
import { decodeRecord } from '@writ/evidence'
import { createWrit } from '../index.ts'
import type { Request } from '../ledger/messages.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// A process that asks a question, and whose ledger gets nothing more once the result of a sub-call is sent to it: it is slow
// without end, or its thread ends. What the process shows outside is said, a line each. For tests only.

const [home = '', baseUrl = '', fate = ''] = process.argv.slice(2)

const say = (...words: readonly unknown[]): void => void writeSync(1, `${JSON.stringify(words)}\n`)

/** Commands of sub-calls by their seq. */
const asked = new Set<number>()
let failing: Worker | undefined

/** What a message to a ledger asks it to write: kinds of records, and other orders by their names. */
function writtenBy(batch: readonly Request[]): string[] {
  return batch.map((request) => {
    if (request.op !== 'append') return request.op
    const record = decodeRecord(request.record)
    if (record.kind === 'model.call' && record.det.role === 'leaf') asked.add(record.seq)
    return record.kind === 'model.result' && asked.has(record.obs.command) ? 'sub-call result' : record.kind
  })
}

Worker.prototype.postMessage = new Proxy<Worker['postMessage']>(
  Reflect.get(Worker.prototype, 'postMessage'),
  {
    apply: (post, worker: Worker, args: Parameters<Worker['postMessage']>) => {
      const [message] = args
      const written = Array.isArray(message) && message[0]?.op !== undefined ? writtenBy(message) : []
      if (written.includes('sub-call result')) {
        failing = worker
        if (fate === 'ends') void worker.terminate()
      }
      if (worker !== failing) return Reflect.apply(post, worker, args)
      say('unwritten', ...written)
    },
  },
)

const writ = await createWrit({ home, model: 'any/model', baseUrl, apiKey: 'x' })
try {
  const answer = await writ.completion({
    query: QUESTION,
    context: TEXTS,
    strategy: 'recurse',
    onEvent: (event) => say('event', event.type, event.type === 'step' ? (event.op ?? event.kind) : ''),
  })
  say('answer', answer.status)
} catch (error) {
  say('failed', toWritError(error).code)
}
