import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../packages/writ/bin/writ.js', import.meta.url))

/** How a `writ` process ended, and what it had said by then. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts the command as a user would. `wrap` is a command line that it is run under. */
export function startWrit(args: readonly string[], wrap: readonly string[] = []): Started {
  const [command = process.execPath, ...rest] = [...wrap, process.execPath, LAUNCHER, ...args]
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', OPENAI_API_KEY: 'x' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
  return { child, ended }
}
