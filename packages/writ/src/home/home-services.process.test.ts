import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type HomeServices, homeServices } from './home-services.ts'

let place: string
let services: HomeServices

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-services-'))
  services = homeServices(join(place, 'home'), undefined)
})

afterEach(async () => {
  await services.close()
  await rm(place, { recursive: true })
})

it.each(['ledger', 'library', 'policy', 'signer', 'log'] as const)(
  'opens no %s once it is closed',
  async (name) => {
    await services.close()
    await expect(services[name]()).rejects.toMatchObject({ code: 'USAGE' })
    expect(existsSync(services.home)).toBe(false)
  },
)

it('gives nobody a service that it has closed', async () => {
  const ledger = await services.ledger()
  await Promise.all([services.close(), services.close()])
  await expect(services.ledger()).rejects.toMatchObject({ code: 'USAGE' })
  await expect(ledger.runs()).rejects.toMatchObject({ code: 'LEDGER_FAILED' })
})

it('opens a service once for everybody, and again where it could not be opened', async () => {
  expect(await services.ledger()).toBe(await services.ledger())
  const other = homeServices(join(place, 'other'), join(place, 'nowhere'))
  const first = other.policy()
  await expect(first).rejects.toMatchObject({ code: 'BAD_POLICY' })
  expect(other.policy()).not.toBe(first)
  await other.close()
})
