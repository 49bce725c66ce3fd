import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { formatLabel, type Outcome } from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { spanOf } from './span.ts'
import { decisionAttributes, refusalEvents, usageAttributes } from './step-attributes.ts'

type RecordOf<K extends AnyRecord['kind']> = Extract<AnyRecord, { readonly kind: K }>
type ModelCall = RecordOf<'model.call'>

/** A frame that has not ended yet, and how it will have. */
interface OpenFrame {
  readonly lane: string
  readonly parent: string
  readonly profile: string
  readonly model: string
  readonly from: number
  to: number
}

/**
 * The spans of a run, made from its records afterwards: run, frames, model calls, cells, reads and releases, no content.
 * A span is given once it has ended; frames and calls that are open are held, nothing else.
 */
export async function* spansOf(source: RunSource): AsyncIterable<ReadableSpan> {
  const { run } = source
  const frames = new Map<string, OpenFrame>()
  const calls = new Map<number, ModelCall>()
  let opening: RecordOf<'run.open'> | undefined
  let last: AnyRecord | undefined
  for await (const bytes of source.records()) {
    const record = decodeRecord(bytes)
    last = record
    const frame = frames.get(record.lane)
    if (frame !== undefined) frame.to = Math.max(frame.to, record.obs.at)
    if (record.kind === 'run.open') {
      opening = record
      const model = record.det.models[0]?.id ?? ''
      frames.set('0', {
        lane: '0',
        parent: 'run',
        profile: 'orchestrator',
        model,
        from: record.obs.at,
        to: record.obs.at,
      })
    } else if (record.kind === 'frame.spawn' && record.det.outcome === 'ok') {
      const { child, profile, model } = record.det
      const { at } = record.obs
      frames.set(child, { lane: child, parent: `frame/${record.lane}`, profile, model, from: at, to: at })
    } else if (record.kind === 'frame.join') {
      const child = frames.get(record.det.child)
      frames.delete(record.det.child)
      if (child !== undefined)
        yield frameSpan(
          run,
          { ...child, to: record.obs.at },
          record.det.outcome,
          record.det.code,
          formatLabel(record.det.label),
        )
    } else if (record.kind === 'model.call' && record.det.outcome === 'ok') calls.set(record.seq, record)
    else if (record.kind === 'model.result') {
      const call = calls.get(record.obs.command)
      calls.delete(record.obs.command)
      if (call !== undefined) yield chatSpan(run, call, record)
    } else {
      const span = stepSpan(run, record)
      if (span !== undefined) yield span
    }
  }
  for (const call of calls.values()) yield chatSpan(run, call, undefined)
  if (opening === undefined || last === undefined) return
  const closing = last.kind === 'run.close' ? last : undefined
  for (const frame of frames.values())
    yield frameSpan(
      run,
      frame,
      closing === undefined ? 'in-doubt' : 'ok',
      null,
      closing && formatLabel(closing.det.label),
    )
  yield runSpan(run, opening, last, closing)
}

/** Spans of steps that are one record; undefined for records that make none. */
function stepSpan(run: string, record: AnyRecord): ReadableSpan | undefined {
  switch (record.kind) {
    case 'model.call':
      return chatSpan(run, record, undefined)
    case 'cell':
      return toolSpan(run, record, 'execute_tool repl', {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'repl',
        'gen_ai.tool.type': 'function',
        'writ.fuel': record.det.fuel,
      })
    case 'context.search':
    case 'context.read': {
      const { det, obs } = record
      const attributes = {
        'writ.op': det.op,
        'writ.partitions': [...det.partitions],
        'writ.withheld': det.withheld,
        'writ.label': formatLabel(det.label),
      }
      return toolSpan(
        run,
        record,
        `${record.kind} ${det.op}`,
        attributes,
        refusalEvents(det.decisions, obs.at),
        det.code,
      )
    }
    case 'output.release': {
      const { decision, label, code } = record.det
      const attributes = { ...decisionAttributes(decision), 'writ.label': formatLabel(label) }
      return toolSpan(
        run,
        record,
        'output.release',
        attributes,
        refusalEvents([decision], record.obs.at),
        code,
      )
    }
    case 'frame.spawn': {
      // Refused: one that happened is the span of its frame.
      const { decision, code, label } = record.det
      const attributes = { ...decisionAttributes(decision), 'writ.label': formatLabel(label) }
      const instant = { ...record, obs: { ...record.obs, tookMs: 0 } }
      return toolSpan(run, instant, 'frame.spawn', attributes, refusalEvents([decision], record.obs.at), code)
    }
    default:
      return undefined
  }
}

