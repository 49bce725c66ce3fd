import { itemPayload, payloadPath } from '@writ/contract'
import { type AnyRecord, decodeRecord, hex, leafHash } from '@writ/evidence'
import { claimedTime } from './claimed-time.ts'
import type { RunSource } from './run-source.ts'

/** One line of a JSON Lines export: a record as it is, and what helps to use it (`docs/reference/events.md`). */
export interface EventLine extends Pick<AnyRecord, 'run' | 'seq' | 'lane' | 'n' | 'kind' | 'det' | 'obs'> {
  readonly schema: 'writ.event/1'
  /** The time the record claims, ISO 8601. */
  readonly at: string | null
  /** RFC 6962 leaf hash (hex) of the record's bytes: what an inclusion proof is about. */
  readonly leaf: string
  /** Only when asked for: texts kept beside the record or laid open, by name; null where one is there and does not open. */
  readonly payloads?: Readonly<Record<string, string | null>>
}

export interface JsonLinesOptions {
  /** Also writes what is kept encrypted beside the records: prompts, outputs, text of documents. */
  readonly payloads?: boolean
}

/** A run as JSON Lines, one record a line, in order, in constant memory. */
export async function* jsonLines(source: RunSource, options: JsonLinesOptions = {}): AsyncIterable<string> {
  for await (const bytes of source.records()) {
    const record = decodeRecord(bytes)
    const { run, seq, lane, n, kind, det, obs } = record
    const line: EventLine = {
      schema: 'writ.event/1',
      run,
      seq,
      lane,
      n,
      kind,
      at: claimedTime(obs.at),
      det,
      obs,
      leaf: hex(leafHash(bytes)),
      ...(options.payloads === true ? { payloads: await payloadsOf(source, record) } : {}),
    }
    yield `${JSON.stringify(line)}\n`
  }
}

async function payloadsOf(
  source: RunSource,
  record: AnyRecord,
): Promise<Readonly<Record<string, string | null>>> {
  const own = record.kind === 'model.item' ? itemPayload(record.det.item, '') : ''
  const prefix = payloadPath(record, record.kind, own)
  const paths = await source.paths(prefix)
  const texts = paths.map(async (path) => [path.slice(prefix.length), (await source.text(path)) ?? null])
  return Object.fromEntries(await Promise.all(texts))
}
