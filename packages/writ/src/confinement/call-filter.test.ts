import { describe, expect, it } from 'vitest'
import { callFilter, lateCallFilter } from './call-filter.ts'

// The programs are run as the kernel would run them, by the words of its manual.

const ARCH = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const
type Name = keyof typeof ARCH
const REFUSED = 0x0005_0000 | 1
const MISSING = 0x0005_0000 | 38
const ALLOWED = 0x7fff_0000
const KILLED = 0x8000_0000

function verdict(filter: Buffer | undefined, arch: number, number: number, args: readonly bigint[]): number {
  if (filter === undefined) throw new Error('there is no filter')
  const call = Buffer.alloc(64)
  call.writeUInt32LE(number, 0)
  call.writeUInt32LE(arch, 4)
  for (const [index, value] of args.entries())
    call.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + index * 8)
  let word = 0
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, value] = [filter.readUInt16LE(at * 8), filter.readUInt32LE(at * 8 + 4)]
    const jump = (holds: boolean): void => {
      at += filter.readUInt8(at * 8 + (holds ? 2 : 3))
    }
    if (code === 0x20) word = call.readUInt32LE(value)
    else if (code === 0x54) word = (word & value) >>> 0
    else if (code === 0x15) jump(word === value)
    else if (code === 0x35) jump(word >= value)
    else if (code === 0x45) jump((word & value) !== 0)
    else if (code === 0x06) return value
    else throw new Error(`no such instruction: ${code}`)
  }
  throw new Error('the program has no end')
}

const early = (name: Name, number: number, ...args: readonly bigint[]): number =>
  verdict(callFilter(name), ARCH[name], number, args)
const late = (name: Name, number: number, ...args: readonly bigint[]): number =>
  verdict(lateCallFilter(name), ARCH[name], number, args)

const HERE = -100n

describe('the filter of a process that is up', () => {
  it.each([
    ['x64', 257],
    ['arm64', 56],
  ] as const)('lets a file be opened on %s to be read, and for nothing else', (name, openat) => {
    expect(late(name, openat, HERE, 0x1000n, 0o2000000n)).toBe(ALLOWED)
    for (const flags of [0o1n, 0o2n, 0o100n, 0o1000n, 0o2000101n, 0o20200002n])
      expect(late(name, openat, HERE, 0x1000n, flags)).toBe(REFUSED)
    expect(late(name, 437, HERE, 0x1000n, 0x2000n, 24n)).toBe(MISSING)
  })

  it.each([
    [
      'x64',
      {
        execve: 59,
        kill: 62,
        tgkill: 234,
        unlinkat: 263,
        socket: 41,
        setpriority: 141,
        setrlimit: 160,
        shmat: 30,
        msgrcv: 70,
        mq_unlink: 241,
      },
    ],
    [
      'arm64',
      {
        execve: 221,
        kill: 129,
        tgkill: 131,
        unlinkat: 35,
        socket: 198,
        setpriority: 140,
        setrlimit: 164,
        shmat: 196,
        msgrcv: 188,
        mq_unlink: 181,
      },
    ],
  ] as const)('refuses programs, signals, changes, sockets and memory of others on %s', (name, calls) => {
    for (const number of Object.values(calls)) expect(late(name, number, 1n, 1n, 1n)).toBe(REFUSED)
  })

  it.each([
    ['x64', 302],
    ['arm64', 261],
  ] as const)('lets limits of its own be asked for on %s, and none be set', (name, prlimit) => {
    expect(late(name, prlimit, 0n, 7n, 0n, 0x7fff_0000n)).toBe(ALLOWED)
    expect(late(name, prlimit, 0n, 7n, 0x7fff_0000n, 0n)).toBe(REFUSED)
    expect(late(name, prlimit, 0n, 7n, 0x1_0000_0000n, 0n)).toBe(REFUSED)
    expect(late(name, prlimit, 9n, 7n, 0n, 0x7fff_0000n)).toBe(REFUSED)
  })

  it.each([
    ['x64', 16, 72],
    ['arm64', 29, 25],
  ] as const)(
    'gives devices and descriptors no order but those that Deno needs on %s',
    (name, ioctl, fcntl) => {
      const orders = [
        0x5412n, // typing into a terminal, taking one, its selection
        0x540en,
        0x541cn,
        0x8901n, // whom it signals
        0x8902n,
        0x4008_6602n, // flags of a file, its seal, its file system
        0x401c_5820n,
        0x4080_6685n,
        0xc004_5877n,
        0x4004_9409n, // a copy of a file, and whatever else there is
        0xc020_660bn,
        0x5413n,
        0x541bn,
        0x8933n,
        0x2400n,
        0n,
        0x1_0000_0000n,
      ]
      for (const order of orders) expect(late(name, ioctl, 0n, order)).toBe(REFUSED)
      for (const order of [5n, 6n, 7n, 8n, 10n, 15n, 37n, 1024n, 1026n, 1031n, 1033n])
        expect(late(name, fcntl, 3n, order)).toBe(REFUSED)
      for (const order of [0x5401n, 0x802c_542an, 0x5421n, 0x5451n, 0x5450n])
        expect(late(name, ioctl, 0n, order)).toBe(ALLOWED)
      for (const order of [0n, 1n, 2n, 3n, 4n, 1030n]) expect(late(name, fcntl, 3n, order)).toBe(ALLOWED)
    },
  )

  it('leaves reading, writing what is open, waiting, threads and memory', () => {
    for (const number of [0, 1, 3, 9, 10, 11, 202, 232, 281]) expect(late('x64', number)).toBe(ALLOWED)
    expect(late('x64', 56, 0x1_0000n)).toBe(ALLOWED)
    expect(late('x64', 56, 17n)).toBe(REFUSED)
    expect(late('x64', 9, 0n, 4096n, 3n, 0x21n)).toBe(REFUSED)
  })

  it('refuses all that the filter within bubblewrap refuses', () => {
    for (const name of ['x64', 'arm64'] as const)
      for (let number = 0; number < 480; number += 1)
        if (early(name, number) !== ALLOWED) expect(late(name, number)).toBe(early(name, number))
  })

  it('ends a call of another table', () => {
    expect(verdict(lateCallFilter('x64'), 0x4000_0003, 11, [])).toBe(KILLED)
    expect(late('x64', 0x4000_0000 + 39)).toBe(KILLED)
  })

  it('exists for no other machine', () => {
    expect(lateCallFilter('riscv64')).toBeUndefined()
  })
})
