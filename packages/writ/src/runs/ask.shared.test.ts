import { mkdtemp, readdir, rm } from 'node:fs/promises'
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
