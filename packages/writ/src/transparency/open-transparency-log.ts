import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Signer, type TransparencyLog, WritError } from '@writ/contract'
import { checkpointText, consistencyProof, hex, inclusionProof, signNote } from '@writ/evidence'
import { LogStore } from './log-store.ts'
import { PublishedCheckpoint } from './published.ts'

/** Where a log says who it is: by the log key it began with. A later key signs on under the same origin. */
function originOf(signer: Signer): string {
  return `writ.dev/log/${signer.publicKey('log').keyId.slice(0, 16)}`
}

/**
 * Opens the log of a home, making it when there is none. Order of an append: statement and root durable, then signed, then
 * published. A process that dies between leaves a root without a checkpoint, which the next append covers.
 * Rejects with `LOG_ROLLED_BACK` or `LOG_FORKED` when the store is not what was published, `LOG_FAILED` otherwise.
 */
export async function openTransparencyLog(home: string, signer: Signer): Promise<TransparencyLog> {
  const directory = join(home, 'log')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new WritError('LOG_FAILED', `${directory} cannot be made.`, { cause })
  }
  const store = new LogStore(join(directory, 'log.db'), originOf(signer))
  const published = new PublishedCheckpoint(join(directory, 'checkpoint'))
  try {
    store.locked(() => published.check(store))
    // What a process that died had persisted and not signed.
    await signAndPublish(store, published, signer)
  } catch (error) {
    store.close()
    throw error
  }
  return {
    ...readingOf(store),
    append: (statement) => append(store, published, signer, statement),
    close: () => Promise.resolve(store.close()),
  }
}

/** A log that is read: nothing is appended, so no key is needed. */
export type LogReading = Omit<TransparencyLog, 'append'>

/**
 * Opens the log of a home for reading; undefined when it has none. Throws `LOG_ROLLED_BACK` or `LOG_FORKED` when the store is
 * not what was published, `LOG_FAILED` otherwise.
 */
export function readTransparencyLog(home: string): LogReading | undefined {
  const directory = join(home, 'log')
  const path = join(directory, 'log.db')
  if (!existsSync(path)) return undefined
  const store = new LogStore(path, null)
  try {
    new PublishedCheckpoint(join(directory, 'checkpoint')).check(store)
  } catch (error) {
    store.close()
    throw error
  }
  return { ...readingOf(store), close: () => Promise.resolve(store.close()) }
}

function readingOf(store: LogStore): Omit<LogReading, 'close'> {
  const node = (height: number, index: number): Uint8Array => store.node(height, index)
  return {
    origin: store.origin,
    indexOf: (statement) => store.indexOf(statement),
    state: () => {
      const { size, origin } = store
      return { origin, size, root: hex(store.root(size)) }
    },
    checkpoint: () => store.newestNote(),
    inclusion: (index, size) => inclusionProof(node, size, index),
    consistency: (first, size) => (first === 0 ? [] : consistencyProof(node, size, first)),
    entries: (from) => store.entries(from),
    node,
  }
}

async function append(
  store: LogStore,
  published: PublishedCheckpoint,
  signer: Signer,
  statement: Uint8Array,
): Promise<number> {
  const index = store.locked(() => {
    published.check(store)
    return store.indexOf(statement) ?? store.append(statement).index
  })
  await signAndPublish(store, published, signer)
  return index
}

/** Signs the newest root that was persisted, if nobody did, and publishes it. */
async function signAndPublish(
  store: LogStore,
  published: PublishedCheckpoint,
  signer: Signer,
): Promise<void> {
  const { size } = store
  if (size === 0) return
  if (!store.isSigned(size)) {
    const note = await signNote(signer, 'log', checkpointText(store.origin, size, store.root(size)))
    store.locked(() => store.keepNote(size, note))
  }
  const newest = store.newestNote()
  if (newest !== undefined) store.locked(() => published.advance(newest))
}
