import { createHash } from 'node:crypto'
import type { Attributes, HrTime } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** What a span tells. Times are claimed milliseconds since the epoch. */
export interface SpanFacts {
  /** Of the run, so that an export made again has the same ids. */
  readonly run: string
  /** Names the span within the run: `run`, `frame/<lane>` or `step/<lane>/<n>`. */
  readonly id: string
  readonly parent: string | null
  readonly name: string
  /** Whether it is a request to something outside this process. */
  readonly client?: boolean
  readonly from: number
  readonly to: number
  readonly attributes: Attributes
  readonly events?: readonly { readonly name: string; readonly at: number; readonly attributes: Attributes }[]
  /** Code of the error it ended with; null when it did not. */
  readonly error: string | null
}

// No version of this Writ: a trace made later by another is the same.
const RESOURCE = resourceFromAttributes({ 'service.name': 'writ' })
const SCOPE = { name: 'writ' }

/** A finished span. Nothing is measured: all of it comes from the records. */
export function spanOf(facts: SpanFacts): ReadableSpan {
  const { run, id, parent, from, error } = facts
  const to = Math.max(from, facts.to)
  const attributes = error === null ? facts.attributes : { ...facts.attributes, 'error.type': error }
  return {
    name: facts.name,
    kind: facts.client === true ? 2 : 0,
    spanContext: () => context(run, id),
    ...(parent === null ? {} : { parentSpanContext: context(run, parent) }),
    startTime: hrTime(from),
    endTime: hrTime(to),
    duration: hrTime(to - from),
    status: error === null ? { code: 0 } : { code: 2, message: error },
    attributes,
    links: [],
    events: (facts.events ?? []).map(({ name, at, attributes: told }) => ({
      name,
      time: hrTime(at),
      attributes: told,
    })),
    ended: true,
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function context(run: string, id: string): { traceId: string; spanId: string; traceFlags: number } {
  return {
    traceId: digest(`writ.trace/1|${run}`).slice(0, 32),
    spanId: digest(`writ.span/1|${run}|${id}`).slice(0, 16),
    traceFlags: 1,
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000]
}
