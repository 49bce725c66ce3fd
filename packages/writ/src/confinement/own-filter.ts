import { lateCallFilter } from './call-filter.ts'

// Deno can call the system itself, so a program that runs under it puts the filter of system calls around its own
// process before it hears anything, and gives that permission up. Node cannot: there bubblewrap does it.

/** The part of Deno that is used here. */
interface DenoHere {
  dlopen(library: string, symbols: Readonly<Record<string, object>>): Library
  readonly UnsafePointer: { of(bytes: Uint8Array): object | null; value(pointer: object | null): bigint }
  readonly permissions: { revokeSync(permission: { readonly name: 'ffi' }): { readonly state: string } }
  addSignalListener(signal: string, listener: () => void): void
  removeSignalListener(signal: string, listener: () => void): void
}

interface Library {
  readonly symbols: {
    readonly prctl: (option: number, a: bigint, b: bigint, c: bigint, d: bigint) => number
    readonly syscall: (number: bigint, a: bigint, b: bigint, program: Uint8Array) => bigint
  }
  close(): void
}

const LIBC = 'libc.so.6'
const SYMBOLS = {
  prctl: { parameters: ['i32', 'u64', 'u64', 'u64', 'u64'], result: 'i32' },
  syscall: { parameters: ['i64', 'u64', 'u64', 'buffer'], result: 'i64' },
}

const PR_SET_PDEATHSIG = 1
const PR_SET_NO_NEW_PRIVS = 38
const SIGKILL = 9n
const SECCOMP: Readonly<Record<string, bigint>> = { x64: 317n, arm64: 277n }
const SECCOMP_SET_MODE_FILTER = 1n
/** For every thread that there is already, too. */
const SECCOMP_FILTER_FLAG_TSYNC = 1n

/** Puts the filter around this process where it runs under Deno; does nothing under Node. Throws when it does not hold. */
export function filterOwnCalls(): void {
  const { Deno: deno } = globalThis as { readonly Deno?: DenoHere }
  if (deno === undefined) return
  startSignals(deno)
  const libc = deno.dlopen(LIBC, SYMBOLS)
  const { prctl, syscall } = libc.symbols
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0n, 0n, 0n)
  prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n)
  const filter = lateCallFilter()
  const number = SECCOMP[process.arch]
  if (filter === undefined || number === undefined)
    throw new Error(`there is no filter of system calls for ${process.arch}`)
  const program = new Uint8Array(16)
  const words = new DataView(program.buffer)
  words.setUint16(0, filter.length / 8, true)
  words.setBigUint64(8, deno.UnsafePointer.value(deno.UnsafePointer.of(filter)), true)
  if (syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program) !== 0n)
    throw new Error('the system takes no filter of system calls')
  libc.close()
  if (deno.permissions.revokeSync({ name: 'ffi' }).state === 'granted')
    throw new Error('Deno does not give its permission to call the system up')
}

/** Deno makes a pair of sockets when it first listens to signals, which it does when a thread ends: not allowed later. */
function startSignals(deno: DenoHere): void {
  const nothing = (): void => undefined
  deno.addSignalListener('SIGUSR2', nothing)
  deno.removeSignalListener('SIGUSR2', nothing)
}
