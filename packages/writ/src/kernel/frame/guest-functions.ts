import {
  defined,
  type FrameValue,
  type HostCall,
  type HostName,
  type ItemOutcome,
  type Json,
  type LinkGroup,
  type Perform,
  type PreludeCall,
  REFERENCE_KINDS,
  type SpawnRequest,
  type StepName,
  type Steps,
  type SubCall,
  SYMBOL_KINDS,
  WritError,
} from '@writ/contract'
import { z } from 'zod'
import { readSchema } from '../../schema/index.ts'
import { BadArguments } from './bad-arguments.ts'
import { FILTER_FORM, filterOptions, inOrder, NOT_IN_ORDER, withFilter } from './filter-options.ts'
import { batchJson } from './guest-error.ts'

// Made once: making one takes longer than a call's arguments do.
const text = z.string()
const json = z.json()
const flag = z.boolean()
const names = z.array(text)
const span = z.object({ doc: z.string(), start: z.number().int(), end: z.number().int() })
const count = z.number().int().min(0)
const counts = z.array(count)
const quoteOrCell = z.union([z.string(), z.strictObject({ column: z.string() })]).optional()
const citations = z.array(z.object({ ...span.shape, sha256: z.string(), quote: z.string() }))
const noteKey = z.string().min(1)
const noteWords = z.string().optional()
const givenText = z.strictObject({ text: z.string() })
const docsFilter = z
  .strictObject({ match: z.string(), limit: count, ...filterOptions })
  .partial()
  .refine(inOrder, NOT_IN_ORDER)
const searchOptions = z
  .strictObject({ k: count, docs: names, ...filterOptions })
  .partial()
  .refine(inOrder, NOT_IN_ORDER)
const grepOptions = z
  .strictObject({
    docs: names,
    before: count,
    after: count,
    limit: count,
    ignoreCase: z.boolean(),
    ...filterOptions,
  })
  .partial()
  .refine(inOrder, NOT_IN_ORDER)
const tablesFilter = z.strictObject({ match: z.string() }).partial()
const symbolFilter = z
  .object({ match: z.string(), kind: z.enum(SYMBOL_KINDS), doc: z.string(), limit: count })
  .partial()
const LINK_WORDS = [
  'calls',
  'writes',
  'references',
  'modules',
  'inheritance',
] as const satisfies readonly LinkGroup[]
const linkOptions = z
  .object({ direction: z.enum(['in', 'out']), kind: z.enum(LINK_WORDS), limit: count })
  .partial()
/** A symbol may be given by a row of it. */
const symbolRow = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
const sqlOptions = z.object({ limit: count }).partial()
const foundOptions = z.object({ start: count, limit: count }).partial()
const similarOptions = z.object({ k: count, least: z.number().min(0).max(1) }).partial()
const referenceOptions = z.object({ kind: z.enum(REFERENCE_KINDS) }).partial()
const range = z.object({ start: count, end: count }).partial()
/** Looked into by itself: it may be anything. */
const schema = z.unknown()
const subCallOptions = z
  .object({ model: z.string(), spans: z.array(span), schema, fresh: z.boolean() })
  .partial()
const batchOptions = z
  .object({ model: z.string(), settle: z.boolean(), schema, fresh: z.boolean() })
  .partial()
const subCalls = z.array(
  z.union([
    z.string(),
    z.object({ prompt: z.string(), spans: z.array(span).optional(), schema: schema.optional() }),
  ]),
)
const scope = z.union([z.literal('inherit'), z.array(z.union([z.string(), span]))])
const combinator = z.enum(['map', 'filter', 'reduce', 'vote', 'verify'])
const sealed = z.strictObject({ sealed: z.string() })
const spawnOptions = z
  .object({ context: z.union([z.string(), sealed]), scope, model: z.string(), schema })
  .partial()
const spawnItems = z.array(z.union([z.string(), spawnOptions.extend({ prompt: z.string() })]))

type Args = readonly unknown[]

