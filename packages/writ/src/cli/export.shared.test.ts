import { execFileSync, spawn } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearedBundle } from '../runs/cleared-bundle.fixture.ts'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

// What writes a run in other forms. The model is the built-in extractive one.

const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))

let place: string
let run: string

const writ = (args: readonly string[]): Promise<Ended> => runCommand(place, args)

/** Runs it in a process of its own, whose output is read no further than so many characters. */
function readUpTo(characters: number, args: readonly string[]): Promise<Omit<Ended, 'out' | 'tookMs'>> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: place,
    env: { PATH: process.env.PATH ?? '', HOME: place },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [read, err] = [0, '']
  child.stdout.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > characters) child.stdout.destroy()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })))
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-cli-export-'))
  await writeFile(join(place, 'a.txt'), 'Alpha mentions a patent.\n'.repeat(3_000))
  await writeFile(join(place, 'b.txt'), 'Beta mentions nothing of the kind.\n'.repeat(3_000))
  const asked = await writ(['ask', 'Which mention patents?', 'a.txt', 'b.txt', '--json'])
  run = (JSON.parse(asked.out) as { run: string }).run
})

afterAll(async () => {
  await rm(place, { recursive: true, force: true })
})

describe('writ export --format jsonl', () => {
  it('writes a run to stdout or, whole and for its owner only, to a file', async () => {
    const shown = await writ(['export', run, '--format', 'jsonl'])
    expect(shown).toMatchObject({ code: 0, err: '' })
    const file = join(place, 'run.jsonl')
    expect(await writ(['export', run, '--format', 'jsonl', '--out', file])).toMatchObject({
      code: 0,
      out: '',
      err: `written to ${file}\n`,
    })
    expect(await readFile(file, 'utf8')).toBe(shown.out)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readdir(place)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('writes the run of an evidence file', async () => {
    const { out } = await writ(['export', run, '--format', 'jsonl'])
    const evidence = join('.writ', 'runs', `${run}.writ`)
    expect((await writ(['export', evidence, '--format', 'jsonl'])).out).toBe(out)
  })

  it('ends quietly when its reader stops reading', async () => {
    expect(await readUpTo(1_000, ['export', run, '--format', 'jsonl', '--payloads'])).toMatchObject({
      code: 1,
      err: '',
    })
  })

  it('refuses another format, a run or a file that is not there, and a place that cannot be written', async () => {
    expect(await writ(['export', run, '--format', 'xml'])).toMatchObject({ code: 2, out: '' })
    expect(await writ(['export', run])).toMatchObject({ code: 2, out: '' })
    const none = run.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect(await writ(['export', none, '--format', 'jsonl'])).toMatchObject({ code: 2, out: '' })
    expect(await writ(['export', 'none.writ', '--format', 'jsonl'])).toMatchObject({ code: 2, out: '' })
    const out = join(place, 'none', 'run.jsonl')
    const refused = await writ(['export', run, '--format', 'jsonl', '--out', out])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain(out)
    expect(refused.err).not.toContain('.tmp')
    const directory = await writ(['export', run, '--format', 'jsonl', '--out', place])
    expect(directory).toMatchObject({ code: 2, out: '' })
    expect(directory.err).toContain('is a directory: name a file')
  })

  it('replaces what a link names, and writes into a pipe', async () => {
    const { out } = await writ(['export', run, '--format', 'jsonl'])
    const [file, link, pipe] = ['kept.jsonl', 'link', 'pipe'].map((name) => join(place, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(file, 'what was there')
    await symlink(file, link)
    await writ(['export', run, '--format', 'jsonl', '--out', link])
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    expect(await readFile(file, 'utf8')).toBe(out)
    execFileSync('mkfifo', [pipe])
    const [read, written] = await Promise.all([
      readFile(pipe, 'utf8'),
      writ(['export', run, '--format', 'jsonl', '--out', pipe]),
    ])
    expect([read, written.code]).toEqual([out, 0])
    expect((await lstat(pipe)).isFIFO()).toBe(true)
  })
})

describe('writ export --profile', () => {
  it('makes a replay file that another machine does again from the file and the trust root', async () => {
    const out = join(place, 'run.writ')
    expect(await writ(['export', run, '--profile', 'replay', '--out', out])).toMatchObject({
      code: 0,
      err: '',
    })
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    const away = await mkdtemp(join(tmpdir(), 'writ-cli-away-'))
    const [file, trust] = [join(away, 'run.writ'), join(away, 'trust.json')]
    await writeFile(file, await readFile(out))
    await writeFile(trust, await readFile(join(place, '.writ', 'trust.json')))
    const given = ['--trust', trust, '--home', join(away, 'home')]
    const replayed = await writ(['replay', file, ...given, '--json'])
    expect(replayed).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(replayed.out)).toMatchObject({ outcome: 'IDENTICAL', at: null })
    const verified = await writ(['verify', file, ...given])
    expect(verified.out).toContain('✓ REPLAY')
    expect(verified.code).toBe(0)
    expect(await readdir(away)).not.toContain('home')
    await rm(away, { recursive: true })
  })

  it('closes fields of a proof file, and says which', async () => {
    const out = join(place, 'closed.writ')
    const made = await writ(['export', run, '--profile', 'proof', '--redact', 'question', '--out', out])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toContain('0/0/run.open/question')
    const verified = await writ(['verify', out, '--home', join(place, '.writ')])
    expect(verified.out).toContain('redacted: 0/0/run.open/question')
  })

  it.each([
    ['another profile', ['--profile', 'full', '--out', 'x.writ']],
    ['no file to write', ['--profile', 'proof']],
    ['a format as well', ['--profile', 'proof', '--format', 'jsonl', '--out', 'x.writ']],
    ['redaction of another form', ['--redact', 'question', '--format', 'jsonl']],
  ])('refuses %s', async (_, flags) => {
    expect(await writ(['export', run, ...flags])).toMatchObject({ code: 2, out: '' })
    expect(await readdir(place)).not.toContain('x.writ')
  })

  it('ends with 3 where policy lets no payload leave', async () => {
    await clearedBundle(join(place, 'cleared'), 'secret')
    const cleared = ['--label', 'secret', '--policy', 'cleared', '--strategy', 'recurse', '--json']
    const asked = await writ(['ask', 'Which mention patents?', 'a.txt', ...cleared])
    const { run: secret } = JSON.parse(asked.out) as { run: string }
    const refused = await writ(['export', secret, '--profile', 'replay', '--out', 'secret.writ'])
    expect(refused.code).toBe(3)
    expect(refused.err).toContain('POLICY_DENIED')
    expect(await readdir(place)).not.toContain('secret.writ')
  })
})
