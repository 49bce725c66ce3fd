import { createHash } from 'node:crypto'
import type { LanguageModelV4, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { type Node, parse } from 'acorn'

// Test fixture: the REPL names over documents in memory, in this process and without any governance. It runs what the
// built-in model writes, which is trusted here; the sandbox room runs it in a VM.

export interface FixtureDocument {
  readonly id: string
  readonly text: string
}

export interface FixtureOptions {
  readonly maxDepth?: number
  readonly maxCalls?: number
  readonly maxTurns?: number
  /** Ids whose reads policy refuses. */
  readonly denied?: ReadonlySet<string>
  /** Called with every prompt and reply. */
  readonly onCall?: (call: { depth: number; role: 'turn' | 'leaf'; prompt: string; text: string }) => void
  /** Replaces the reply of a sub-call. */
  readonly leaf?: (prompt: string) => string | undefined
}

export interface FixtureRun {
  readonly value: unknown
  readonly citations: { doc: string; start: number; end: number; quote: string }[]
  readonly calls: number
  readonly turns: number
  readonly frames: number
}

interface Shared {
  readonly model: LanguageModelV4
  readonly options: FixtureOptions
  readonly citations: FixtureRun['citations']
  calls: number
  frames: number
}

const SYSTEM =
  'You write JavaScript for a REPL. Names: docs, search, grep, read, llm_query, llm_query_batched, FINAL.'

/** Runs a question to its released value. */
export async function runFixture(
  model: LanguageModelV4,
  question: string,
  documents: readonly FixtureDocument[],
  options: FixtureOptions = {},
): Promise<FixtureRun> {
  const shared: Shared = { model, options, citations: [], calls: 0, frames: 0 }
  const { value, turns } = await runFrame(shared, question, documents, 0)
  return { value, citations: shared.citations, calls: shared.calls, turns, frames: shared.frames }
}

class GuestError extends Error {
  readonly code: string
  constructor(name: string, code: string) {
    super(code)
    this.name = name
    this.code = code
  }
}

async function runFrame(
  shared: Shared,
  goal: string,
  documents: readonly FixtureDocument[],
  depth: number,
): Promise<{ value: unknown; turns: number }> {
  shared.frames += 1
  const most = shared.options.maxTurns ?? 8
  const scope: Record<string, unknown> = {}
  const printed: string[] = []
  const released: unknown[] = []
  Object.assign(scope, namesFor(shared, documents, depth, printed, released))
  const prompt: LanguageModelV4Prompt = [{ role: 'system', content: SYSTEM }]
  const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document.text), 0)
  let pending = `Question:\n${goal}\n\nCorpus: ${documents.length} documents, ${bytes} bytes.`
  for (let turn = 1; turn <= most; turn += 1) {
    const last = turn === most ? '\nThis is your last turn: release what you have now with FINAL(value).' : ''
    const asked = `[turn ${turn} of ${most} · depth ${depth}]${last}\n\n${pending}`
    prompt.push({ role: 'user', content: [{ type: 'text', text: asked }] })
    const text = await call(shared, prompt, depth, 'turn')
    prompt.push({ role: 'assistant', content: [{ type: 'text', text }] })
    const code = /```repl\n([\s\S]*?)\n```/.exec(text)?.[1] ?? ''
    printed.length = 0
    let error = ''
    try {
      await runCell(code, scope)
    } catch (thrown) {
      error = String(thrown)
    }
    if (released.length > 0) return { value: structuredClone(released[0]), turns: turn }
    pending = [...printed, error].join('\n') || '(no output)'
  }
  throw new Error(`The frame released nothing; it last saw: ${pending}`)
}

async function call(
  shared: Shared,
  prompt: LanguageModelV4Prompt,
  depth: number,
  role: 'turn' | 'leaf',
): Promise<string> {
  // Two calls are held back for the root's next and last turn.
  if (role === 'leaf' && shared.calls >= (shared.options.maxCalls ?? 1_000) - 2)
    throw new GuestError('BudgetExceeded', 'BUDGET_EXCEEDED')
  shared.calls += 1
  const result = await shared.model.doGenerate({ prompt, maxOutputTokens: 4_096 })
  const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  shared.options.onCall?.({ depth, role, prompt: JSON.stringify(prompt.at(-1)?.content), text })
  return text
}