/** What a call of the guest comes to: the one step it makes, and the JSON text of its reply. */
interface GuestFunction<K extends StepName> {
  readonly step: K
  /** Reads the arguments. Throws `BadArguments`. */
  readonly request: (args: Args) => Steps[K]['request']
  readonly reply: (result: Steps[K]['result'], args: Args) => string
}

/** A call whose arguments fit. */
export interface ReadCall {
  readonly request: unknown
  /** Makes its one step and gives the JSON text of its reply. */
  readonly run: (perform: Perform) => Promise<string>
}

type Reader = (args: Args) => ReadCall

function guestFunction<K extends StepName>({ step, request, reply }: GuestFunction<K>): Reader {
  return (args) => {
    const asked = request(args)
    return { request: asked, run: async (perform) => reply(await perform(step, asked), args) }
  }
}

/** Every function that the host answers. A name of the contract that is missing here does not compile. */
const FUNCTIONS: { readonly [N in HostName | PreludeCall]: Reader } = {
  docs: guestFunction({
    step: 'context.docs',
    request: ([filter = {}]) =>
      defined(
        typeof filter === 'string'
          ? { match: filter }
          : withFilter(take(docsFilter, filter, `docs({match?, limit?, ${FILTER_FORM}})`)),
      ),
    reply: (listings) => JSON.stringify(listings),
  }),
  search: guestFunction({
    step: 'context.search',
    request: ([query, options = {}]) => {
      const form = `search(query, {k?, docs?, ${FILTER_FORM}})`
      const words = take(text, query, form)
      const rest = typeof options === 'number' ? { k: options } : take(searchOptions, options, form)
      return { query: words, ...defined(withFilter(rest)) }
    },
    reply: (passages) => JSON.stringify(passages),
  }),
  grep: guestFunction({
    step: 'context.grep',
    request: ([pattern, options = {}]) => {
      const form = `grep(pattern, {docs?, before?, after?, limit?, ignoreCase?, ${FILTER_FORM}}) with the pattern as a string`
      const rest = defined(withFilter(take(grepOptions, options, form)))
      return { pattern: take(text, pattern, form), ...rest }
    },
    reply: (result) => JSON.stringify(result),
  }),
  outline: guestFunction({
    step: 'context.outline',
    request: ([doc]) => ({ doc: take(text, doc, 'outline(doc)') }),
    reply: (entries) => JSON.stringify(entries),
  }),
  dates: guestFunction({
    step: 'context.dates',
    request: (args) => found(args, 'dates'),
    reply: (result) => JSON.stringify(result),
  }),
  amounts: guestFunction({
    step: 'context.amounts',
    request: (args) => found(args, 'amounts'),
    reply: (result) => JSON.stringify(result),
  }),
  similar: guestFunction({
    step: 'context.similar',
    request: ([to, options = {}]) => {
      const form = 'similar(doc or {text}, {k?, least?})'
      const rest = typeof options === 'number' ? { k: options } : options
      const of = typeof to === 'string' ? { doc: to } : take(givenText, to, form)
      return { ...of, ...defined(take(similarOptions, rest, form)) }
    },
    reply: (result) => JSON.stringify(result),
  }),
  references: guestFunction({
    step: 'context.references',
    request: ([doc, options = {}]) => {
      const form = "references(doc, {kind?}) with the kind 'term', 'reference' or 'thread'"
      return { doc: take(text, doc, form), ...defined(take(referenceOptions, options, form)) }
    },
    reply: (result) => JSON.stringify(result),
  }),
  read: guestFunction({
    step: 'context.read',
    request: ([where, start, end]) => {
      const form = 'read(doc, start?, end?) or read(span)'
      if (typeof where !== 'string') return take(span, where, form)
      return { doc: where, ...defined(take(range, defined({ start, end }), form)) }
    },
    reply: ({ text }) => JSON.stringify(text),
  }),
  tables: guestFunction({
    step: 'context.tables',
    request: ([filter = {}]) =>
      defined(typeof filter === 'string' ? { match: filter } : take(tablesFilter, filter, 'tables(name?)')),
    reply: (list) => JSON.stringify(list),
  }),
  sql: guestFunction({
    step: 'context.sql',
    request: ([query, options = {}]) => {
      const form = 'sql(query, {limit?}) with the query as a string'
      const rest = typeof options === 'number' ? { limit: options } : options
      return { query: take(text, query, form), ...defined(take(sqlOptions, rest, form)) }
    },
    reply: ({ columns, rows, truncated, docs }) => JSON.stringify({ columns, rows, truncated, docs }),
  }),
  symbols: guestFunction({
    step: 'context.symbols',
    request: ([words, options]) => {
      const form = 'symbols(words?, {kind?, doc?, limit?})'
      const [match, filter] = typeof words === 'string' ? [words, options] : [undefined, words ?? options]
      return defined({ match, ...take(symbolFilter, filter ?? {}, form) })
    },
    reply: (list) => JSON.stringify(list),
  }),
  links: guestFunction({
    step: 'context.links',
    request: ([of, options = {}]) => {
      const form = 'links(symbol, {direction?, kind?, limit?})'
      return { of: take(symbolRow, of, form), ...defined(take(linkOptions, options, form)) }
    },
    reply: (list) => JSON.stringify(list),
  }),
  llm_query: guestFunction({
    step: 'model.call',
    request: ([prompt, options = {}]) => {
      const form = 'llm_query(prompt, {model?, spans?, schema?, fresh?})'
      const { model, spans, schema, fresh } = take(subCallOptions, options, form)
      const call: SubCall = {
        prompt: take(text, prompt, form),
        ...defined({ spans }),
        ...typed(schema),
      }
      return { prompts: [call], ...defined({ model, fresh }) }
    },
    reply: (outcomes) => only(outcomes),
  }),
  llm_query_batched: guestFunction({
    step: 'model.call',
    request: ([prompts, options = {}]) => {
      const form =
        'llm_query_batched([prompt or {prompt, spans?, schema?}, …], {model?, settle?, schema?, fresh?})'
      const { model, schema, fresh } = take(batchOptions, options, form)
      const common = typed(schema)
      const calls = take(subCalls, prompts, form).map(
        (item): SubCall =>
          typeof item === 'string'
            ? { prompt: item, ...common }
            : { prompt: item.prompt, ...defined({ spans: item.spans }), ...common, ...typed(item.schema) },
      )
      return { prompts: calls, ...defined({ model, fresh }) }
    },
    reply: (outcomes, args) => batchJson(outcomes, settles(args), (value) => value),
  }),
  rlm_query: guestFunction({
    step: 'frame.spawn',
    request: ([prompt, options = {}]) => {
      const form = 'rlm_query(prompt, {context?, scope?, model?, schema?}) or rlm_query(prompt, context)'
      const held = sealed.safeParse(options)
      const given = held.success ? held.data : typeof options === 'string' ? options : undefined
      const rest = given === undefined ? take(spawnOptions, options, form) : { context: given }
      return { children: [toSpawn({ prompt: take(text, prompt, form), ...rest })] }
    },
    reply: (outcomes) => only<FrameValue>(outcomes).valueJson,
  }),
  rlm_query_batched: guestFunction({
    step: 'frame.spawn',
    request: ([items, options = {}]) => {
      const form = 'rlm_query_batched([{prompt, context?, scope?, model?, schema?}, …], {settle?, schema?})'
      const common = typed(take(batchOptions, options, form).schema)
      const children = take(spawnItems, items, form).map((item) =>
        toSpawn(typeof item === 'string' ? { prompt: item, ...common } : { ...common, ...item }),
      )
      if (children.length === 0) throw new BadArguments(`${form}: the list is empty.`)
      return { children }
    },
    reply: (outcomes, args) => batchJson(outcomes, settles(args), (value) => value.valueJson),
  }),
  scripts: guestFunction({ step: 'scripts', request: () => ({}), reply: (list) => JSON.stringify(list) }),
  run_script: guestFunction({
    step: 'script.run',
    request: ([name, input = {}]) => ({
      name: take(text, name, 'run_script(name, input)'),
      input: take(json, input, 'run_script(name, input)'),
    }),
    reply: ({ valueJson }) => valueJson,
  }),
  cite: guestFunction({
    step: 'cite',
    request: ([where, quote]) => {
      const form = 'cite({doc, start, end}, quote?) or cite(row, {column}) with the _span of a row'
      const narrowed = take(quoteOrCell, quote, form)
      const within = typeof narrowed === 'string' ? { quote: narrowed } : narrowed
      return { ...take(span, where, form), ...within }
    },
    reply: (citation) => JSON.stringify(citation),
  }),
  note: guestFunction({
    step: 'note',
    request: ([key, value, cited = []]) => {
      const form = 'note(key, value, citations?) with citations that cite() gave'
      return {
        key: take(noteKey, key, form),
        value: take(json, value ?? null, form),
        citations: take(citations, Array.isArray(cited) ? cited : [cited], form),
      }
    },
    reply: () => 'null',
  }),
  notes: guestFunction({
    step: 'notes',
    request: ([words]) => defined({ words: take(noteWords, words, 'notes(words?)') }),
    reply: (notes) => JSON.stringify(notes),
  }),
  budget: guestFunction({ step: 'budget', request: () => ({}), reply: (left) => JSON.stringify(left) }),
  combinator_open: guestFunction({
    step: 'combinator.open',
    request: ([name, most, within]) => ({
      name: take(combinator, name, 'a combinator'),
      most: take(count, most, 'a combinator'),
      within: take(flag, within, 'a combinator'),
    }),
    reply: (id) => JSON.stringify(id),
  }),
  combinator_stop: guestFunction({
    step: 'combinator.stop',
    request: ([id, calls]) => ({
      combinator: take(count, id, 'a combinator'),
      calls: take(counts, calls, 'a combinator'),
    }),
    reply: () => 'null',
  }),
  combinator_close: guestFunction({
    step: 'combinator.close',
    request: ([id]) => ({ combinator: take(count, id, 'a combinator') }),
    reply: () => 'null',
  }),
}

