import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { WritError } from '@writ/contract'
import type { RunSource } from '../run-source.ts'
import { spansOf } from './spans.ts'

/** Spans of one request, and of one line of a file. */
const BATCH = 512
const TIMEOUT_MS = 10_000

/** The trace of a run as OTLP/JSON: a line for each export request, as the file exporter of OpenTelemetry writes them. */
export async function* otlpLines(source: RunSource): AsyncIterable<string> {
  for await (const batch of batches(source)) {
    const bytes = JsonTraceSerializer.serializeRequest(batch)
    if (bytes === undefined) throw new WritError('INTERNAL', 'OpenTelemetry gave no bytes for these spans.')
    yield `${new TextDecoder().decode(bytes)}\n`
  }
}

/** Sends the trace of a run to a collector (OTLP over HTTP) and gives the number of spans. Rejects with `COLLECTOR_FAILED`. */
export async function sendTrace(source: RunSource, endpoint: string): Promise<number> {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: TIMEOUT_MS })
  let sent = 0
  try {
    for await (const batch of batches(source)) {
      await send(exporter, batch, endpoint)
      sent += batch.length
    }
  } finally {
    await exporter.shutdown()
  }
  return sent
}

async function* batches(source: RunSource): AsyncIterable<ReadableSpan[]> {
  let batch: ReadableSpan[] = []
  for await (const span of spansOf(source)) {
    batch.push(span)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function send(exporter: OTLPTraceExporter, batch: ReadableSpan[], endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    exporter.export(batch, ({ code, error }) => {
      if (code === 0) resolve()
      else reject(failed(endpoint, error?.message ?? 'it took nothing'))
    })
  })
}

/** The collector's address for traces: the one given, or its usual path where none is. */
function tracesUrl(endpoint: string): string {
  if (!URL.canParse(endpoint)) throw new WritError('USAGE', `"${endpoint}" is no address of a collector.`)
  const url = new URL(endpoint)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new WritError('USAGE', `A collector is reached over http or https, not ${url.protocol}`)
  if (url.pathname === '/') url.pathname = '/v1/traces'
  return url.href
}

function failed(endpoint: string, why: string): WritError {
  return new WritError('COLLECTOR_FAILED', `The collector at ${endpoint} did not take the trace: ${why}`)
}
