import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendFileTrace } from '../../index.ts'
import { contracts, READ_MARK, type Recorded, recordRun } from '../recorded-fixture.ts'

// Traces of a real run of the built-in extractive model, in a file and at a collector on the loopback.

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[]
  readonly status: { readonly code: number; readonly message?: string }
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

let recorded: Recorded
let server: Server
let received: { readonly path: string; readonly type: string; readonly body: string }[]
let status: number

beforeAll(async () => {
  recorded = await recordRun(
    'Which contracts end patent rights when the licensee starts patent litigation?',
    contracts(90),
  )
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url: path = '', headers } = request
      received.push({ path, type: headers['content-type'] ?? '', body: Buffer.concat(chunks).toString() })
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.close()
  await recorded.cleanUp()
})

const endpoint = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function spansIn(requests: readonly string[]): OtlpSpan[] {
  return requests
    .map((request) => JSON.parse(request) as ExportRequest)
    .flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    )
}

async function collect(): Promise<OtlpSpan[]> {
  received = []
  status = 200
  const sent = await recorded.writ.sendTrace(recorded.answer.run, endpoint())
  const spans = spansIn(received.map(({ body }) => body))
  expect(spans.length).toBe(sent)
  return spans
}

const attribute = (span: OtlpSpan, key: string): unknown => {
  const value = span.attributes.find((candidate) => candidate.key === key)?.value
  return value === undefined ? undefined : Object.values(value)[0]
}

describe('the trace of a run', () => {
  it('reaches a collector as one tree whose spans lie within their parents', async () => {
    const spans = await collect()
    expect(received.every(({ path, type }) => path === '/v1/traces' && type === 'application/json')).toBe(
      true,
    )
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    expect(byId.size).toBe(spans.length)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    expect(roots.map(({ name }) => name)).toEqual(['invoke_workflow writ'])
    for (const span of spans) {
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano))
      const parent = byId.get(span.parentSpanId ?? '')
      if (span.parentSpanId === undefined) continue
      expect(parent?.name).toMatch(/^invoke_/)
      // Claimed durations are rounded to a millisecond.
      expect(BigInt(span.startTimeUnixNano) + 1_000_000n).toBeGreaterThanOrEqual(
        BigInt(parent?.startTimeUnixNano ?? 0),
      )
      expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(parent?.endTimeUnixNano ?? 0))
    }
  })

  it('counts what the answer counts, under the names of the conventions', async () => {
    const spans = await collect()
    const named = (operation: string): OtlpSpan[] =>
      spans.filter((span) => attribute(span, 'gen_ai.operation.name') === operation)
    const { usage } = recorded.answer
    expect(named('invoke_workflow').length).toBe(1)
    expect(named('invoke_agent').length).toBe(usage.frames)
    expect(usage.frames).toBeGreaterThan(1)
    const chats = named('chat')
    const sum = (key: string): number =>
      chats.reduce((total, span) => total + Number(attribute(span, key)), 0)
    expect(sum('gen_ai.usage.input_tokens')).toBe(usage.inputTokens)
    expect(sum('gen_ai.usage.output_tokens')).toBe(usage.outputTokens)
    expect(sum('writ.model_calls')).toBe(usage.modelCalls)
    for (const chat of chats) {
      expect(chat).toMatchObject({ name: 'chat builtin/extractive', kind: 3, status: { code: 0 } })
      expect(attribute(chat, 'gen_ai.provider.name')).toBe('builtin')
      expect(attribute(chat, 'gen_ai.request.model')).toBe('builtin/extractive')
      expect(attribute(chat, 'writ.verdict')).toBe('allow')
    }
    for (const cell of named('execute_tool')) expect(attribute(cell, 'gen_ai.tool.name')).toBe('repl')
    expect(named('execute_tool').length).toBeGreaterThan(1)
    const refused = spans.flatMap(({ events }) => events).filter(({ name }) => name === 'writ.refused')
    expect(refused.length).toBe(recorded.answer.denials.reduce((total, { count }) => total + count, 0))
    expect(JSON.stringify(refused)).toContain('forbid.read.clearance')
  })

  it('is the same each time, in a file and from the evidence file, and holds no content', async () => {
    const spans = await collect()
    const before = received
    let file = ''
    for await (const piece of recorded.writ.export(recorded.answer.run, { format: 'otlp' })) file += piece
    expect(spansIn(file.trimEnd().split('\n'))).toEqual(spans)
    received = []
    await sendFileTrace(recorded.evidence, `${endpoint()}/v1/traces`)
    expect(received).toEqual(before)
    for (const text of [READ_MARK, 'patent', 'contract-0', 'Judge each']) expect(file).not.toContain(text)
  })

  it('says when the collector does not take it, or is none', async () => {
    received = []
    status = 400
    const { run } = recorded.answer
    await expect(recorded.writ.sendTrace(run, endpoint())).rejects.toMatchObject({ code: 'COLLECTOR_FAILED' })
    await expect(recorded.writ.sendTrace(run, 'ftp://127.0.0.1')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(recorded.writ.sendTrace(run, 'nowhere')).rejects.toMatchObject({ code: 'USAGE' })
  })
})
