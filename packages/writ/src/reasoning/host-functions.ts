import {
  defined,
  type ErrorCode,
  type GuestError,
  type HostCall,
  type HostReply,
  type ItemOutcome,
  type Json,
  type Perform,
  type SpawnRequest,
  type SubCall,
  toWritError,
  WritError,
} from '@writ/contract'
import { z } from 'zod'

const names = z.array(z.string())
const span = z.object({ doc: z.string(), start: z.number().int(), end: z.number().int() })
const count = z.number().int().min(0)
const docsFilter = z.object({ match: z.string(), limit: count }).partial()
const searchOptions = z.object({ k: count, docs: names }).partial()
const grepOptions = z
  .object({ docs: names, before: count, after: count, limit: count, ignoreCase: z.boolean() })
  .partial()
const subCallOptions = z.object({ model: z.string(), spans: z.array(span) }).partial()
const batchOptions = z.object({ model: z.string(), settle: z.boolean() }).partial()
const subCall = z.union([z.string(), z.object({ prompt: z.string(), spans: z.array(span).optional() })])
const scope = z.union([z.literal('inherit'), z.array(z.union([z.string(), span]))])
const sealed = z.strictObject({ sealed: z.string() })
const spawnOptions = z.object({ context: z.union([z.string(), sealed]), scope, model: z.string() }).partial()
const spawnItem = z.union([z.string(), spawnOptions.extend({ prompt: z.string() })])

/** What a host function does: reads its arguments, performs its one step, and gives the JSON text of the reply. */
type HostFunction = (args: readonly unknown[], perform: Perform) => Promise<string>

/** The arguments do not fit; the message says which form would. */
class BadArguments extends Error {}

const FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  docs: async ([filter = {}], perform) => {
    const request =
      typeof filter === 'string' ? { match: filter } : take(docsFilter, filter, 'docs({match?, limit?})')
    return JSON.stringify(await perform('context.docs', defined(request)))
  },
  search: async ([query, options = {}], perform) => {
    const text = take(z.string(), query, 'search(query, {k?, docs?})')
    const rest =
      typeof options === 'number'
        ? { k: options }
        : take(searchOptions, options, 'search(query, {k?, docs?})')
    return JSON.stringify(await perform('context.search', { query: text, ...defined(rest) }))
  },
  grep: async ([pattern, options = {}], perform) => {
    const form = 'grep(pattern, {docs?, before?, after?, limit?, ignoreCase?}) with the pattern as a string'
    const rest = defined(take(grepOptions, options, form))
    return JSON.stringify(
      await perform('context.grep', { pattern: take(z.string(), pattern, form), ...rest }),
    )
  },
  outline: async ([doc], perform) =>
    JSON.stringify(await perform('context.outline', { doc: take(z.string(), doc, 'outline(doc)') })),
  read: async ([where, start, end], perform) => {
    const form = 'read(doc, start?, end?) or read(span)'
    const request =
      typeof where === 'string'
        ? {
            doc: where,
            ...defined(take(z.object({ start: count, end: count }).partial(), bounds(start, end), form)),
          }
        : take(span, where, form)
    return JSON.stringify((await perform('context.read', request)).text)
  },
  llm_query: async ([prompt, options = {}], perform) => {
    const form = 'llm_query(prompt, {model?, spans?})'
    const { model, spans } = take(subCallOptions, options, form)
    const call: SubCall = { prompt: take(z.string(), prompt, form), ...defined({ spans }) }
    const [outcome] = await perform('model.call', { prompts: [call], ...defined({ model }) })
    if (outcome === undefined || !outcome.ok)
      throw outcome?.error ?? new WritError('INTERNAL', 'No outcome came back.')
    return JSON.stringify(outcome.value)
  },
  llm_query_batched: async ([prompts, options = {}], perform) => {
    const form = 'llm_query_batched([prompt or {prompt, spans?}, …], {model?, settle?})'
    const { model, settle = false } = take(batchOptions, options, form)
    const calls = take(z.array(subCall), prompts, form).map(
      (item): SubCall =>
        typeof item === 'string'
          ? { prompt: item }
          : { prompt: item.prompt, ...defined({ spans: item.spans }) },
    )
    const outcomes = await perform('model.call', { prompts: calls, ...defined({ model }) })
    return batch(outcomes, settle, (value) => JSON.stringify(value))
  },
  rlm_query: async ([prompt, options = {}], perform) => {
    const form = 'rlm_query(prompt, {context?, scope?, model?}) or rlm_query(prompt, context)'
    const held = sealed.safeParse(options)
    const given = held.success ? held.data : typeof options === 'string' ? options : undefined
    const rest = given === undefined ? take(spawnOptions, options, form) : { context: given }
    const child = toSpawn({ prompt: take(z.string(), prompt, form), ...rest })
    const [outcome] = await perform('frame.spawn', { children: [child] })
    if (outcome === undefined || !outcome.ok)
      throw outcome?.error ?? new WritError('INTERNAL', 'No outcome came back.')
    return outcome.value.valueJson
  },
  rlm_query_batched: async ([items, options = {}], perform) => {
    const form = 'rlm_query_batched([{prompt, context?, scope?, model?}, …], {settle?})'
    const { settle = false } = take(batchOptions, options, form)
    const children = take(z.array(spawnItem), items, form).map((item) =>
      toSpawn(typeof item === 'string' ? { prompt: item } : item),
    )
    if (children.length === 0) throw new BadArguments(`${form}: the list is empty.`)
    return batch(await perform('frame.spawn', { children }), settle, (value) => value.valueJson)
  },
  cite: async ([where, quote], perform) => {
    const form = 'cite({doc, start, end}, quote?)'
    const text = take(z.string().optional(), quote ?? undefined, form)
    return JSON.stringify(await perform('cite', { ...take(span, where, form), ...defined({ quote: text }) }))
  },
  budget: async (_args, perform) => JSON.stringify(await perform('budget', {})),
}

