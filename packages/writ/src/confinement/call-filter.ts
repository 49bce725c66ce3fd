import { endianness } from 'node:os'
import { MACHINES, type Machine } from './refused-calls.ts'

// The filter of system calls, as a program for the kernel: seccomp asks it about every call of the child.

// The instructions of the kernel's filter machine that are used here.
const LOAD = 0x20
const EQUAL = 0x15
const AT_LEAST = 0x35
const ANY_BIT = 0x45
const AND = 0x54
const RETURN = 0x06

// Where a call's number, its machine and the lower halves of its arguments are.
const NUMBER = 0
const ARCH = 4
const argument = (index: number): number => 16 + index * 8

const ALLOW = 0x7fff_0000
const KILL = 0x8000_0000
const EPERM = 0x0005_0000 | 1
const ENOSYS = 0x0005_0000 | 38

const CLONE3 = 435
const OPENAT2 = 437
/** Calls of another width of words begin here, on x64. */
const X32 = 0x4000_0000

const CLONE_THREAD = 0x1_0000
/** Memory that is shared and no file: limits on a process's data do not count it. */
const MAP_SHARED_ANONYMOUS = 0x21
const PR_SET_PDEATHSIG = 1
/** To write, to read and write, to make, to empty. A file without a name is made with one of them. */
const OPENED_TO_CHANGE = 0o1 | 0o2 | 0o100 | 0o1000

/** Asking whether it is a terminal, in both ways; not to wait; to be closed for another program, or not. No other orders are given to devices. */
const DEVICE_ORDERS = [0x5401, 0x802c_542a, 0x5421, 0x5451, 0x5450]
/** A descriptor again, its flags, and whether it waits. Whom it signals, locks and leases are others. */
const DESCRIPTOR_ORDERS = [0, 1, 2, 3, 4, 1030]

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

/** The program for this machine; undefined where there is none. */
export function callFilter(machine: string = process.arch): Buffer | undefined {
  const known = machineOf(machine)
  return known === undefined ? undefined : assemble(programOf(known))
}

/**
 * The program for a process that is up and has no file system of its own: it may start no program either, signal
 * nobody, and change or make no file. Undefined where there is none.
 */
export function lateCallFilter(machine: string = process.arch): Buffer | undefined {
  const known = machineOf(machine)
  return known === undefined ? undefined : assemble(programOf(known, lateRefusals(known)))
}

function machineOf(name: string): Machine | undefined {
  return endianness() === 'LE' ? MACHINES[name] : undefined
}

function lateRefusals({ late }: Machine): readonly Instruction[] {
  return [
    ...late.refused.flatMap((number) => refuse(number, EPERM)),
    // What it would open is behind a pointer, which no filter can follow: the C library does not need it.
    ...refuse(OPENAT2, ENOSYS),
    ...late.opens.flatMap(({ number, flags }): Instruction[] => [
      [EQUAL, 0, 4, number],
      [LOAD, 0, 0, argument(flags)],
      [ANY_BIT, 0, 1, OPENED_TO_CHANGE],
      [RETURN, 0, 0, EPERM],
      [RETURN, 0, 0, ALLOW],
    ]),
    // Limits of its own may be asked for; a limit that is set has an address, in either half.
    [EQUAL, 0, 8, late.prlimit64],
    [LOAD, 0, 0, argument(0)],
    [EQUAL, 0, 4, 0],
    [LOAD, 0, 0, argument(2)],
    [EQUAL, 0, 2, 0],
    [LOAD, 0, 0, argument(2) + 4],
    [EQUAL, 1, 0, 0],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
    ...allowOrders(late.ioctl, DEVICE_ORDERS),
    ...allowOrders(late.fcntl, DESCRIPTOR_ORDERS),
  ]
}

function programOf(
  { arch, refused, clone, mmap, prctl }: Machine,
  more: readonly Instruction[] = [],
): readonly Instruction[] {
  return [
    [LOAD, 0, 0, ARCH],
    [EQUAL, 1, 0, arch],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    [AT_LEAST, 0, 1, X32],
    [RETURN, 0, 0, KILL],
    ...refused.flatMap((number) => refuse(number, EPERM)),
    // The C library falls back to `clone`, whose flags can be looked at.
    ...refuse(CLONE3, ENOSYS),
    ...more,
    // A new thread is all that may be made.
    [EQUAL, 0, 4, clone],
    [LOAD, 0, 0, argument(0)],
    [ANY_BIT, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
    [EQUAL, 0, 5, mmap],
    [LOAD, 0, 0, argument(3)],
    [AND, 0, 0, MAP_SHARED_ANONYMOUS],
    [EQUAL, 0, 1, MAP_SHARED_ANONYMOUS],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
    // The child cannot choose to outlive its parent.
    [EQUAL, 0, 3, prctl],
    [LOAD, 0, 0, argument(0)],
    [EQUAL, 0, 1, PR_SET_PDEATHSIG],
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
  ]
}

function refuse(number: number, how: number): readonly Instruction[] {
  return [
    [EQUAL, 0, 1, number],
    [RETURN, 0, 0, how],
  ]
}

/** Refuses a call whose second argument is none of these; there may be no more than fit before the jump. */
function allowOrders(number: number, orders: readonly number[]): readonly Instruction[] {
  return [
    [EQUAL, 0, orders.length + 3, number],
    [LOAD, 0, 0, argument(1)],
    ...orders.map((order, index): Instruction => [EQUAL, orders.length - index, 0, order]),
    [RETURN, 0, 0, EPERM],
    [RETURN, 0, 0, ALLOW],
  ]
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value, index * 8 + 4)
  }
  return bytes
}
