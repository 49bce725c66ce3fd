import type { Durability, Ledger, Payload, RunLog } from '@writ/contract'
import { Channel } from './channel.ts'
import { prepareHome } from './home.ts'

/**
 * Opens the ledger of a home directory, making the directory when there is none.
 *
 * A shard is taken only when the first run opens; reading takes none. Rejects with `HOME_UNUSABLE`. Afterwards every write
 * that cannot be made durable rejects with `LEDGER_FAILED`, and so does every later one.
 */
export async function openLedger(home: string): Promise<Ledger> {
  const channel = new Channel(prepareHome(home))
  return {
    open: async (run, question, startedAt) => {
      const key = await channel.request({ op: 'open', run, question, startedAt })
      return openRunLog(channel, run, key)
    },
    resume: async (run) => openRunLog(channel, run, await channel.request({ op: 'resume', run })),
    leave: (run) => channel.request({ op: 'leave', run }).catch(() => undefined),
    runs: () => channel.request({ op: 'runs' }),
    damaged: () => channel.request({ op: 'damaged' }),
    records: (run) => records(channel, run),
    payload: (run, path) => channel.request({ op: 'payload', run, path }),
    sealedPayload: (run, path) => channel.request({ op: 'sealedPayload', run, path }),
    payloadPaths: (run, prefix) => channel.request({ op: 'payloadPaths', run, prefix }),
    key: (run) => channel.request({ op: 'key', run }),
    close: () => channel.close(),
  }
}

function openRunLog(channel: Channel, run: string, key: Uint8Array): RunLog {
  return {
    run,
    key,
    append: (record, payloads, durability) => append(channel, run, record, payloads, durability),
    seal: (size, root) => channel.request({ op: 'seal', run, size, root: channel.copy(root) }),
    finish: (status) => channel.request({ op: 'finish', run, status }),
    records: () => records(channel, run),
  }
}

/** Copies the bytes at once, so that they are the caller's again, and sends the copies to the worker. */
function append(
  channel: Channel,
  run: string,
  bytes: Uint8Array,
  given: readonly Payload[],
  durability: Durability,
): Promise<void> {
  const record = channel.copy(bytes)
  const payloads = given.map(({ path, bytes: content }) => ({ path, bytes: channel.copy(content) }))
  const flush = durability === 'flush'
  return channel.request({ op: 'append', run, record, payloads, flush }, durability === 'soon')
}

async function* records(channel: Channel, run: string): AsyncIterable<Uint8Array> {
  let from = 0
  for (let more = true; more; ) {
    const batch = await channel.request({ op: 'records', run, from })
    yield* batch.records
    from += batch.records.length
    more = batch.more
  }
}