/** Answers a call from the guest. Whatever goes wrong is an error the guest can catch, never text. */
export async function answerCall(call: HostCall, perform: Perform): Promise<HostReply> {
  try {
    const known = FUNCTIONS[call.name]
    if (known === undefined) throw new BadArguments(`There is no function ${call.name}.`)
    const args = JSON.parse(call.argsJson) as Json
    return { ok: true, json: await known(Array.isArray(args) ? args.map(orUndefined) : [], perform) }
  } catch (error) {
    if (!(error instanceof BadArguments)) return { ok: false, error: guestError(error) }
    const refused = perform('refuse', { op: call.name, message: error.message })
    return { ok: false, error: guestError(await refused.catch((refusal: unknown) => refusal)) }
  }
}

/** Values of a batch in order, or, when one failed, a `BatchError` that keeps every completed result. */
function batch<T>(outcomes: readonly ItemOutcome<T>[], settle: boolean, json: (value: T) => string): string {
  const failed = outcomes.filter((outcome) => !outcome.ok)
  if (!settle && failed.length === 0)
    return list(outcomes.map((outcome) => (outcome.ok ? json(outcome.value) : 'null')))
  const results = list(
    outcomes.map((outcome) =>
      outcome.ok
        ? `{"ok":true,"value":${json(outcome.value)}}`
        : `{"ok":false,"error":${errorJson(outcome.error)}}`,
    ),
  )
  if (settle) return results
  const codes = [...new Set(failed.map((outcome) => (outcome.ok ? '' : outcome.error.code)))].join(', ')
  throw new BatchError(
    `${failed.length} of ${outcomes.length} items failed (${codes}); \`results\` keeps the others.`,
    results,
  )
}

class BatchError extends WritError {
  readonly results: string

  constructor(message: string, results: string) {
    super('BATCH_FAILED', message)
    this.results = results
  }
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`
}

function guestError(thrown: unknown): GuestError {
  const error = toWritError(thrown)
  const { code, message, next, data } = error
  if (error instanceof BatchError)
    return { name: 'BatchError', message, dataJson: `{"code":"${code}","results":${error.results}}` }
  return {
    name: guestName(code),
    message: `${guestMessage(error)} ${next}`,
    dataJson: JSON.stringify({ code, ...data }),
  }
}

function errorJson(error: WritError): string {
  const { code, data } = error
  return JSON.stringify({ name: guestName(code), code, message: guestMessage(error), ...data })
}

/** What a provider says of a failure stays outside: its words belong to no document, and could be anything. */
function guestMessage({ code, message, data }: WritError): string {
  if (code !== 'MODEL_FAILED' && code !== 'MODEL_REJECTED') return message
  const { status } = data
  return typeof status === 'number' && status > 0
    ? `The model call failed with status ${status}.`
    : 'The model call failed.'
}

/** `POLICY_DENIED` is `PolicyDenied` in the guest. */
function guestName(code: ErrorCode): string {
  return code
    .split('_')
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join('')
}

function toSpawn(item: z.infer<typeof spawnOptions> & { prompt: string }): SpawnRequest {
  const { prompt, context, model } = item
  const docs = Array.isArray(item.scope)
    ? [...new Set(item.scope.map((entry) => (typeof entry === 'string' ? entry : entry.doc)))]
    : item.scope
  return { goal: prompt, ...defined({ context, model, scope: docs }) }
}

function take<T>(schema: z.ZodType<T>, value: unknown, form: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw new BadArguments(`Call it as ${form}${where}: ${issue?.message ?? 'the arguments do not fit'}.`)
}

function bounds(start: unknown, end: unknown): unknown {
  return defined({ start: start ?? undefined, end: end ?? undefined })
}

/** JSON has no undefined: an argument left out arrives as null. */
function orUndefined(value: unknown): unknown {
  return value === null ? undefined : value
}
