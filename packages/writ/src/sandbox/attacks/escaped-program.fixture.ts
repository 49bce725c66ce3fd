import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { bubblewrapped, FILTER_FD } from '../../confinement/bubblewrap.ts'
import { callFilter } from '../../confinement/call-filter.ts'
import { findBubblewrap } from '../../confinement/find-bubblewrap.ts'
import { MOST_DATA_KB } from '../../confinement/program-limits.ts'
import { childProgram } from '../child-command.ts'

// Programs in the child's place: what could be done by whoever had got out of the VM and out of Node's permission model.

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program as the child is run, or with nothing around it. */
export async function run(
  command: readonly [string, ...string[]],
  where: 'confined' | 'free',
  files: readonly string[] = [],
): Promise<Ended> {
  const found = findBubblewrap()
  const bubblewrap = 'path' in found ? found.path : ''
  const program = { command, files: [...childProgram().files, ...files], dataKb: MOST_DATA_KB }
  const [file, ...args] = where === 'free' ? command : bubblewrapped(bubblewrap, program)
  const child = spawn(file, args, {
    cwd: '/',
    env: where === 'free' ? { ...process.env, NODE_OPTIONS: '' } : {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const pipes: readonly (Readable | Writable | null | undefined)[] = child.stdio
  const filter = pipes[FILTER_FD] as Writable
  filter.on('error', () => undefined).end(callFilter())
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  for (const stream of pipes.slice(3)) {
    stream?.on('error', () => undefined)
    if (stream instanceof Readable) stream.resume()
  }
  return await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...said }))
  })
}

/** What came of each attempt: `done: …` where it got what it wanted, else the code of the error. */
export async function attempt(
  attempts: Readonly<Record<string, string>>,
  where: 'confined' | 'free',
): Promise<Readonly<Record<string, string>>> {
  const ended = await run([process.execPath, '--no-warnings', '-e', attemptsOf(attempts)], where)
  return outcomesOf(ended)
}

/** A program that makes attempts one after another and writes what came of them. */
export function attemptsOf(attempts: Readonly<Record<string, string>>): string {
  const tries = Object.entries(attempts).map(
    ([name, code]) => `
      try { out[${JSON.stringify(name)}] = 'done: ' + String(await within((async () => { ${code} })())).slice(0, 80) }
      catch (e) { out[${JSON.stringify(name)}] = String(e?.code ?? e?.cause?.code ?? e?.message ?? e) }`,
  )
  return `
    const out = {}
    const within = (promise) => Promise.race([promise, new Promise((_, no) => setTimeout(no, 3_000, new Error('no answer')))])
    process.on('uncaughtException', () => {}); process.on('unhandledRejection', () => {})
    const event = (emitter, name) => new Promise((yes, no) => emitter.once(name, yes).once('error', no))
    void (async () => { ${tries.join('\n')}
      require('fs').writeSync(1, JSON.stringify(out)); process.exit(0) })()`
}

/** What such a program wrote. Throws when it ended before it could. */
export function outcomesOf(ended: Ended): Readonly<Record<string, string>> {
  if (ended.stdout === '') throw new Error(`the attempts ended early: ${JSON.stringify(ended)}`)
  return JSON.parse(ended.stdout) as Record<string, string>
}

/** A system call with its arguments; bit 30 of the number, or the entry of 32 bits, as an attacker may use them. */
export interface RawCall {
  readonly number: number
  readonly args?: readonly number[]
  readonly entry?: 'syscall' | 'int80'
}

/**
 * Makes a system call on x64 in a program of nothing else, and gives the number of the error: 0 for success, 128 and the
 * number of the signal when one ended it within bubblewrap.
 */
export async function rawCall(call: RawCall, where: 'confined' | 'free'): Promise<number> {
  const place = await mkdtemp(join(tmpdir(), 'writ-raw-'))
  try {
    const path = join(place, 'call')
    await writeFile(path, program(call))
    await chmod(path, 0o755)
    const { code, stderr } = await run([path], where, [path])
    if (stderr !== '') throw new Error(stderr)
    return code ?? Number.NaN
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

const LOADED_AT = 0x40_0000
const HEADERS = 64 + 56

/** A program for Linux on x64: makes the call and exits with the number of its error. */
function program({ number, args = [], entry = 'syscall' }: RawCall): Buffer {
  const registers = [0xbf48, 0xbe48, 0xba48, 0xba49, 0xb849, 0xb949] // rdi rsi rdx r10 r8 r9
  const code = Buffer.concat([
    ...registers.map((register, index) => {
      const load = Buffer.alloc(10)
      load.writeUInt16LE(register)
      load.writeBigInt64LE(BigInt(args[index] ?? 0), 2)
      return load
    }),
    Buffer.from([0xb8, number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, (number >>> 24) & 0xff]),
    Buffer.from(entry === 'syscall' ? [0x0f, 0x05] : [0xcd, 0x80]),
    // edi = rax < 0 ? -rax : 0; exit(edi)
    Buffer.from([0x31, 0xff, 0x48, 0x85, 0xc0, 0x79, 0x05, 0x48, 0xf7, 0xd8, 0x89, 0xc7]),
    Buffer.from([0xb8, 0x3c, 0x00, 0x00, 0x00, 0x0f, 0x05]),
  ])
  const head = Buffer.alloc(HEADERS)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(2, 16) // a program
  head.writeUInt16LE(62, 18) // for x64
  head.writeUInt32LE(1, 20)
  head.writeBigUInt64LE(BigInt(LOADED_AT + HEADERS), 24)
  head.writeBigUInt64LE(64n, 32)
  head.writeUInt16LE(64, 52)
  head.writeUInt16LE(56, 54)
  head.writeUInt16LE(1, 56)
  head.writeUInt32LE(1, 64) // to be loaded,
  head.writeUInt32LE(5, 68) // read and run
  head.writeBigUInt64LE(BigInt(LOADED_AT), 80)
  head.writeBigUInt64LE(BigInt(LOADED_AT), 88)
  const size = BigInt(HEADERS + code.length)
  head.writeBigUInt64LE(size, 96)
  head.writeBigUInt64LE(size, 104)
  head.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([head, code])
}
