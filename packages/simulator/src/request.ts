import type { IncomingHttpHeaders } from 'node:http'

export interface SimMessage {
  readonly role: string
  readonly content: string
}

/** A chat completion request as a script sees it. */
export interface SimRequest {
  /** Ordinal of arrival, from 1. */
  readonly n: number
  readonly model: string
  readonly messages: readonly SimMessage[]
  /** The id of a `SIMTASK:<id>` marker in the first user message; null for a request without one. */
  readonly task: string | null
  /** Assistant messages so far: how many turns the conversation has had. */
  readonly turns: number
  /** The newest user message. */
  readonly prompt: string
  /** The `Idempotency-Key` header. */
  readonly key: string | null
  readonly maxTokens: number | null
  readonly stream: boolean
  readonly includeUsage: boolean
}

const TASK = /\bSIMTASK:([\w.-]+)/

/** Reads a request body; undefined when it is no chat completion request. */
export function readRequest(n: number, body: string, headers: IncomingHttpHeaders): SimRequest | undefined {
  const parsed = record(tryParse(body))
  const messages = parsed?.messages
  if (parsed === undefined || typeof parsed.model !== 'string' || !Array.isArray(messages)) return undefined
  const read = messages.map(messageOf)
  const users = read.filter((message) => message.role === 'user')
  const limit = parsed.max_completion_tokens ?? parsed.max_tokens
  const key = headers['idempotency-key']
  return {
    n,
    model: parsed.model,
    messages: read,
    task: TASK.exec(users[0]?.content ?? '')?.[1] ?? null,
    turns: read.filter((message) => message.role === 'assistant').length,
    prompt: users.at(-1)?.content ?? '',
    key: typeof key === 'string' ? key : null,
    maxTokens: typeof limit === 'number' ? limit : null,
    stream: parsed.stream === true,
    includeUsage: record(parsed.stream_options)?.include_usage === true,
  }
}

/** Characters of all messages. */
export function promptChars(request: SimRequest): number {
  return request.messages.reduce((sum, message) => sum + message.content.length, 0)
}

function messageOf(value: unknown): SimMessage {
  const message = record(value)
  const content = message?.content
  const parts: readonly unknown[] = Array.isArray(content) ? content : []
  const text = typeof content === 'string' ? content : parts.map(textOf).join('')
  return { role: typeof message?.role === 'string' ? message.role : '', content: text }
}

function textOf(part: unknown): string {
  const text = record(part)?.text
  return typeof text === 'string' ? text : ''
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
