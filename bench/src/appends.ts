import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Payload, RECORD_VERSION, type RunLog } from '@writ/contract'
import { openLedger } from 'writ/ledger'
import { flushMs } from './flush.ts'
import { type Measure, median, rounded } from './measure.ts'

const WRITERS = 64
const SECONDS = 1.5
const ROUNDS = 3
const RECORD_BYTES = 700 // about what a model.result has
const PAYLOAD_BYTES = 500
/** What a flush may take, and the appends per second asked for at it. In between nothing is asked but the lower rate. */
const FAST = { flushMs: 0.3, rate: 35_000 }
const SLOW = { flushMs: 4, rate: 12_000 }

/** Appends that are on disk when they are acknowledged: 64 writers, each with one under way. */
export async function appends(): Promise<readonly Measure[]> {
  return [
    await durable('durable appends, 64 writers in one run', 1, false),
    await durable('durable appends, 64 writers in 64 runs', WRITERS, false),
    await durable('the same in one run, each with a payload', 1, true),
  ]
}

async function durable(task: string, runs: number, withPayload: boolean): Promise<Measure> {
  const place = await mkdtemp(join(tmpdir(), 'writ-bench-'))
  try {
    const ledger = await openLedger(join(place, 'home'))
    const logs = await Promise.all(
      Array.from({ length: runs }, async (_, n) => new Appender(await ledger.open(`run-${n}`, 'q', n))),
    )
    const rates: number[] = []
    const flushes = [flushMs(place)]
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.push(await rate(logs, withPayload))
      flushes.push(flushMs(place))
    }
    await ledger.close()
    return judged(task, median(rates), median(flushes), withPayload)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Appends per second. */
async function rate(logs: readonly Appender[], withPayload: boolean): Promise<number> {
  const started = performance.now()
  const until = started + SECONDS * 1000
  let count = 0
  const write = async (log: Appender | undefined): Promise<void> => {
    for (; performance.now() < until; count += 1) await log?.append(withPayload)
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, n) => write(logs[n % logs.length])))
  return count / ((performance.now() - started) / 1000)
}

class Appender {
  readonly #log: RunLog
  #seq = 0

  constructor(log: RunLog) {
    this.#log = log
  }

  append(withPayload: boolean): Promise<void> {
    const seq = this.#seq++
    const record = JSON.stringify({
      note: 'x'.repeat(RECORD_BYTES),
      run: this.#log.run,
      seq,
      v: RECORD_VERSION,
    })
    const payload: Payload = { path: `0/${seq}/value`, bytes: new Uint8Array(PAYLOAD_BYTES) }
    return this.#log.append(Buffer.from(record), withPayload ? [payload] : [], 'flush')
  }
}

function judged(task: string, found: number, flush: number, withPayload: boolean): Measure {
  const detail = `1/s, flush p50 ${rounded(flush, 2)} ms`
  const score = rounded(found)
  if (withPayload) {
    return { task, score, detail: `${detail}, ${PAYLOAD_BYTES} bytes encrypted with AES-256-GCM` }
  }
  const asked = flush <= FAST.flushMs ? FAST : SLOW
  const target = `${asked.rate.toLocaleString('en-US')}/s at ${asked.flushMs} ms`
  return { task, score, detail, target, met: found >= asked.rate }
}
