import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../packages/writ/bin/writ.js', import.meta.url))

/** How a `writ` process ended, and what it had said by then. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** Milliseconds from its start to the first line it wrote, or to its end. */
  readonly startMs: number
  /** Milliseconds from its start to its end. */
  readonly lifeMs: number
}

/** When a process is ended: so many milliseconds after the line of its output with this number; 0 is its start. */
export interface Cut {
  readonly line: number
  readonly ms: number
}

/** Runs the command as a user would, and ends it at the cut. `wrap` is a command line that it is run under. */
export async function runWrit(
  args: readonly string[],
  { cut, signal, wrap = [] }: { cut?: Cut | undefined; signal: NodeJS.Signals; wrap?: readonly string[] },
): Promise<Ended> {
  const [command = process.execPath, ...rest] = [...wrap, process.execPath, LAUNCHER, ...args]
  const started = performance.now()
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', OPENAI_API_KEY: 'x' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err, lines] = ['', '', 0]
  let startMs: number | undefined
  let timer: NodeJS.Timeout | undefined
  const reached = (): void => {
    if (cut !== undefined && lines >= cut.line) timer ??= setTimeout(() => child.kill(signal), cut.ms)
  }
  reached()
  child.stdout.on('data', (chunk: Buffer) => {
    startMs ??= performance.now() - started
    out += chunk.toString()
    lines += chunk.toString().split('\n').length - 1
    reached()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearTimeout(timer)
  const lifeMs = performance.now() - started
  return { code, out, err, startMs: startMs ?? lifeMs, lifeMs }
}
