import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HomeServices, homeServices } from '../home/home-services.ts'
import { SandboxPool } from '../sandbox/index.ts'
import { ask } from './ask.ts'

let home: string
let services: HomeServices

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-ask-'))
  services = homeServices(home, undefined)
})

afterEach(async () => {
  await services.close()
  await rm(home, { recursive: true })
})

/** Says when a sandbox is about to be handed out. */
class TellingPool extends SandboxPool {
  readonly #tell: () => void

  constructor(tell: () => void) {
    super()
    this.#tell = tell
  }

  override async open(): Promise<Sandbox> {
    const sandbox = await super.open()
    this.#tell()
    return sandbox
  }
}

it.each(['signal', 'suspend'] as const)(
  'opens no run once its %s was given while it waited for a sandbox',
  async (how) => {
    const stop = new AbortController()
    const sandboxes = new TellingPool(() => stop.abort(new Error('enough')))
    const asked = { query: 'How many?', context: 'one', [how]: stop.signal }
    await expect(ask({ ...services, sandboxes }, {}, asked)).rejects.toThrow(
      how === 'signal' ? 'interrupted' : 'enough',
    )
    await sandboxes.close()
    expect(await (await services.ledger()).runs()).toEqual([])
  },
)

it('makes nothing in a directory that is there before everything asked is checked', async () => {
  const asked = { query: 'How many?', context: 'one' }
  await expect(ask(services, { model: 'nobody/knows' }, asked)).rejects.toMatchObject({
    code: 'UNKNOWN_MODEL',
  })
  expect(await readdir(home)).toEqual([])
})

it.each<[string, string, (path: string) => Promise<unknown>]>([
  ['its evidence', 'EVIDENCE_UNWRITABLE', (path) => writeFile(join(path, 'runs'), 'no directory')],
  ['its log', 'LOG_FAILED', (path) => writeFile(join(path, 'log'), 'no directory')],
])('gives up reading where %s cannot be written', async (_what, code, harm) => {
  await harm(home)
  const library = await services.library()
  /** Reads as long as it may. */
  const open: typeof library.open = async ({ signal = new AbortController().signal }) => {
    if (!signal.aborted) await once(signal, 'abort')
    throw signal.reason
  }
  const reading = { ...services, library: async () => ({ ...library, open }) }
  await expect(ask(reading, {}, { query: 'How many?', context: 'one' })).rejects.toMatchObject({ code })
})
