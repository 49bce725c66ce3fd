import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Sandbox } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openPython } from '../python/open-python.ts'
import { inVm } from '../python/python-vm.fixture.ts'
import { pythonAttacks } from './python-code.fixture.ts'
import { PYTHON_FORGERIES } from './python-forgeries.fixture.ts'

// The attempts that matter most, in one frame; `python-code.soak.test.ts` makes all of them.

const lack = await fullyConfined()
const SECRET = 'sk-writ-python-escape-test'
const WAYS = [
  'the module of JavaScript',
  'the module of the engine',
  'code of JavaScript',
  'the bridge behind a function of the host',
  'a file of the machine',
  'the environment',
  'a connection',
  'another process',
  'what the system tells of processes',
]
/** `python-forgeries.soak.test.ts` tries the others. */
const TELLING = ['the clock behind a date of the host', 'the places and the text of the code around it']

let sandbox: Sandbox
let place: string
let connections = 0
const server = createServer((socket) => {
  connections += 1
  socket.end(SECRET)
})

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-python-escape-'))
  await writeFile(join(place, 'secret'), SECRET)
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  process.env.WRIT_ESCAPE_TEST = SECRET
  if (lack === undefined) sandbox = await openPython()
})
afterAll(async () => {
  await sandbox?.close()
  server.close()
  delete process.env.WRIT_ESCAPE_TEST
  await rm(place, { recursive: true, force: true })
})

describe.skipIf(lack !== undefined)('Python of a model', () => {
  it('gets nothing of this machine by the ways that lead out of the interpreter', async () => {
    const { port } = server.address() as { readonly port: number }
    const attacks = pythonAttacks({ file: join(place, 'secret'), directory: place, port, pid: process.pid })
    const codes = WAYS.flatMap((way) => attacks[way] ?? [])
    expect(codes.length).toBeGreaterThan(30)
    const results = await inVm(sandbox, codes)
    expect(codes.filter((_, n) => results[n]?.finalJson !== undefined)).toEqual([])
    expect(JSON.stringify(results)).not.toContain(SECRET)
    expect(connections).toBe(0)
  })

  it.each(TELLING)('sees nothing that differs from one time to the next: %s', async (mechanism) => {
    for (const cells of PYTHON_FORGERIES[mechanism] ?? []) {
      const first = await inVm(sandbox, cells)
      expect(await inVm(sandbox, cells)).toEqual(first)
      expect(JSON.stringify(first)).not.toContain(dirname(import.meta.dirname))
    }
  })
})
