import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import xterm from '@xterm/headless'

/** What a terminal shows once everything in it has ended. */
export interface Shown {
  /** The lines of its window, from the top. */
  readonly screen: readonly string[]
  /** Those and what scrolled out of it. */
  readonly all: readonly string[]
  /** Whether any cell of the window has a colour or is bold. */
  readonly painted: boolean
  /** What it showed while something ran, each picture once. */
  readonly pictures: readonly string[]
}

export interface Sized {
  readonly columns: number
  readonly rows: number
}

export interface Session extends Sized {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Typed once this appears on the window. */
  readonly typed?: readonly { readonly at: string; readonly keys: string }[]
  /** The window is given these sizes, one after another, once `at` appears on it. */
  readonly resized?: { readonly at: string; readonly to: readonly Sized[] }
}

/** Lines that stand in a terminal before the command, and must stay. */
export const BEFORE: readonly string[] = ['before one', 'before two', 'before three']
export const PROMPT = 'prompt$'

/** Whether there is a pseudo-terminal to be had: that of `script` from util-linux. */
export const HAS_TERMINAL: boolean = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
})()

/**
 * Runs a command as a shell does in a terminal, whose window an emulator computes. Lines stand before it, and a prompt
 * comes after it.
 */
export async function inTerminal(command: readonly string[], session: Session): Promise<Shown> {
  const { columns, rows, cwd, env } = session
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1_000, allowProposedApi: true })
  const place = await mkdtemp(join(tmpdir(), 'writ-terminal-'))
  const device = join(place, 'tty')
  const lines = [
    // An interactive shell outlives what Ctrl-C ends in it.
    'trap : INT',
    `tty > ${quoted(device)}`,
    `stty cols ${columns} rows ${rows}`,
    ...BEFORE.map((line) => `echo '${line}'`),
    command.map(quoted).join(' '),
    `printf '${PROMPT}'`,
  ]
  const child = spawn('script', ['--quiet', '--return', '--command', lines.join('\n'), '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const pictures = new Set<string>()
  const typed = [...(session.typed ?? [])]
  let { resized } = session
  let last: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    const picture = windowOf(terminal).join('\n')
    pictures.add(picture)
    const [next] = typed
    if (next !== undefined && picture.includes(next.at)) {
      typed.shift()
      child.stdin.write(next.keys)
    }
    if (resized !== undefined && picture.includes(resized.at)) {
      const { to } = resized
      resized = undefined
      for (const size of to) await resize(terminal, await readFile(device, 'utf8'), size)
    }
  }
  child.stdout.on('data', (bytes: Buffer) => {
    last = last.then(() => new Promise<void>((done) => terminal.write(bytes, done))).then(look)
  })
  try {
    await new Promise((done) => child.once('close', done))
    await last
    const screen = windowOf(terminal)
    return { screen, all: linesOf(terminal), painted: isPainted(terminal), pictures: [...pictures] }
  } finally {
    terminal.dispose()
    await rm(place, { recursive: true })
  }
}

const run = promisify(execFile)

/** As a window manager does it: the emulator first, then the device, whose programs hear of it. */
async function resize(terminal: xterm.Terminal, device: string, { columns, rows }: Sized): Promise<void> {
  terminal.resize(columns, rows)
  await run('stty', ['-F', device.trim(), 'cols', String(columns), 'rows', String(rows)])
  await new Promise((done) => setTimeout(done, 150))
}

function windowOf({ buffer, rows }: xterm.Terminal): string[] {
  const { active } = buffer
  return Array.from({ length: rows }, (_, row) => textAt(active, active.baseY + row))
}

function linesOf({ buffer }: xterm.Terminal): string[] {
  return Array.from({ length: buffer.normal.length }, (_, row) => textAt(buffer.normal, row))
}

function textAt(buffer: xterm.IBuffer, row: number): string {
  return buffer.getLine(row)?.translateToString(true) ?? ''
}

function isPainted({ buffer, cols, rows }: xterm.Terminal): boolean {
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < cols; column += 1) {
      const cell = buffer.active.getLine(buffer.active.baseY + row)?.getCell(column)
      if (cell !== undefined && (!cell.isFgDefault() || cell.isBold() !== 0)) return true
    }
  return false
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