/** Reads a call of the guest. Throws `BadArguments`. */
export function readCall({ name, argsJson }: HostCall): ReadCall {
  if (!isHostName(name)) throw new BadArguments(`There is no function ${name}.`)
  const args = JSON.parse(argsJson) as Json
  return FUNCTIONS[name](Array.isArray(args) ? args.map(orUndefined) : [])
}

function isHostName(name: string): name is HostName | PreludeCall {
  return Object.hasOwn(FUNCTIONS, name)
}

/** The value of a batch of one. Throws its error. */
function only<T>([outcome]: readonly ItemOutcome<T>[]): T {
  if (outcome === undefined) throw new WritError('INTERNAL', 'No outcome came back.')
  if (!outcome.ok) throw outcome.error
  return outcome.value
}

/** Whether a batch is to give every outcome, failures too. Its options were read before. */
function settles([, options]: Args): boolean {
  return batchOptions.safeParse(options ?? {}).data?.settle ?? false
}

function found([doc, options = {}]: Args, name: string): Steps['context.dates']['request'] {
  const form = `${name}(doc, {start?, limit?})`
  return { doc: take(text, doc, form), ...defined(take(foundOptions, options, form)) }
}

function toSpawn(item: z.infer<typeof spawnOptions> & { prompt: string }): SpawnRequest {
  const { prompt, context, model } = item
  const docs = Array.isArray(item.scope)
    ? [...new Set(item.scope.map((entry) => (typeof entry === 'string' ? entry : entry.doc)))]
    : item.scope
  return { goal: prompt, ...defined({ context, model, scope: docs }), ...typed(item.schema) }
}

/** The schema of an answer, where one is given. Throws `BAD_SCHEMA`. */
function typed(given: unknown): Pick<SubCall, 'schema'> {
  return given === undefined || given === null ? {} : { schema: readSchema(given) }
}

function take<T>(schema: z.ZodType<T>, value: unknown, form: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw new BadArguments(`${where}: ${issue?.message ?? 'the arguments do not fit'}.`, form)
}

/** JSON has no undefined: an argument left out arrives as null. */
function orUndefined(value: unknown): unknown {
  return value === null ? undefined : value
}
