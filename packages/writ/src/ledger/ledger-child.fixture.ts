import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

// Child processes that write a ledger, for tests that kill them.

const LEDGER = new URL('./ledger.ts', import.meta.url).href
export const NODE: readonly string[] = [
  process.execPath,
  '--conditions=@writ/source',
  '--input-type=module',
  '-e',
]

const children: ChildProcess[] = []

/** Kills every child there still is. */
export async function killAll(): Promise<void> {
  await Promise.all(children.splice(0).map(kill))
}

/** Starts a child that has `ledger`, `say`, and `record` for its script. */
export function start(
  home: string,
  script: string,
  run: string,
  launcher: readonly string[] = NODE,
): ChildProcess {
  const prelude = `
    import { writeSync } from 'node:fs'
    import { openLedger } from ${JSON.stringify(LEDGER)}
    const [home, run] = process.argv.slice(1)
    const say = (text) => {
      try {
        writeSync(1, text + '\\n')
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error // the pipe is full: wait for the test to read
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
        say(text)
      }
    }
    const record = (run, seq) => new TextEncoder().encode(JSON.stringify({ note: 'x'.repeat(400), run, seq }))
    const ledger = await openLedger(home)
  `
  const [command = '', ...args] = launcher
  const child = spawn(command, [...args, prelude + script, home, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** The lines a child says, until it ends or `enough` of them are there and it is killed. */
export async function listen(
  child: ChildProcess,
  enough: number = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const lines: string[] = []
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.length === enough) child.kill('SIGKILL')
  }
  return lines
}

/** The first line a child says; empty when it ends without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  return ''
}
