import { createSocket } from 'node:dgram'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { escapeAttempts } from './escaped-child.fixture.ts'

const SECRET = 'sk-writ-escape-test'

/** What there is to get, and every attempt at it by its mechanism and name. */
export interface EscapeScene {
  readonly attempts: Readonly<Record<string, string>>
  /** Whether nothing has left or been changed. */
  untouched(): Promise<boolean>
  close(): Promise<void>
}

/** Sets up secrets, files that can be changed, and servers that answer. */
export async function openEscapeScene(): Promise<EscapeScene> {
  const abstract = `\0writ-escape-${process.pid}`
  const place = await mkdtemp(join(tmpdir(), 'writ-escape-'))
  const servers: Server[] = []
  const listen = async (
    on: { port: number; host?: string } | { path: string },
  ): Promise<AddressInfo | string> => {
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
  const attempts = escapeAttempts({
    place,
    secret: SECRET,
    administrator: process.getuid?.() === 0,
    parent: { pid: process.pid, descriptor, host: hostname() },
    servers: { port, abstract, datagrams: udp.address().port },
    address: Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address,
  })
  return {
    attempts: Object.fromEntries(
      Object.entries(attempts).flatMap(([mechanism, codes]) =>
        Object.entries(codes).map(([name, code]) => [`${mechanism}: ${name}`, code]),
      ),
    ),
    untouched: async () =>
      datagrams.length === 0 && (await readFile(join(place, 'victim'), 'utf8')) === SECRET,
    close: async () => {
      closeSync(descriptor)
      udp.close()
      for (const server of servers) server.close()
      delete process.env.WRIT_ESCAPE_TEST
      await rm(place, { recursive: true, force: true })
    },
  }
}
