import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// What writes a run in other forms, as a user starts it. The model is the built-in extractive one.

const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))

let place: string
let run: string

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function writ(args: readonly string[], stopAfter = Number.POSITIVE_INFINITY): Promise<Ended> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: place,
    env: { PATH: process.env.PATH ?? '', HOME: place },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    if (out.length > stopAfter) child.stdout.destroy()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
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
    expect(await writ(['export', run, '--format', 'jsonl', '--out', file])).toEqual({
      code: 0,
      out: '',
      err: '',
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
    expect(await writ(['export', run, '--format', 'jsonl', '--payloads'], 1_000)).toMatchObject({
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
  })
})
