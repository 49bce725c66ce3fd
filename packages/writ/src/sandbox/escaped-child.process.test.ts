import { createSocket } from 'node:dgram'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { hostname, networkInterfaces, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEntry } from './child-command.ts'
import { attempt, fullyConfined, type RawCall, rawCall, run } from './escape-fixture.ts'

// The last wall: a child that runs whatever it likes, as if guest code had got out of the VM and past Node's permission
// model. Every attempt is also made with nothing around it, where it has to succeed: so a wall is tested, not a mistake.

const lack = await fullyConfined()
const SECRET = 'sk-writ-escape-test'
const ABSTRACT = `\0writ-escape-${process.pid}`
const place = await mkdtemp(join(tmpdir(), 'writ-escape-'))
const at = (name: string): string => JSON.stringify(join(place, name))
const servers: Server[] = []

async function listen(on: { port: number; host?: string } | { path: string }): Promise<AddressInfo | string> {
  const server = createServer((socket) =>
    socket.on('error', () => undefined).end(`HTTP/1.1 200 OK\r\n\r\n${SECRET}`),
  )
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(on, resolve))
  return server.address() as AddressInfo | string
}

const { port } = (await listen({ port: 0, host: '0.0.0.0' })) as AddressInfo
await listen({ path: join(place, 'socket') })
await listen({ path: ABSTRACT })
const datagrams: string[] = []
const udp = createSocket('udp4').on('message', (text) => datagrams.push(text.toString()))
await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
await writeFile(join(place, 'secret'), SECRET)
await writeFile(join(place, 'victim'), SECRET)
const open = openSync(join(place, 'secret'), 'r')
const outside = Object.values(networkInterfaces())
  .flatMap((found) => found ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')
process.env.WRIT_ESCAPE_TEST = SECRET

afterAll(async () => {
  closeSync(open)
  udp.close()
  for (const server of servers) server.close()
  delete process.env.WRIT_ESCAPE_TEST
  await rm(place, { recursive: true, force: true })
})

const connected = (to: string): string => `
  const socket = require('net').connect(${to})
  return await event(socket, 'data')`

const READING = {
  'the list of users': "return require('fs').readFileSync('/etc/passwd')",
  'a secret by its path': `return require('fs').readFileSync(${at('secret')})`,
  'a path that goes up': `return require('fs').readFileSync(${JSON.stringify(join(childEntry, '../../../../../../../../../../../../etc/passwd'))})`,
  'the home directory': `return require('fs').readdirSync(${JSON.stringify(userInfo().homedir)})`,
  'the directory for passing files': `return require('fs').readdirSync(${JSON.stringify(tmpdir())}).length`,
  'the working directory of the parent': `return require('fs').readFileSync(${JSON.stringify(join(process.cwd(), 'package.json'))})`,
  devices: "return require('fs').readdirSync('/dev').length",
  'a device': "return require('fs').readSync(require('fs').openSync('/dev/urandom'), Buffer.alloc(8))",
  'the kernel’s tree': "return require('fs').readdirSync('/sys').length",
  'the configuration of the system': "return require('fs').readdirSync('/etc').length",
  'a watch on a directory': "const watch = require('fs').watch('/etc'); watch.close(); return watch",
  'the name of the user': "return require('os').userInfo().username",
  'a thread of its own': `
    const read = "require('worker_threads').parentPort.postMessage(require('fs').readFileSync('/etc/passwd', 'utf8'))"
    return await event(new (require('worker_threads').Worker)(read, { eval: true }), 'message')`,
}

const PARENT = {
  'the parent’s environment': `return require('fs').readFileSync('/proc/${process.pid}/environ').includes('${SECRET}') || 'none'`,
  'its own environment': `return process.env.WRIT_ESCAPE_TEST.length`,
  ...(process.getuid?.() === 0
    ? { 'the parent’s memory': `return require('fs').openSync('/proc/${process.pid}/mem', 'r')` }
    : {}),
  'the parent’s root': `return require('fs').readdirSync('/proc/${process.pid}/root/etc').length`,
  'the parent’s descriptors': `return require('fs').readFileSync('/proc/${process.pid}/fd/${open}')`,
  'the parent’s command line': `return require('fs').readFileSync('/proc/${process.pid}/cmdline')`,
  'the list of processes': "if (!require('fs').readdirSync('/proc').includes('1')) throw 0; return 'listed'",
  'whether the parent is there': `return process.kill(${process.pid}, 0)`,
  'a signal to the parent': `return process.kill(${process.pid}, 'SIGCONT')`,
  'a signal to every process': 'return process.kill(-1, 0)',
  'the parent’s priority': `const os = require('os'); return os.setPriority(${process.pid}, os.getPriority(${process.pid}))`,
  'the name of the machine': `if (require('os').hostname() !== ${JSON.stringify(hostname())}) throw 0; return 'named'`,
}

const WRITING = {
  'a new file': `return require('fs').writeFileSync(${at('new')}, 'x')`,
  'a new file in its root': `
    const fs = require('fs'); fs.writeFileSync('/writ-escape', 'x'); fs.rmSync('/writ-escape')`,
  'a directory in its root': `
    const fs = require('fs'); fs.mkdirSync('/writ-escape-dir'); fs.rmdirSync('/writ-escape-dir')`,
  'a link in its root': `
    const fs = require('fs'); fs.symlinkSync('/etc', '/writ-escape-link'); fs.rmSync('/writ-escape-link')`,
  'a file that is there': `return require('fs').appendFileSync(${at('victim')}, 'x')`,
  'its own code': `return require('fs').appendFileSync(${JSON.stringify(childEntry)}, '')`,
  'the program it is': "return require('fs').chmodSync(process.execPath, 0o755)",
  'the rights of its code': `return require('fs').chmodSync(${JSON.stringify(childEntry)}, 0o644)`,
  'the times of its code': `
    const fs = require('fs'); const { atime, mtime } = fs.statSync(${JSON.stringify(childEntry)})
    return fs.utimesSync(${JSON.stringify(childEntry)}, atime, mtime)`,
  'a copy of itself': `return require('fs').copyFileSync(process.execPath, ${at('copy')})`,
  'a directory for passing files':
    "return require('fs').mkdtempSync(require('os').tmpdir() + '/writ-escape-own-')",
  'shared memory':
    "const fs = require('fs'); fs.writeFileSync('/dev/shm/writ-escape', 'x'); fs.rmSync('/dev/shm/writ-escape')",
  'a report': `
    process.report.directory = ${JSON.stringify(place)}; process.report.writeReport('report.json')
    return require('fs').statSync(${at('report.json')}).size`,
}

const REACHING = {
  loopback: connected(`${port}, '127.0.0.1'`),
  'loopback by name': connected(`${port}, 'localhost'`),
  'every address': connected(`${port}, '0.0.0.0'`),
  ...(outside === undefined ? {} : { 'the network': connected(`${port}, '${outside.address}'`) }),
  'a socket with a path': connected(at('socket')),
  'a socket without one': connected(JSON.stringify(ABSTRACT)),
  'a datagram': `
    const socket = require('dgram').createSocket('udp4')
    await new Promise((yes, no) => { socket.once('error', no); socket.send('out', ${udp.address().port}, '127.0.0.1', (e) => (e ? no(e) : yes())) })
    socket.close()`,
  'a request': `return await (await fetch('http://127.0.0.1:${port}/')).text()`,
  'a port of its own':
    "const server = require('net').createServer(); server.listen(0, '127.0.0.1'); await event(server, 'listening'); server.close()",
  'a socket of its own': `
    const server = require('net').createServer(); server.listen('\\0writ-escape-own-' + process.pid); await event(server, 'listening'); server.close()`,
  'a debugger’s port':
    "const inspector = require('inspector'); inspector.open(0, '127.0.0.1'); const url = inspector.url(); inspector.close(); return url.length",
  'a name': "return (await require('dns').promises.lookup('localhost')).address",
  interfaces: "if (Object.keys(require('os').networkInterfaces()).length === 0) throw 0; return 'some'",
}

const STARTING = {
  'a shell':
    "const { error, stdout } = require('child_process').spawnSync('/bin/sh', ['-c', 'echo out']); if (error) throw error; return stdout",
  'the program it is':
    "const { error, stdout } = require('child_process').spawnSync(process.execPath, ['-p', '1']); if (error) throw error; return stdout",
  'a fork': `
    const child = require('child_process').spawn(process.execPath, ['-e', '0']); const ended = await event(child, 'exit'); return ended`,
}

const TAKING = {
  'more memory than there may be':
    'const all = []; for (let n = 0; n < 40; n += 1) all.push(Buffer.allocUnsafeSlow(2 ** 29)); return all.length',
  'more files than there may be': `
    const fs = require('fs'); const all = []; try { for (let n = 0; n < 300; n += 1) all.push(fs.openSync(process.execPath)) } finally { for (const fd of all) fs.closeSync(fd) } return all.length`,
}

const GROUPS = { READING, PARENT, WRITING, REACHING, STARTING, TAKING }

describe.skipIf(lack !== undefined)('a child that runs what it likes', () => {
  describe.each(Object.entries(GROUPS))('%s', (_group, attempts) => {
    let confined: Readonly<Record<string, string>>
    let free: Readonly<Record<string, string>>
    beforeAll(async () => {
      datagrams.length = 0
      confined = await attempt(attempts, 'confined')
      expect(datagrams).toEqual([])
      free = await attempt(attempts, 'free')
    })

    it.each(Object.keys(attempts))('%s', (name) => {
      expect(free[name]).toMatch(/^done: /)
      expect(confined[name]).not.toMatch(/^done: /)
    })
  })

  it('changes nothing outside', async () => {
    expect(await readFile(join(place, 'victim'), 'utf8')).toMatch(new RegExp(`^${SECRET}x?$`))
  })

  it('leaves no core when it crashes', async () => {
    const ended = await run([process.execPath, '-e', 'process.abort()'], 'confined')
    expect(ended.code === 0 && ended.signal === null).toBe(false)
  })

  it('finds no descriptor that came along', async () => {
    const script = `
      const fs = require('fs'); const found = []
      for (let fd = 0; fd < 1024; fd += 1) try { if (fs.fstatSync(fd).isFile()) found.push(fd) } catch {}
      fs.writeSync(1, JSON.stringify(found))`
    expect((await run([process.execPath, '-e', script], 'confined')).stdout).toBe('[]')
  })
})

const EPERM = 1
const ENOSYS = 38
/** Ended by the kernel: by the filter, or where it has no such calls at all. */
const KILLED = [128 + 31, 128 + 11]
const SIGCHLD = 17
const NEW_USER = 0x1000_0000
const NEW_NS = 0x2_0000

const CALLS: Readonly<Record<string, RawCall & { readonly ends?: number | readonly number[] }>> = {
  'ptrace: be traced': { number: 101 },
  'ptrace: attach': { number: 101, args: [16, 1] },
  'ptrace: seize': { number: 101, args: [0x4206, 1] },
  process_vm_readv: { number: 310, args: [1] },
  process_vm_writev: { number: 311, args: [1] },
  kcmp: { number: 312, args: [1, 1] },
  pidfd_open: { number: 434, args: [1] },
  pidfd_getfd: { number: 438 },
  fork: { number: 57 },
  vfork: { number: 58 },
  'clone: a process': { number: 56, args: [SIGCHLD] },
  'clone: a user namespace': { number: 56, args: [NEW_USER + SIGCHLD] },
  clone3: { number: 435, ends: ENOSYS },
  'unshare: a user namespace': { number: 272, args: [NEW_USER] },
  'unshare: a mount namespace': { number: 272, args: [NEW_NS] },
  setns: { number: 308, args: [3] },
  mount: { number: 165 },
  umount2: { number: 166 },
  pivot_root: { number: 155 },
  chroot: { number: 161 },
  fsopen: { number: 430 },
  move_mount: { number: 429 },
  open_by_handle_at: { number: 304 },
  'socket: internet': { number: 41, args: [2, 1] },
  'socket: internet 6': { number: 41, args: [10, 1] },
  'socket: unix': { number: 41, args: [1, 1] },
  'socket: netlink': { number: 41, args: [16, 3] },
  'socket: vsock': { number: 41, args: [40, 1] },
  'socket: packets': { number: 41, args: [17, 3] },
  socketpair: { number: 53, args: [1, 1] },
  'sendmsg: a descriptor': { number: 46, args: [3] },
  io_uring_setup: { number: 425, args: [8] },
  memfd_create: { number: 319 },
  memfd_secret: { number: 447 },
  shmget: { number: 29, args: [0, 4096, 0o1600] },
  msgget: { number: 68, args: [0, 0o1600] },
  semget: { number: 64, args: [0, 1, 0o1600] },
  mq_open: { number: 240 },
  'mmap: shared memory': { number: 9, args: [0, 1 << 20, 3, 0x21, -1] },
  'prctl: outlive the parent': { number: 157, args: [1, 0] },
  bpf: { number: 321 },
  perf_event_open: { number: 298 },
  userfaultfd: { number: 323 },
  add_key: { number: 248 },
  keyctl: { number: 250 },
  kexec_load: { number: 246 },
  init_module: { number: 175 },
  finit_module: { number: 313 },
  syslog: { number: 103, args: [10] },
  reboot: { number: 169 },
  personality: { number: 135, args: [0x4_0000] },
  'mknod: a disk': { number: 133, args: [0x40_0000, 0o60644, 0xfe00], ends: 30 },
  'setuid: root': { number: 105, args: [0], ends: 22 },
  'setgid: root': { number: 106, args: [0], ends: 22 },
  'setrlimit: back up': { number: 160, args: [1, 0x40_0050] },
  'the calls of 32 bits': { number: 20, entry: 'int80', ends: KILLED },
  'the calls with short pointers': { number: 0x4000_0000 + 39, ends: KILLED },
}

describe.skipIf(lack !== undefined || process.arch !== 'x64')('a system call of its own', () => {
  it.each(Object.entries(CALLS))('%s', async (_name, { ends = EPERM, ...call }) => {
    expect([ends].flat()).toContain(await rawCall(call, 'confined'))
  })

  it.each([
    'ptrace: be traced',
    'fork',
    'socket: internet',
    'socketpair',
    'memfd_create',
    'mmap: shared memory',
    'prctl: outlive the parent',
  ])('%s would be made without the wall', async (name) => {
    expect(await rawCall(CALLS[name] as RawCall, 'free')).not.toBe(EPERM)
  })
})

it.runIf(lack !== undefined)(`shows nothing at full confinement here: ${lack}`, ({ skip }) => skip())
