import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))

/** What a command came to. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly tookMs: number
}

/** How a command is started. */
export interface How {
  /** A program, with its arguments, that is to run it. */
  readonly within?: readonly string[]
  /** Flags of Node itself. */
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Given on standard input. */
  readonly input?: string
  /** Sends SIGINT when this appears on stderr. */
  readonly interruptAt?: string
}

/** Runs the command as a user starts it: the launcher in a process of its own, in a directory that is also its HOME. */
export function runCommand(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Ended> {
  return startCommand(directory, args, { env, ...(input === undefined ? {} : { input }) })
}

/** The same, started in some other way. */
export function startCommand(
  directory: string,
  args: readonly string[],
  {
    within = [],
    node = [],
    env = {},
    input,
    interruptAt,
    home = directory,
  }: How & { readonly home?: string },
): Promise<Ended> {
  const started = performance.now()
  const [program = '', ...rest] = [...within, process.execPath, ...node, LAUNCHER, ...args]
  const child = spawn(program, rest, {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  child.stdin?.end(input)
  let [out, err] = ['', '']
  let awaited = interruptAt
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (awaited === undefined || !err.includes(awaited)) return
    awaited = undefined
    child.kill('SIGINT')
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out, err, tookMs: performance.now() - started }))
  })
}