interface EndedStep {
  readonly lane: string
  readonly n: number
  readonly seq: number
  readonly kind: string
  readonly det: { readonly outcome: Outcome }
  readonly obs: { readonly at: number; readonly tookMs: number }
}

function toolSpan(
  run: string,
  { lane, n, seq, kind, det, obs }: EndedStep,
  name: string,
  attributes: Parameters<typeof spanOf>[0]['attributes'],
  events: ReturnType<typeof refusalEvents> = [],
  code: string | null = null,
): ReadableSpan {
  return spanOf({
    run,
    id: `step/${lane}/${n}`,
    parent: `frame/${lane}`,
    name,
    from: obs.at - obs.tookMs,
    to: obs.at,
    attributes: {
      'writ.kind': kind,
      'writ.seq': seq,
      'writ.lane': lane,
      'writ.n': n,
      'writ.outcome': det.outcome,
      ...attributes,
    },
    events,
    error: det.outcome === 'ok' ? null : (code ?? det.outcome),
  })
}

/** A model call; without a result it was refused, or is in doubt. */
function chatSpan(run: string, call: ModelCall, result: RecordOf<'model.result'> | undefined): ReadableSpan {
  const { lane, n, seq, det, obs } = call
  const outcome = result?.det.outcome ?? (det.outcome === 'ok' ? 'in-doubt' : det.outcome)
  const code = result?.det.code ?? det.code
  return spanOf({
    run,
    id: `step/${lane}/${n}`,
    parent: `frame/${lane}`,
    name: `chat ${det.model}`,
    client: true,
    from: obs.at,
    to: result?.obs.at ?? obs.at,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': providerOf(det.model),
      'gen_ai.request.model': det.model,
      'gen_ai.request.max_tokens': det.maxOutputTokens,
      ...(result === undefined ? {} : usageAttributes(result.det.charged)),
      'writ.kind': 'model.call',
      'writ.seq': seq,
      'writ.lane': lane,
      'writ.n': n,
      'writ.role': det.role,
      'writ.items': det.items,
      'writ.attempts': result?.obs.attempts ?? 0,
      'writ.outcome': outcome,
      ...(result === undefined ? {} : { 'writ.label': formatLabel(result.det.label) }),
      ...decisionAttributes(det.decision),
    },
    events: refusalEvents([det.decision], obs.at),
    error: outcome === 'ok' ? null : (code ?? outcome),
  })
}

function frameSpan(
  run: string,
  { lane, parent, profile, model, from, to }: OpenFrame,
  outcome: Outcome,
  code: string | null,
  label: string | undefined,
): ReadableSpan {
  return spanOf({
    run,
    id: `frame/${lane}`,
    parent,
    name: `invoke_agent ${profile}`,
    from,
    to,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': providerOf(model),
      'gen_ai.agent.id': lane,
      'gen_ai.agent.name': profile,
      'gen_ai.request.model': model,
      'writ.lane': lane,
      'writ.depth': lane.split('.').length - 1,
      'writ.outcome': outcome,
      ...(label === undefined ? {} : { 'writ.label': label }),
    },
    error: outcome === 'ok' ? null : (code ?? outcome),
  })
}

function runSpan(
  run: string,
  { det, obs }: RecordOf<'run.open'>,
  last: AnyRecord,
  closing: RecordOf<'run.close'> | undefined,
): ReadableSpan {
  const status = closing?.det.status ?? (last.kind === 'run.abort' ? 'aborted' : 'open')
  return spanOf({
    run,
    id: 'run',
    parent: null,
    name: 'invoke_workflow writ',
    from: obs.at,
    to: last.obs.at,
    attributes: {
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'writ',
      'writ.run': run,
      'writ.version': obs.version,
      'writ.status': status,
      'writ.purpose': det.purpose,
      'writ.bundle': det.bundle,
      'writ.guest_abi': det.guestAbi,
      ...(closing === undefined
        ? {}
        : {
            ...usageAttributes(closing.det.charged),
            'writ.label': formatLabel(closing.det.label),
            'writ.frames': closing.det.frames,
            'writ.max_depth': closing.det.maxDepth,
            'writ.steps': closing.det.steps,
          }),
    },
    error: status === 'complete' ? null : status,
  })
}

/** The part of a model's name that says who answers. */
function providerOf(model: string): string {
  return model.split('/')[0] ?? model
}
