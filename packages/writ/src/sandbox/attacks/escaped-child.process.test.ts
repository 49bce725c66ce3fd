import { createSocket } from 'node:dgram'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { escapeAttempts } from './escaped-child.fixture.ts'
import { attempt, rawCall, run } from './escaped-program.fixture.ts'
import { MADE_WITHOUT, SYSTEM_CALLS } from './system-calls.fixture.ts'

// The last wall: a child that runs whatever it likes, as if guest code had got out of the VM and past Node's permission
// model. Every attempt is also made with nothing around it, where it has to succeed: so a wall is tested, not a mistake.

const lack = await fullyConfined()
const SECRET = 'sk-writ-escape-test'
const abstract = `\0writ-escape-${process.pid}`
const place = await mkdtemp(join(tmpdir(), 'writ-escape-'))
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
await listen({ path: abstract })
const datagrams: string[] = []
const udp = createSocket('udp4').on('message', (text) => datagrams.push(text.toString()))
await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
await writeFile(join(place, 'secret'), SECRET)
await writeFile(join(place, 'victim'), SECRET)
const descriptor = openSync(join(place, 'secret'), 'r')
process.env.WRIT_ESCAPE_TEST = SECRET

const ATTEMPTS = escapeAttempts({
  place,
  secret: SECRET,
  administrator: process.getuid?.() === 0,
  parent: { pid: process.pid, descriptor, host: hostname() },
  servers: { port, abstract, datagrams: udp.address().port },
  address: Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address,
})

afterAll(async () => {
  closeSync(descriptor)
  udp.close()
  for (const server of servers) server.close()
  delete process.env.WRIT_ESCAPE_TEST
  await rm(place, { recursive: true, force: true })
})

describe.skipIf(lack !== undefined)('a child that runs what it likes', () => {
  let confined: Readonly<Record<string, string>>
  let free: Readonly<Record<string, string>>
  const named = Object.entries(ATTEMPTS).flatMap(([mechanism, attempts]) =>
    Object.entries(attempts).map(([name, code]) => [`${mechanism}: ${name}`, code] as const),
  )

  beforeAll(async () => {
    const all = Object.fromEntries(named)
    confined = await attempt(all, 'confined')
    expect(datagrams).toEqual([])
    expect(await readFile(join(place, 'victim'), 'utf8')).toBe(SECRET)
    free = await attempt(all, 'free')
  })

  it.each(named.map(([name]) => name))('%s', (name) => {
    expect(free[name]).toMatch(/^done: /)
    expect(confined[name]).not.toMatch(/^done: /)
  })

  it('may leave no core when it crashes, and cannot raise that limit', async () => {
    const limit = 'JSON.stringify(process.report.getReport().userLimits.core_file_size_blocks)'
    const script = `require('fs').writeSync(1, ${limit}); process.abort()`
    const { stdout, code } = await run([process.execPath, '-e', script], 'confined')
    expect(JSON.parse(stdout)).toEqual({ soft: 0, hard: 0 })
    expect(code).toBeGreaterThan(128) // a signal ended it
  })

  it('finds no descriptor that came along', async () => {
    const script = `
      const fs = require('fs'); const found = []
      for (let fd = 0; fd < 1024; fd += 1) try { if (fs.fstatSync(fd).isFile()) found.push(fd) } catch {}
      fs.writeSync(1, JSON.stringify(found))`
    expect((await run([process.execPath, '-e', script], 'confined')).stdout).toBe('[]')
  })
})

describe.skipIf(lack !== undefined || process.arch !== 'x64')('a system call of its own', () => {
  describe.each(Object.entries(SYSTEM_CALLS))('%s', (_mechanism, calls) => {
    it.each(Object.entries(calls))('%s', async (_name, { ends, ...call }) => {
      expect(ends).toContain(await rawCall(call, 'confined'))
    })
  })

  it.each(MADE_WITHOUT)('$number would be made without the wall', async (call) => {
    expect(await rawCall(call, 'free')).not.toBe(1)
  })
})

it.runIf(lack !== undefined)(`shows nothing at full confinement here: ${lack}`, ({ skip }) => skip())
