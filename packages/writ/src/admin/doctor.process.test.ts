import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Library } from '@writ/contract'
import { afterAll, beforeAll, expect, it, type Mock, vi } from 'vitest'
import { homeServices } from '../home/home-services.ts'
import { checkHome } from './doctor.ts'

// The real library, whose stores cannot search: what they come to where ripgrep is missing.
const closings = vi.hoisted((): Mock[] => [])
vi.mock('../memory/index.ts', async (original) => {
  const real = await original<typeof import('../memory/index.ts')>()
  return { ...real, openLibrary: async (home: string) => unsearchable(await real.openLibrary(home)) }
})

function unsearchable(library: Library): Library {
  const open = library.open.bind(library)
  vi.spyOn(library, 'open').mockImplementation(async (request) => {
    const store = await open(request)
    vi.spyOn(store, 'grep').mockRejectedValue(new Error('no ripgrep'))
    closings.push(vi.spyOn(store, 'close'))
    return store
  })
  closings.push(vi.spyOn(library, 'close'))
  return library
}

let place: string
const { TMPDIR } = process.env
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-checked-'))
  process.env.TMPDIR = place
})
afterAll(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
  await rm(place, { recursive: true })
})

it('closes what a failed check opened, and leaves nothing but the home', async () => {
  const services = homeServices(join(place, 'home'), undefined)
  const findings = await checkHome(services)
  await services.close()
  expect(findings.map(({ name }) => name)).toEqual([
    'sandbox',
    'python',
    'tables',
    'documents',
    'policy',
    'memory',
    'ledger',
  ])
  expect(findings.filter(({ ok }) => !ok)).toMatchObject([
    { name: 'memory', detail: expect.stringContaining('no ripgrep') },
  ])
  expect(closings.map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  expect(await readdir(place)).toEqual(['home'])
})
