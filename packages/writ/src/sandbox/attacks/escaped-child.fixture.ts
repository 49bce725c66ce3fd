import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { childProgram } from '../child-command.ts'

// What a child may try that runs whatever it likes, by mechanism: code for Node that throws, or gives what it got.

/** What there is to get. */
export interface Scene {
  /** A directory that holds `secret`, `victim` and the `socket` of a server. */
  readonly place: string
  readonly secret: string
  /** Whether this is the administrator, who may open the memory of a process. */
  readonly administrator: boolean
  /** The process that started the child, and its descriptor of the secret. */
  readonly parent: { readonly pid: number; readonly descriptor: number; readonly host: string }
  /** Servers on this machine that answer at once, and a port that takes datagrams. */
  readonly servers: { readonly port: number; readonly abstract: string; readonly datagrams: number }
  /** An address of this machine that is not loopback, where it has one. */
  readonly address: string | undefined
}

/** Attempts by mechanism, each with its code by name. */
export type EscapeAttempts = Readonly<Record<string, Readonly<Record<string, string>>>>

const connected = (to: string): string => `
  const socket = require('net').connect(${to})
  return await event(socket, 'data')`

export function escapeAttempts({
  place,
  secret,
  administrator,
  parent,
  servers,
  address,
}: Scene): EscapeAttempts {
  const { entry: file } = childProgram()
  const at = (name: string): string => JSON.stringify(join(place, name))
  const entry = JSON.stringify(file)
  const up = JSON.stringify(`${file}${'/..'.repeat(20)}/etc/passwd`)
  const proc = `/proc/${parent.pid}`
  return {
    'files by their paths': {
      'the list of users': "return require('fs').readFileSync('/etc/passwd')",
      'a secret': `return require('fs').readFileSync(${at('secret')})`,
      'a path that goes up': `return require('fs').readFileSync(require('path').normalize(${up}))`,
      'the home directory': `return require('fs').readdirSync(${JSON.stringify(userInfo().homedir)}).length`,
      'the directory for passing files': `return require('fs').readdirSync(${JSON.stringify(tmpdir())}).length`,
      'the working directory of the parent': `return require('fs').readFileSync(${JSON.stringify(join(process.cwd(), 'package.json'))})`,
      'the configuration of the system': "return require('fs').readdirSync('/etc').length",
    },
    devices: {
      'the list of them': "return require('fs').readdirSync('/dev').length",
      'one of them': "return require('fs').readSync(require('fs').openSync('/dev/urandom'), Buffer.alloc(8))",
    },
    'the tree of the kernel': { 'its list': "return require('fs').readdirSync('/sys').length" },
    'a watch': { 'on a directory': "const watch = require('fs').watch('/etc'); watch.close(); return watch" },
    'the database of users': { 'its own name': "return require('os').userInfo().username" },
    'a thread of its own': {
      'that reads a file': `
        const read = "require('worker_threads').parentPort.postMessage(require('fs').readFileSync('/etc/passwd', 'utf8'))"
        return await event(new (require('worker_threads').Worker)(read, { eval: true }), 'message')`,
    },
    environments: {
      'that of the parent': `return require('fs').readFileSync('${proc}/environ').includes('${secret}') || 'none'`,
      'its own': 'return process.env.WRIT_ESCAPE_TEST.length',
    },
    ...(administrator
      ? { 'the memory of the parent': { 'as a file': `return require('fs').openSync('${proc}/mem', 'r')` } }
      : {}),
    'the root of the parent': {
      'by its process': `return require('fs').readdirSync('${proc}/root/etc').length`,
    },
    'the descriptors of the parent': {
      'a secret that is open': `return require('fs').readFileSync('${proc}/fd/${parent.descriptor}')`,
    },
    'the list of processes': {
      'who is there': "if (!require('fs').readdirSync('/proc').includes('1')) throw 0; return 'listed'",
      'the command line of the parent': `return require('fs').readFileSync('${proc}/cmdline')`,
    },
    signals: {
      'whether the parent is there': `return process.kill(${parent.pid}, 0)`,
      'to the parent': `return process.kill(${parent.pid}, 'SIGCONT')`,
      'to every process': 'return process.kill(-1, 0)',
    },
    priorities: {
      'that of the parent': `const os = require('os'); return os.setPriority(${parent.pid}, os.getPriority(${parent.pid}))`,
    },
    'the name of the machine': {
      'as it is': `if (require('os').hostname() !== ${JSON.stringify(parent.host)}) throw 0; return 'named'`,
    },
    'writing files': {
      'a new one': `return require('fs').writeFileSync(${at('new')}, 'x')`,
      'one that is there': `return require('fs').appendFileSync(${at('victim')}, 'x')`,
      'a copy of itself': `return require('fs').copyFileSync(process.execPath, ${at('copy')})`,
      'a directory for passing files':
        "return require('fs').mkdtempSync(require('os').tmpdir() + '/writ-escape-own-')",
    },
    'writing to its root': {
      'a file': "const fs = require('fs'); fs.writeFileSync('/writ-escape', 'x'); fs.rmSync('/writ-escape')",
      'a directory':
        "const fs = require('fs'); fs.mkdirSync('/writ-escape-dir'); fs.rmdirSync('/writ-escape-dir')",
      'a link':
        "const fs = require('fs'); fs.symlinkSync('/etc', '/writ-escape-link'); fs.rmSync('/writ-escape-link')",
    },
    'changing its own code': {
      'what it is': `return require('fs').appendFileSync(${entry}, '')`,
      'its rights': `return require('fs').chmodSync(${entry}, 0o644)`,
      'its times': `
        const fs = require('fs'); const { atime, mtime } = fs.statSync(${entry})
        return fs.utimesSync(${entry}, atime, mtime)`,
      'the rights of its program': "return require('fs').chmodSync(process.execPath, 0o755)",
    },
    'files in memory': {
      'that others see':
        "const fs = require('fs'); fs.writeFileSync('/dev/shm/writ-escape', 'x'); fs.rmSync('/dev/shm/writ-escape')",
    },
    'a report': {
      'of itself': `
        process.report.directory = ${JSON.stringify(place)}; process.report.writeReport('report.json')
        return require('fs').statSync(${at('report.json')}).size`,
    },
    loopback: {
      'by number': connected(`${servers.port}, '127.0.0.1'`),
      'by name': connected(`${servers.port}, 'localhost'`),
      'by every address': connected(`${servers.port}, '0.0.0.0'`),
      'by a request': `return await (await fetch('http://127.0.0.1:${servers.port}/')).text()`,
    },
    ...(address === undefined
      ? {}
      : { 'the network': { 'an address of the machine': connected(`${servers.port}, '${address}'`) } }),
    'sockets of this machine': {
      'with a path': connected(at('socket')),
      'without one': connected(JSON.stringify(servers.abstract)),
    },
    datagrams: {
      'one without an answer': `
        const socket = require('dgram').createSocket('udp4')
        await new Promise((yes, no) => { socket.once('error', no); socket.send('out', ${servers.datagrams}, '127.0.0.1', (e) => (e ? no(e) : yes())) })
        socket.close()`,
    },
    listening: {
      'at a port':
        "const server = require('net').createServer(); server.listen(0, '127.0.0.1'); await event(server, 'listening'); server.close()",
      'at a socket without a path': `
        const server = require('net').createServer(); server.listen('\\0writ-escape-own-' + process.pid); await event(server, 'listening'); server.close()`,
    },
    'a debugger': {
      'at a port':
        "const inspector = require('inspector'); inspector.open(0, '127.0.0.1'); const url = inspector.url(); inspector.close(); return url.length",
    },
    'names of hosts': {
      'that of this machine': "return (await require('dns').promises.lookup('localhost')).address",
    },
    'network interfaces': {
      'the list of them':
        "if (Object.keys(require('os').networkInterfaces()).length === 0) throw 0; return 'some'",
    },
    'starting programs': {
      'a shell':
        "const { error, stdout } = require('child_process').spawnSync('/bin/sh', ['-c', 'echo out']); if (error) throw error; return stdout",
      'the program it is':
        "const { error, stdout } = require('child_process').spawnSync(process.execPath, ['-p', '1']); if (error) throw error; return stdout",
      'without waiting':
        "const child = require('child_process').spawn(process.execPath, ['-e', '0']); return await event(child, 'exit')",
    },
    'memory without an end': {
      'in buffers':
        'const all = []; for (let n = 0; n < 40; n += 1) all.push(Buffer.allocUnsafeSlow(2 ** 29)); return all.length',
    },
    'open files without an end': {
      'of its own program': `
        const fs = require('fs'); const all = []; try { for (let n = 0; n < 300; n += 1) all.push(fs.openSync(process.execPath)) } finally { for (const fd of all) fs.closeSync(fd) } return all.length`,
    },
  }
}
