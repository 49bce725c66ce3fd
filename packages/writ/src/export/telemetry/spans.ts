import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { cachedInputTokens, formatLabel, type Outcome, unsentCalls } from '@writ/contract'
import {
  type AnyRecord,
  decodeRecord,
  type RecordOf,
  RunFold,
  type RunFrame,
  type RunVisitor,
} from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { spanOf } from './span.ts'
import { decisionAttributes, refusalEvents, usageAttributes } from './step-attributes.ts'

type ModelCall = RecordOf<'model.call'>
type Spans = readonly ReadableSpan[]

/** What is kept of an open frame: when it was last heard of. */
interface FrameTime {
  to: number
}

/**
 * The spans of a run, made from its records afterwards: run, frames, model calls, cells, reads and releases, no content.
 * A span is given once it has ended; frames and calls that are open are held, nothing else.
 */
export async function* spansOf(source: RunSource): AsyncIterable<ReadableSpan> {
  const { run } = source
  const fold = new RunFold(spanVisitor(run))
  let opening: RecordOf<'run.open'> | undefined
  let last: AnyRecord | undefined
  for await (const bytes of source.records()) {
    const record = decodeRecord(bytes)
    last = record
    if (record.kind === 'run.open') opening ??= record
    yield* fold.visit(record)
  }
  const { frames } = fold
  for (const { commands } of frames)
    for (const call of commands.values()) if (call.kind === 'model.call') yield chatSpan(run, call, undefined)
  if (opening === undefined || last === undefined) return
  const closing = last.kind === 'run.close' ? last : undefined
  const outcome = closing === undefined ? 'in-doubt' : 'ok'
  for (const frame of frames)
    yield frameSpan(run, frame, outcome, null, closing && formatLabel(closing.det.label))
  yield runSpan(run, opening, last, closing)
}

/** The spans that end with a record. */
function spanVisitor(run: string): RunVisitor<FrameTime, Spans> {
  /** Attempts that records of their own describe, by the call they are of. */
  const told = new Map<number, number>()
  return {
    opened: ({ opening }) => ({ to: opening.obs.at }),
    stray: () => [],
    before: ({ obs }, { frame: { own } }) => {
      own.to = Math.max(own.to, obs.at)
    },
    records: {
      'run.open': none,
      'strategy.chosen': none,
      'context.search': (record) => [contextSpan(run, record)],
      'context.read': (record) => [contextSpan(run, record)],
      local: none,
      'memory.write': (record) => [noteSpan(run, record)],
      // One that was sent is a span with its result.
      'model.call': (record) => (record.det.outcome === 'ok' ? [] : [chatSpan(run, record, undefined)]),
      'model.attempt': none,
      'model.usage': ({ obs }) => {
        // A call that was sent again after a restart begins its list anew.
        const before = obs.first === 0 ? 0 : (told.get(obs.command) ?? 0)
        told.set(obs.command, before + cachedInputTokens(obs.detail))
        return []
      },
      // An item tells all of its attempts.
      'model.item': ({ obs }) => {
        told.set(obs.command, (told.get(obs.command) ?? 0) + cachedInputTokens(obs.detail))
        return []
      },
      'model.result': (record, { command }) => {
        const { detail, attempts, command: seq } = record.obs
        const cached = detail.length === attempts ? cachedInputTokens(detail) : (told.get(seq) ?? 0)
        told.delete(seq)
        return command?.kind === 'model.call' ? [chatSpan(run, command, record, cached)] : []
      },
      cell: (record) => [cellSpan(run, record)],
      // One that happened is the span of its frame.
      'frame.spawn': (record) => (record.det.outcome === 'ok' ? [] : [refusedSpawnSpan(run, record)]),
      'frame.join': ({ det, obs }, { child }) => {
        if (child === undefined) return []
        child.own.to = Math.max(child.own.to, obs.at)
        return [frameSpan(run, child, det.outcome, det.code, formatLabel(det.label))]
      },
      'output.release': (record) => [releaseSpan(run, record)],
      'run.close': none,
      'run.abort': none,
    },
  }
}

