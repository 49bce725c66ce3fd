import { spawn } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { pipeline, Readable, type Writable } from 'node:stream'
import { WritError } from '@writ/contract'
import { DFA_SIZE_LIMIT, MAX_PATTERN_BYTES, MAX_RIPGREP_BYTES, REGEX_SIZE_LIMIT } from './limits.ts'

/** A line that matches, as ripgrep reports it; positions count in what was searched. */
export interface MatchingLine {
  readonly position: number
  readonly length: number
  /** Counted from 1. */
  readonly line: number
  /** Where in the line the matches are, one after another. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[]
}

export interface RipgrepRequest {
  readonly pattern: string
  readonly ignoreCase: boolean
  /** A file to search, or bytes fed through standard input. */
  readonly input: { readonly file: string } | { readonly bytes: Iterable<Buffer> }
  /** Called in order of position; false ends the search. */
  readonly onLine: (line: MatchingLine) => boolean
  readonly signal: AbortSignal
}

// The pattern can only be a pattern: it is the argument of -e, and what follows -- can only be a path.
const FLAGS = ['--no-config', '-a', '-E', 'none', '--engine', 'default', '-j1', '--json', '-n', '--crlf']
// A pack that is mapped counts as memory while it is searched; through a buffer a search takes as long.
const BOUNDS = ['--no-mmap', '--regex-size-limit', REGEX_SIZE_LIMIT, '--dfa-size-limit', DFA_SIZE_LIMIT]

/**
 * Searches with ripgrep in a child process that has no environment and is always gone when this settles. Resolves with
 * whether the search ran to its end or was stopped by `onLine` (true), or was cut off for printing too much (false).
 * Rejects with `BAD_PATTERN`, or with the signal's reason.
 */
export async function ripgrep(request: RipgrepRequest): Promise<boolean> {
  const { pattern, ignoreCase, input, signal } = request
  checkPattern(pattern)
  const { rgPath } = await import('@vscode/ripgrep') // most runs have it search nothing
  signal.throwIfAborted()
  const file = 'file' in input ? input.file : undefined
  const args = [
    ...FLAGS,
    ...BOUNDS,
    ignoreCase ? '-i' : '-s',
    '-e',
    pattern,
    '--',
    file ? basename(file) : '-',
  ]
  const child = spawn(rgPath, args, {
    cwd: file ? dirname(file) : '/',
    env: {},
    stdio: [file ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  const output = new Output(request.onLine, kill)
  if ('bytes' in input && child.stdin) feed(child.stdin, input.bytes, (error) => output.fail(error))
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes))
  let complaint = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(0, 2000)
  })
  try {
    const status = await promise
    signal.throwIfAborted()
    if (output.error !== undefined) throw output.error
    if (output.stopped || status === 0 || status === 1) return !output.cut
    // It says nothing at all before it has accepted the pattern.
    const refused = status === 2 && output.total === 0
    throw refused
      ? new WritError('BAD_PATTERN', complaint.trim().replace(/^rg: /, ''))
      : new Error(`ripgrep ended with ${status}: ${complaint}`)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function checkPattern(pattern: string): void {
  const bytes = Buffer.byteLength(pattern)
  if (bytes > MAX_PATTERN_BYTES)
    throw new WritError('BAD_PATTERN', `the pattern has ${bytes} bytes, more than ${MAX_PATTERN_BYTES}`)
  if (pattern.includes('\0')) throw new WritError('BAD_PATTERN', 'the pattern holds a NUL character')
}

function feed(stdin: Writable, bytes: Iterable<Buffer>, onError: (error: Error) => void): void {
  pipeline(Readable.from(bytes, { highWaterMark: 1 }), stdin, (error) => {
    // The child may end before it has read everything: it found enough, or was killed.
    if (error && !(error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')) onError(error)
  })
}

/** Takes ripgrep's JSON lines apart, up to a cap that cuts at the same byte every time. */
class Output {
  stopped = false
  cut = false
  error: unknown
  readonly #onLine: (line: MatchingLine) => boolean
  readonly #kill: () => void
  total = 0
  #held: Buffer[] = []

  constructor(onLine: (line: MatchingLine) => boolean, kill: () => void) {
    this.#onLine = onLine
    this.#kill = kill
  }

  push(bytes: Buffer): void {
    if (this.stopped) return
    const room = MAX_RIPGREP_BYTES - this.total
    this.total += bytes.length
    try {
      this.#take(bytes.subarray(0, room))
    } catch (error) {
      this.fail(error)
    }
    if (this.total > MAX_RIPGREP_BYTES && !this.stopped) {
      this.cut = true
      this.#stop()
    }
  }

  /** Ends the search with an error that is not the pattern's. */
  fail(error: unknown): void {
    this.error ??= error
    this.#stop()
  }

  #take(bytes: Buffer): void {
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1 && !this.stopped; end = bytes.indexOf(10, start)) {
      const row = Buffer.concat([...this.#held, bytes.subarray(start, end)]).toString()
      this.#held = []
      start = end + 1
      const line = parseRow(row)
      if (line !== undefined && !this.#onLine(line)) this.#stop()
    }
    this.#held.push(bytes.subarray(start))
  }

  #stop(): void {
    this.stopped = true
    this.#held = []
    this.#kill()
  }
}

/** ripgrep's message for a matching line (`grep-printer`, JSON). Text that is no UTF-8 comes in Base64. */
interface Row {
  readonly type: string
  readonly data: {
    readonly lines: { readonly text?: string; readonly bytes?: string }
    readonly line_number: number
    readonly absolute_offset: number
    readonly submatches: readonly { readonly start: number; readonly end: number }[]
  }
}

function parseRow(row: string): MatchingLine | undefined {
  const { type, data } = JSON.parse(row) as Row
  if (type !== 'match') return undefined
  const { text, bytes } = data.lines
  const length = Buffer.byteLength(text ?? bytes ?? '', text === undefined ? 'base64' : 'utf8')
  return { position: data.absolute_offset, length, line: data.line_number, ranges: data.submatches }
}
