// The worker of one store at a time: everything that takes time. It holds packs and indexes, and no key or policy.
import { parentPort } from 'node:worker_threads'
import {
  type CodeRequest,
  isDiskFailing,
  isDiskFull,
  isWritError,
  type PackedCode,
  type Parsed,
  type ParseRefusal,
  type ParseRequest,
  WritError,
} from '@writ/contract'
import { OpenCode } from './code/open-code.ts'
import { readStructure } from './code/read-structure.ts'
import { documentOrigin } from './document-origin.ts'
import { grep } from './grep.ts'
import { ingest, load, type Ways } from './ingestion.ts'
import { ingestKept } from './kept-ingestion.ts'
import { readOutline } from './outline-rows.ts'
import type { OpenPack } from './pack-directory.ts'
import { addTexts } from './run-texts.ts'
import { search } from './search.ts'
import { selectDocuments } from './select-documents.ts'
import { findInText } from './structure/find-in-text.ts'
import { areRows, readRows } from './tables/read-tables.ts'
import type { FromWorker, SentError, ToWorker, WorkerCall, WorkerCalls } from './worker-calls.ts'

type Handlers = {
  [K in WorkerCall]: (
    request: WorkerCalls[K]['request'],
    id: number,
    signal: AbortSignal,
  ) => WorkerCalls[K]['result'] | Promise<WorkerCalls[K]['result']>
}

const port = parentPort
if (port === null) throw new Error('this file is the start of a worker thread')

const open = new Map<string, OpenPack>()
const running = new Map<number, AbortController>()
const send = (message: FromWorker): void => port.postMessage(message)

function keep(partition: string, pack: OpenPack): void {
  open.set(partition, pack)
}

function opened(partition: string): OpenPack {
  const found = open.get(partition)
  if (found === undefined) throw new WritError('BAD_REQUEST', `this store has no partition ${partition}`)
  return found
}

/** Files that are being parsed, by number. */
const parsing = new Map<number, PromiseWithResolvers<never>>()
let asked = 0

/** Has the main thread get a file parsed. */
function parse(request: ParseRequest): Promise<Parsed | ParseRefusal>
function parse(request: CodeRequest): Promise<PackedCode | ParseRefusal>
function parse(request: ParseRequest | CodeRequest): Promise<never> {
  asked += 1
  const waiting = Promise.withResolvers<never>()
  parsing.set(asked, waiting)
  send({ parse: asked, request })
  return waiting.promise
}

function hearParsed(message: Extract<ToWorker, { parsed: number }>): void {
  const waiting = parsing.get(message.parsed)
  parsing.delete(message.parsed)
  if ('outcome' in message) waiting?.resolve(message.outcome as never)
  else waiting?.reject(new WritError(message.error.code, message.error.message, { data: message.error.data }))
}

const code = new OpenCode(opened, (request) => parse(request))

/** What the ingestion that a call asks for is given. */
function waysOf(id: number): Ways {
  return { keep, report: (progress) => send({ id, progress }), parse }
}

const handlers: Handlers = {
  ingest: (request, id) => ingest(request, waysOf(id)),
  ingestKept: (request, id) => ingestKept(request, waysOf(id)),
  load: (request) => load(request, keep),
  addTexts: (request) => addTexts(request, keep),
  select: ({ partition, filter }, _id, signal) =>
    selectDocuments(
      opened(partition)
        .table.list()
        .map(({ layout }) => layout),
      filter,
      signal,
    ),
  search: ({ partition, search: wanted }) => search(opened(partition), wanted),
  grep: ({ partition, grep: wanted }, _id, signal) => grep(opened(partition).pack, wanted, signal),
  origin: ({ partition, doc, start, end }) => documentOrigin(opened(partition), doc, start, end),
  outline: ({ partition, doc }) => readOutline(opened(partition), doc),
  symbols: async ({ scope, asked: wanted }, _id, signal) => (await code.view(scope, signal)).symbols(wanted),
  links: async ({ scope, asked: wanted }, _id, signal) => (await code.view(scope, signal)).links(wanted),
  readStructure: (_request, id, signal) =>
    readStructure([...open.values()], { parse, report: waysOf(id).report, signal }),
  // What only some questions ask for is loaded for them: its patterns take longer to be read than a small text to be searched.
  dates: async ({ partition, doc, range }) => {
    const { readDates } = await import('./structure/read-dates.ts')
    return findInText(opened(partition), doc, range, readDates)
  },
  amounts: async ({ partition, doc, range }) => {
    const { readAmounts } = await import('./structure/read-amounts.ts')
    return findInText(opened(partition), doc, range, readAmounts)
  },
  similar: async ({ partition, of, similar }, _id, signal) => {
    const { similarDocuments } = await import('./structure/similar-documents.ts')
    return similarDocuments(opened(partition), of === null ? undefined : opened(of), similar, signal)
  },
  references: async ({ partition, doc }) => {
    const { readReferences } = await import('./structure/references.ts')
    return readReferences(opened(partition), doc)
  },
  messages: async ({ partition }) => {
    const { readMessages } = await import('./structure/messages.ts')
    return readMessages(opened(partition))
  },
  tableRows: ({ partition, name, from }) => readRows(opened(partition).table.parts, name, from),
  rowsAt: ({ partition, name, spans }) => areRows(opened(partition).table.parts, name, spans),
}

async function answer(message: Extract<ToWorker, { call: WorkerCall }>): Promise<void> {
  const { id } = message
  const controller = new AbortController()
  running.set(id, controller)
  try {
    // The pair of name and request is checked where the message is made.
    const handle = handlers[message.call] as Handlers['search']
    const request = message.request as WorkerCalls['search']['request']
    send({ id, result: await handle(request, id, controller.signal) })
  } catch (error) {
    send({ id, error: sendable(error) })
  } finally {
    running.delete(id)
    forgetWhenIdle()
  }
}

/** What a failure is called on the other side. A disk that is full, fails or cannot be written is the home's fault, not Writ's. */
function sendable(error: unknown): SentError {
  if (isWritError(error)) return { code: error.code, message: error.message, data: error.data }
  const message = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (isDiskFull(error)) return { code: 'DISK_FULL', message, data: {} }
  const unusable = ['EROFS', 'EACCES', 'EPERM'].includes(cause) || isDiskFailing(error)
  return { code: unusable ? 'HOME_UNUSABLE' : 'INTERNAL', message, data: {} }
}

let clearing = false

function clear(): void {
  clearing = true
  for (const controller of running.values()) controller.abort()
  forgetWhenIdle()
}

/** Closes what the store had open once nothing uses it. */
function forgetWhenIdle(): void {
  if (!clearing || running.size > 0) return
  clearing = false
  for (const { pack, indexes, code: structure } of open.values()) {
    structure.close()
    for (const index of indexes) index.close()
    pack.close()
  }
  open.clear()
  code.clear()
  send({ cleared: true })
}

port.on('message', (message: ToWorker) => {
  if ('clear' in message) clear()
  else if ('parsed' in message) hearParsed(message)
  else if ('cancel' in message) running.get(message.cancel)?.abort()
  else void answer(message)
})
