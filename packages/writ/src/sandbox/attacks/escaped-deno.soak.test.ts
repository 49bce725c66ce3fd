import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDeno } from '../../confinement/find-deno.ts'
import { openEscapeScene } from './escape-scene.fixture.ts'
import { runUnderDeno } from './escaped-deno.fixture.ts'
import { attemptsOf, outcomesOf } from './escaped-program.fixture.ts'
import { SYSTEM_CALLS } from './system-calls.fixture.ts'

// The walls around a child under Deno: all of it, and the filter of system calls alone, as if Deno's permissions had fallen.
// Every attempt is also made with nothing around it, where it has to succeed.

const found = findDeno()
const deno = 'path' in found ? found.path : ''
const lack = 'lack' in found ? found.lack : undefined

const scene = await openEscapeScene()
afterAll(() => scene.close())

/** Deno gives a watch that does not watch, and has no report of itself. */
const NEVER = ['a watch: on a directory', 'a report: of itself', 'loopback: by a request']

/** What the filter does not stop, which `SECURITY.md` says: reading, and what is known without a socket. */
const STAYS_OPEN = [
  /^files by their paths: /,
  /^devices: /,
  /^the tree of the kernel: /,
  /^environments: that of the parent$/,
  /^the (memory|root|descriptors) of the parent: /,
  /^the list of processes: /,
  /^a thread of its own: that reads a file$/,
  /^the database of users: /,
  /^the name of the machine: /,
  /^names of hosts: /,
]

describe.skipIf(lack !== undefined)('a child that runs what it likes under Deno', () => {
  type Outcomes = Readonly<Record<string, string>>
  let confined: Outcomes
  let filtered: Outcomes
  let free: Outcomes
  const names = Object.keys(scene.attempts).filter((name) => !NEVER.includes(name))

  beforeAll(async () => {
    const program = attemptsOf(scene.attempts)
    confined = outcomesOf(await runUnderDeno(deno, program, 'confined'))
    filtered = outcomesOf(await runUnderDeno(deno, program, 'filtered'))
    expect(await scene.untouched()).toBe(true)
    free = outcomesOf(await runUnderDeno(deno, program, 'free'))
  })

  /** Whether it got what it wanted: Deno gives no error, and nothing else either, where a program does not start. */
  const succeeds = (outcomes: Outcomes, name: string): boolean =>
    outcomes[name]?.startsWith('done: ') === true &&
    (outcomes[name] !== 'done: undefined' || free[name] === 'done: undefined')

  it.each(names)('%s', (name) => {
    expect(free[name]).toMatch(/^done: /)
    expect(confined[name]).not.toMatch(/^done: /)
  })

  it('is stopped by the filter alone wherever it does not read', () => {
    expect(names.length).toBeGreaterThan(45)
    const open = names.filter((name) => succeeds(filtered, name))
    expect(open).toEqual(names.filter((name) => STAYS_OPEN.some((known) => known.test(name))))
  })

  it('watches nothing, and has no way back to calling the system', async () => {
    const attempts = attemptsOf({
      watch: "return Deno.watchFs('/etc')",
      library: "return Deno.dlopen('libc.so.6', { getpid: { parameters: [], result: 'i32' } })",
      permission:
        "if (Deno.permissions.requestSync({ name: 'ffi' }).state !== 'granted') throw 0; return 'granted'",
      addon: "process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'); return 'loaded'",
      thread: `
        const code = "postMessage(String(Deno.dlopen('libc.so.6', {})))"
        const worker = new Worker('data:text/javascript,' + encodeURIComponent(code), { type: 'module' })
        return await new Promise((yes, no) => { worker.onmessage = (e) => yes(e.data); worker.onerror = (e) => { e.preventDefault(); no(new Error(e.message)) } })`,
      code: "return new Function('return 1')()",
      remote: "return await import('https://example.com/a.js')",
      package: "return await import('npm:left-pad@1.3.0')",
      file: "return await import('file:///etc/hostname', { with: { type: 'text' } })",
      variables: 'return JSON.stringify(Deno.env.toObject())',
      core: 'return Deno[Deno.internal].core.ops.op_dlopen.name.length.toString() + missing',
    })
    const outcomes = outcomesOf(await runUnderDeno(deno, attempts, 'confined'))
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome.startsWith('done: '))).toEqual([])
  })
})