function namesFor(
  shared: Shared,
  documents: readonly FixtureDocument[],
  depth: number,
  printed: string[],
  released: unknown[],
): Record<string, unknown> {
  const { options } = shared
  const find = (id: string): Buffer => {
    const document = documents.find((candidate) => candidate.id === id)
    if (document === undefined) throw new GuestError('UnknownDocument', 'UNKNOWN_DOCUMENT')
    if (options.denied?.has(id) === true) throw new GuestError('PolicyDenied', 'POLICY_DENIED')
    return Buffer.from(document.text)
  }
  const settle = async <T>(make: () => Promise<T>): Promise<unknown> => {
    try {
      return { ok: true, value: await make() }
    } catch (error) {
      if (!(error instanceof GuestError)) throw error
      return { ok: false, error: { name: error.name, code: error.code, message: error.message } }
    }
  }
  const leaf = async (text: string): Promise<string> => {
    const replaced = options.leaf?.(text)
    const prompt: LanguageModelV4Prompt = [
      { role: 'system', content: 'Answer from the text you are given.' },
      { role: 'user', content: [{ type: 'text', text }] },
    ]
    const reply = await call(shared, prompt, depth, 'leaf')
    return replaced ?? reply
  }
  return {
    answer: {},
    print: (...values: unknown[]) => printed.push(values.map(String).join(' ')),
    FINAL: (value: unknown) => released.push(value),
    docs: async () => documents.map(({ id, text }) => ({ id, title: id, bytes: Buffer.byteLength(text) })),
    grep: async (pattern: string, request: GrepOptions = {}) =>
      grepLines(documents, pattern, request, options.denied),
    search: async (query: string, request: { k?: number; docs?: string[] } = {}) =>
      ranked(documents, query, request, options.denied),
    read: async (id: string, start: number, end: number) => {
      const [from, to] = widened(find(id), start, end)
      return find(id).subarray(from, to).toString()
    },
    cite: async (span: { doc: string; start: number; end: number }, quote?: string) => {
      const bytes = find(span.doc)
      const [from, to] = widened(bytes, span.start, span.end)
      if (from !== span.start || to !== span.end) throw new GuestError('CitationInvalid', 'CITATION_INVALID')
      const text = bytes.subarray(from, to).toString()
      const at = quote === undefined ? 0 : text.indexOf(quote)
      if (at < 0 || quote === '') throw new GuestError('CitationInvalid', 'CITATION_INVALID')
      const exact = quote ?? text
      const start = from + Buffer.byteLength(text.slice(0, at))
      const citation = { doc: span.doc, start, end: start + Buffer.byteLength(exact), quote: exact }
      shared.citations.push(citation)
      return { ...citation, sha256: createHash('sha256').update(exact).digest('hex') }
    },
    budget: async () => ({
      calls: (options.maxCalls ?? 1_000) - shared.calls,
      tokens: null,
      costMicroUsd: null,
      depth: (options.maxDepth ?? 2) - depth,
      turns: 10,
    }),
    llm_query_batched: async (prompts: string[]) =>
      Promise.all(prompts.map((prompt) => settle(() => leaf(prompt)))),
    rlm_query_batched: async (items: { prompt: string; scope: string[] }[]) =>
      Promise.all(
        items.map(({ prompt, scope }) =>
          settle(async () => {
            if (depth >= (options.maxDepth ?? 2)) throw new GuestError('DepthExceeded', 'DEPTH_EXCEEDED')
            const mine = documents.filter((document) => scope.includes(document.id))
            return (await runFrame(shared, prompt, mine, depth + 1)).value
          }),
        ),
      ),
  }
}

interface GrepOptions {
  readonly docs?: readonly string[]
  readonly after?: number
  readonly limit?: number
  readonly ignoreCase?: boolean
}

function grepLines(
  documents: readonly FixtureDocument[],
  pattern: string,
  { docs, after = 0, limit = 200, ignoreCase = false }: GrepOptions,
  denied: ReadonlySet<string> | undefined,
): unknown {
  const test = new RegExp(pattern, ignoreCase ? 'i' : '')
  const matches: unknown[] = []
  for (const { id, text } of documents) {
    if ((docs !== undefined && !docs.includes(id)) || denied?.has(id) === true) continue
    const lines = text.split('\n')
    let start = 0
    for (const [index, line] of lines.entries()) {
      const hit = test.exec(line)
      const shown = lines.slice(index, index + 1 + after).join('\n')
      if (hit !== null) {
        if (matches.length === limit) return { matches, truncated: true }
        const end = start + Buffer.byteLength(shown)
        matches.push({ doc: id, line: index + 1, start, end, text: shown, match: hit[0] })
      }
      start += Buffer.byteLength(line) + 1
    }
  }
  return { matches, truncated: false }
}

function ranked(
  documents: readonly FixtureDocument[],
  query: string,
  { k = 10, docs }: { k?: number; docs?: string[] },
  denied: ReadonlySet<string> | undefined,
): unknown {
  const words = query.toLowerCase().match(/\w{4,}/g) ?? []
  return documents
    .filter(({ id }) => (docs?.includes(id) ?? true) && denied?.has(id) !== true)
    .map(({ id, text }) => ({
      doc: id,
      title: id,
      start: 0,
      end: Buffer.byteLength(text.slice(0, 3_000)),
      text: text.slice(0, 3_000),
      score: words.filter((word) => text.toLowerCase().includes(word)).length,
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, k)
    .map((passage, index) => ({ ...passage, rank: index + 1 }))
}

/** A byte range widened to whole characters. */
function widened(bytes: Buffer, start: number, end: number): [number, number] {
  let [from, to] = [start, Math.min(end, bytes.length)]
  while (from > 0 && ((bytes[from] ?? 0) & 0xc0) === 0x80) from -= 1
  while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to += 1
  return [from, to]
}

/** Runs a block whose top-level names live on in `scope`. */
async function runCell(code: string, scope: Record<string, unknown>): Promise<void> {
  const { names, text } = withSharedNames(code)
  for (const name of names) scope[name] ??= undefined
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
  await new AsyncFunction('scope', `with (scope) { ${text} }`)(scope)
}

/** Turns top-level declarations into assignments, functions first. */
function withSharedNames(code: string): { names: string[]; text: string } {
  const program = parse(code, { ecmaVersion: 'latest', allowAwaitOutsideFunction: true })
  const functions: string[] = []
  const rest: string[] = []
  const names: string[] = []
  for (const node of program.body) {
    const text = code.slice(node.start, node.end)
    if (node.type === 'FunctionDeclaration') {
      names.push(nameOf(node.id))
      functions.push(`${nameOf(node.id)} = ${text};`)
    } else if (node.type === 'VariableDeclaration') {
      names.push(...node.declarations.map((declaration) => nameOf(declaration.id)))
      rest.push(`${text.replace(/^(?:const|let|var)\s+/, '')};`)
    } else rest.push(text)
  }
  return { names, text: [...functions, ...rest].join('\n') }
}

function nameOf(id: Node | null): string {
  return id !== null && 'name' in id ? String(id.name) : ''
}
