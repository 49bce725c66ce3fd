import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox, Vm } from '@writ/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fullyConfined } from '../fully-confined.fixture.ts'
import { openPython } from '../python/open-python.ts'
import { python, pythonOptions, shownBy } from '../python/python-vm.fixture.ts'
import { echo, type Host } from '../vm-fixture.ts'
import { pythonAttacks } from './python-code.fixture.ts'

// What Python of a model may try, against a sandbox as it is. Whatever an attempt does, it gets nothing, and the frame is as it
// was before.

const lack = await fullyConfined()
const SECRET = 'sk-writ-python-escape-test'
const place = await mkdtemp(join(tmpdir(), 'writ-python-escape-'))
let connections = 0
const server = createServer((socket) => {
  connections += 1
  socket.on('error', () => undefined).end(SECRET)
})
await new Promise<void>((resolve) => server.listen({ port: 0, host: '0.0.0.0' }, resolve))
const { port } = server.address() as AddressInfo
await writeFile(join(place, 'secret'), SECRET)
process.env.WRIT_ESCAPE_TEST = SECRET

const ATTACKS = pythonAttacks({ file: join(place, 'secret'), directory: place, port, pid: process.pid })

let sandbox: Sandbox
/** A frame that tries nothing. */
let other: Vm

beforeAll(async () => {
  if (lack !== undefined) return
  sandbox = await openPython()
  other = await sandbox.open(pythonOptions({ name: 'other' }))
  await python(other, 'kept = [1, "two"]')
})
afterAll(async () => {
  await sandbox?.close()
  server.close()
  delete process.env.WRIT_ESCAPE_TEST
  await rm(place, { recursive: true, force: true })
})

/** Answers what the host would answer, and refuses a function that it does not have. */
const host: Host = (call) =>
  ['read', 'docs', 'search', 'llm_query', 'llm_query_batched'].includes(call.name) ? echo(call) : undefined

describe.skipIf(lack !== undefined)('Python of a model', () => {
  it('tries thirty mechanisms at least', () => {
    expect(Object.keys(ATTACKS).length).toBeGreaterThanOrEqual(30)
  })

  describe.each(Object.entries(ATTACKS))('gets nothing by %s', (_mechanism, codes) => {
    let vm: Vm
    beforeAll(async () => {
      vm = await sandbox.open(pythonOptions())
      await python(vm, 'kept = [1, "two"]')
    })
    afterAll(() => vm.close())

    it.each(codes.map((code) => [code]))('%s', async (code) => {
      const result = await python(vm, code, { backstopMs: 3_000, calls: 500 }, host)
      expect(result.finalJson).toBeUndefined()
      expect(JSON.stringify(result)).not.toContain(SECRET)
      expect(result.outcome).not.toBe('cancelled')
      for (const frame of [vm, other]) expect(await shownBy(frame, 'kept')).toBe("[1, 'two']")
      expect(await shownBy(other, 'read("a")["name"]')).toBe('read')
      expect(connections).toBe(0)
      expect([join(place, 'covert'), '/dev/shm/covert-writ'].filter(existsSync)).toEqual([])
    })
  })

  it('finds nothing of another frame', async () => {
    const vm = await sandbox.open(pythonOptions())
    await python(
      vm,
      'mine = 1\nimport os\nopen("/tmp/covert", "w").write("x")\nos.environ["COVERT"] = "x"\nimport math\nmath.covert = "x"',
    )
    const looks =
      'import math, os\n[os.path.exists("/tmp/covert"), "COVERT" in os.environ, hasattr(math, "covert"), "mine" in globals()]'
    expect(await shownBy(other, looks)).toBe('[False, False, False, False]')
    await vm.close()
  })
})