/** Makes system calls from within, by a library that was opened before the filter stood; gives their errors. */
const callsFrom = (calls: readonly (readonly number[])[]): string => `
  const { symbols } = globalThis.libc
  const errors = []
  for (const [number, ...args] of ${JSON.stringify(calls)}) {
    const words = Array.from({ length: 6 }, (_, at) => BigInt(args[at] ?? 0))
    const result = symbols.syscall(BigInt(number), ...words)
    const errno = new Deno.UnsafePointerView(symbols.__errno_location()).getInt32()
    errors.push(result === -1n ? errno : 0)
  }
  require('fs').writeSync(1, JSON.stringify(errors)); process.exit(0)`

const EPERM = 1
const ENOSYS = 38

/** Calls that only a process without a file system of its own is refused, by what would happen without the filter. */
const LATE: Readonly<Record<string, readonly number[]>> = {
  'kill: whether the parent is there': [62, process.pid, 0],
  'tgkill: itself': [234, 1, 1, 0],
  'execve: nothing': [59],
  'unlink: nothing': [87],
  'openat: to write, nothing': [257, -100, 0, 1],
  'open: to make, nothing': [2, 0, 0o100],
  'setrlimit: files': [160, 7, 0],
  'prlimit64: of the parent': [302, process.pid, 7],
  'ioctl: type into a terminal': [16, 0, 0x5412],
  'fcntl: signal the parent': [72, 0, 8, process.pid],
  'ioctl: the flags of a file': [16, 0, 0x4008_6602],
  'ioctl: a file that nobody can change any more': [16, 0, 0x4080_6685],
  'ioctl: a copy of a file that shares its blocks': [16, 0, 0x4004_9409],
  'ioctl: an order that nobody has named': [16, 0, 0x1234],
  'ioctl: addresses of the machine': [16, 0, 0x8912],
  'fcntl: a lease that signals': [72, 0, 1024, 1],
  'fcntl: a lock on a file': [72, 0, 6],
  'shmat: memory of others': [30],
  'shmctl: of no memory': [31, -1],
  'semctl: of no semaphores': [66, -1],
  'msgsnd: to nobody': [69, -1],
  'mq_unlink: nothing': [241],
  'open_tree_attr: nothing': [467],
  'inotify_init1: a watch': [294],
  'setuid: its own': [105, process.getuid?.() ?? 0],
}

describe.skipIf(lack !== undefined || process.arch !== 'x64')('a system call of its own under Deno', () => {
  const calls = [
    ...Object.values(SYSTEM_CALLS).flatMap((named) =>
      Object.entries(named).map(([name, { number, args = [], entry }]) => ({ name, number, args, entry })),
    ),
    ...Object.entries(LATE).map(([name, [number = 0, ...args]]) => ({
      name,
      number,
      args,
      entry: undefined,
    })),
    // The filter ends the process at these, which `call-filter.test.ts` shows.
  ].filter(({ number, entry }) => entry === undefined && number < 0x4000_0000)

  it('is refused', async () => {
    const made = calls.map(({ number, args }) => [number, ...args])
    const { stdout, stderr } = await runUnderDeno(deno, callsFrom(made), 'filtered')
    expect(stderr).toBe('')
    const errors = JSON.parse(stdout) as number[]
    const refused = calls.map(({ name }, at) => [name, errors[at]])
    expect(refused).toEqual(calls.map(({ name }) => [name, name === 'clone3' ? ENOSYS : EPERM]))
  })
})

it.runIf(lack !== undefined)(`is not run under Deno here: ${lack}`, ({ skip }) => skip())
