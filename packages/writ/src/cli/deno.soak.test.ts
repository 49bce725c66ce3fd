import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDeno } from '../confinement/find-deno.ts'
import { type Ended, startCommand } from './command.fixture.ts'

// What a user sees of Deno's confinement: where bubblewrap is taken away, and Deno is installed.

const PERSONAL = fileURLToPath(new URL('../policy/personal', import.meta.url))
const BUBBLEWRAP = '/usr/bin/bwrap'

const place = await mkdtemp(join(tmpdir(), 'writ-deno-'))
const found = findDeno()
const full = (await startCommand(place, ['doctor'])).out.includes('confinement full')
const lack = full ? ('lack' in found ? found.lack : undefined) : 'bubblewrap cannot be taken away here'

const writ = (...args: string[]): Promise<Ended> => startCommand(place, args)
const without = (...args: string[]): Promise<Ended> =>
  startCommand(place, args, {
    within: [BUBBLEWRAP, '--dev-bind', '/', '/', '--ro-bind', '/dev/null', BUBBLEWRAP, '--'],
  })

const ASK = ['ask', 'Which mention a patent?', 'docs', '--json']
const runOf = ({ out }: Ended): string => (JSON.parse(out) as { run: string }).run

beforeAll(async () => {
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n'.repeat(300))
  for (const level of ['full', 'filtered']) {
    await cp(PERSONAL, join(place, level), { recursive: true })
    const path = join(place, level, 'facts.json')
    const facts = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({ ...facts, confinement: level }))
  }
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe.skipIf(lack !== undefined)('a run whose cells Deno confines', () => {
  let run: string
  beforeAll(async () => {
    run = runOf(await without(...ASK))
  })

  it('is what doctor says, with what is missing and what it does not stop', async () => {
    expect((await without('doctor')).out).toContain(
      'confinement filtered (bubblewrap is not installed): quickjs-wasi → worker-thread → deno permissions → seccomp; that files are not read rests on Deno alone',
    )
  })

  it('is recorded, shown, verified, and the same when it is done again behind either wall', async () => {
    expect((await writ('show', run)).out).toContain('confined: filtered (quickjs-wasi in')
    expect(await writ('verify', run)).toMatchObject({ code: 0 })
    expect(await writ('replay', run)).toMatchObject({ code: 0 })
    expect(await without('replay', run)).toMatchObject({ code: 0 })
    expect(await without('replay', runOf(await writ(...ASK)))).toMatchObject({ code: 0 })
  })

  it('is what policy permits or not', async () => {
    expect(await without(...ASK, '--policy', 'filtered')).toMatchObject({ code: 0 })
    expect(await writ(...ASK, '--policy', 'filtered')).toMatchObject({ code: 0 })
    const refused = await without(...ASK, '--policy', 'full')
    expect(refused).toMatchObject({ code: 3 })
    expect(refused.out + refused.err).toContain('permits full confinement of guest code only')
  })
})

it.runIf(lack !== undefined)(`is not shown here: ${lack}`, ({ skip }) => skip())
