import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDeno } from '../confinement/find-deno.ts'
import { type Ended, startCommand } from './command.fixture.ts'

// What a user sees of the confinement, where bubblewrap is there and where it is not. It is taken away by itself: the
// command runs where its place holds no program.

const PERSONAL = fileURLToPath(new URL('../policy/personal', import.meta.url))
const BUBBLEWRAP = '/usr/bin/bwrap'

const place = await mkdtemp(join(tmpdir(), 'writ-confined-'))
const doctor = await startCommand(place, ['doctor'])
const full = doctor.out.includes('confinement full')
/** Where Deno is installed too, it is what takes the place of bubblewrap: `deno.soak.test.ts` is about that. */
const lacking = 'lack' in findDeno()

const writ = (...args: string[]): Promise<Ended> => startCommand(place, args)

/** The same where bubblewrap is not installed. */
const without = (...args: string[]): Promise<Ended> =>
  startCommand(place, args, {
    within: [BUBBLEWRAP, '--dev-bind', '/', '/', '--ro-bind', '/dev/null', BUBBLEWRAP, '--'],
  })

const ASK = ['ask', 'Which mention a patent?', 'docs', '--json']
const STRICT = ['--policy', 'strict']

const runOf = ({ out }: Ended): string => (JSON.parse(out) as { run: string }).run

/** A step of a run that it can be forked at. */
async function stepOf(run: string): Promise<string> {
  const { steps } = JSON.parse((await writ('show', run, '--json')).out) as {
    steps: { lane: string; n: number; kind: string }[]
  }
  const step = steps.find(({ kind }) => kind === 'context.search' || kind === 'context.read')
  return `${step?.lane}/${step?.n}`
}

beforeAll(async () => {
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n'.repeat(300))
  await cp(PERSONAL, join(place, 'strict'), { recursive: true })
  const path = join(place, 'strict', 'facts.json')
  const { confinement, ...facts } = JSON.parse(await readFile(path, 'utf8')) as { confinement: string }
  expect(confinement).toBe('reduced')
  await writeFile(path, JSON.stringify(facts))
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe.skipIf(!full || !lacking)('the confinement of a run', () => {
  let strong: string
  let weak: string
  beforeAll(async () => {
    strong = runOf(await writ(...ASK))
    weak = runOf(await without(...ASK))
  })

  it('is what doctor says, with what is missing', async () => {
    expect(doctor.out).toContain(
      'confinement full: quickjs-wasi → worker-thread → node --permission → seccomp → bubblewrap',
    )
    expect((await without('doctor')).out).toContain(
      'confinement reduced (bubblewrap is not installed; deno 2.9.5 is not installed): quickjs-wasi → worker-thread → node --permission; that no socket',
    )
  })

  it('is recorded, and shown', async () => {
    expect((await writ('show', strong)).out).toContain('confined: full (quickjs-wasi in')
    expect((await writ('show', weak)).out).toContain('confined: reduced (quickjs-wasi in')
    for (const run of [strong, weak]) expect((await writ('verify', run)).code).toBe(0)
  })

  it('has to be full unless the bundle permits less', async () => {
    const before = (await writ('runs', '--json')).out
    const refused = await without(...ASK, ...STRICT)
    expect(refused).toMatchObject({ code: 3 })
    expect(refused.out + refused.err).toContain('CONFINEMENT_REDUCED')
    expect(refused.out + refused.err).toContain('bubblewrap is not installed')
    expect((await writ('runs', '--json')).out).toBe(before)
    expect(await writ(...ASK, ...STRICT)).toMatchObject({ code: 0 })
  })

  it('is never less when a run is taken up again', async () => {
    const refused = await without('fork', strong, '--at', await stepOf(strong), '--json')
    expect(refused.out + refused.err).toContain('RESUME_MISMATCH')
    const forked = await writ('fork', weak, '--at', await stepOf(weak), '--json')
    expect(forked).toMatchObject({ code: 0 })
    expect((await writ('show', runOf(forked))).out).toContain('confined: reduced')
  })
})