function none(): Spans {
  return []
}

function contextSpan(run: string, record: RecordOf<'context.search' | 'context.read'>): ReadableSpan {
  const { kind, det, obs } = record
  const attributes = {
    'writ.op': det.op,
    'writ.partitions': [...det.partitions],
    'writ.withheld': det.withheld,
    'writ.label': formatLabel(det.label),
  }
  return toolSpan(
    run,
    record,
    `${kind} ${det.op}`,
    attributes,
    refusalEvents(det.decisions, obs.at),
    det.code,
  )
}

function noteSpan(run: string, record: RecordOf<'memory.write'>): ReadableSpan {
  const { decision, label, code, citations } = record.det
  const attributes = {
    ...decisionAttributes(decision),
    'writ.citations': citations,
    'writ.label': formatLabel(label),
  }
  const instant = { ...record, obs: { ...record.obs, tookMs: 0 } }
  return toolSpan(run, instant, 'memory.write', attributes, refusalEvents([decision], record.obs.at), code)
}

function cellSpan(run: string, record: RecordOf<'cell'>): ReadableSpan {
  return toolSpan(run, record, 'execute_tool repl', {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'repl',
    'gen_ai.tool.type': 'function',
    'writ.fuel': record.det.fuel,
  })
}

function releaseSpan(run: string, record: RecordOf<'output.release'>): ReadableSpan {
  const { decision, label, code } = record.det
  const attributes = { ...decisionAttributes(decision), 'writ.label': formatLabel(label) }
  return toolSpan(run, record, 'output.release', attributes, refusalEvents([decision], record.obs.at), code)
}

function refusedSpawnSpan(run: string, record: RecordOf<'frame.spawn'>): ReadableSpan {
  const { decision, code, label } = record.det
  const attributes = { ...decisionAttributes(decision), 'writ.label': formatLabel(label) }
  const instant = { ...record, obs: { ...record.obs, tookMs: 0 } }
  return toolSpan(run, instant, 'frame.spawn', attributes, refusalEvents([decision], record.obs.at), code)
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
function chatSpan(
  run: string,
  call: ModelCall,
  result: RecordOf<'model.result'> | undefined,
  cached = 0,
): ReadableSpan {
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
      ...(cached === 0 ? {} : { 'gen_ai.usage.cache_read.input_tokens': cached }),
      'writ.kind': 'model.call',
      'writ.seq': seq,
      'writ.lane': lane,
      'writ.n': n,
      'writ.role': det.role,
      'writ.items': det.items,
      ...(det.instead === undefined ? {} : { 'writ.instead': det.instead }),
      ...(det.passed === undefined ? {} : { 'writ.passed': det.passed.map(({ model }) => model) }),
      'writ.reused': unsentCalls({ reused: det.reused ?? [], merged: det.merged ?? 0 }),
      'writ.attempts': result?.obs.attempts ?? 0,
      'writ.outcome': outcome,
      ...(result === undefined ? {} : { 'writ.label': formatLabel(result.det.label) }),
      ...decisionAttributes(det.decision),
    },
    events: refusalEvents(
      [...(det.passed ?? []).flatMap(({ decision }) => decision ?? []), det.decision],
      obs.at,
    ),
    error: outcome === 'ok' ? null : (code ?? outcome),
  })
}

function frameSpan(
  run: string,
  { lane, parent, depth, profile, model, opening, own }: RunFrame<FrameTime>,
  outcome: Outcome,
  code: string | null,
  label: string | undefined,
): ReadableSpan {
  return spanOf({
    run,
    id: `frame/${lane}`,
    parent: parent === null ? 'run' : `frame/${parent.lane}`,
    name: `invoke_agent ${profile}`,
    from: opening.obs.at,
    to: own.to,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': providerOf(model),
      'gen_ai.agent.id': lane,
      'gen_ai.agent.name': profile,
      'gen_ai.request.model': model,
      'writ.lane': lane,
      'writ.depth': depth,
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
