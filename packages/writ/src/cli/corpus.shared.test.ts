import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

let place: string
let simulator: Simulator | undefined
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-corpus-'))
  await write('docs/a.txt', 'Alpha mentions a patent.\n')
  await write('docs/b.txt', 'Beta mentions nothing of the kind.\n')
})
afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(place, path)), { recursive: true })
  await writeFile(join(place, path), content)
}

const writ = (args: readonly string[], input?: string): Promise<Ended> => runCommand(place, args, {}, input)
const packs = async (): Promise<string[]> =>
  (await readdir(join(place, '.writ', 'corpora', 'packs'))).filter((name) => name.endsWith('.pack'))
const password = 'correct-horse-battery-staple'
const token = `ghp_${'kXq7Rb2WmZ9pTf4Lc8Vh3Ns6Yd1Jg5Au0EoQ'}`

describe('ingest', () => {
  it('says in words what it took, left out and changed, and what it replaces', async () => {
    await write('docs/.env', `PASSWORD=${password}\n`)
    await write('docs/notes.txt', `The deploy token was ${token} until May.\n`)
    await write('docs/node_modules/m/index.js', '')
    const first = await writ(['ingest', 'docs', '--corpus', 'mine'])
    expect([first.err, first.code]).toEqual(['', 0])
    expect(first.out.split('\n')).toEqual([
      expect.stringMatching(/^mine: 3 documents, 133 bytes, 1 label, searchable after [\d.]+ m?s$/),
      '  left out .env: its name says that it holds keys or passwords',
      '  changed notes.txt: one secret (GitHub token) masked; the rest is there',
      '  A file that holds secrets is read when you name it, or with --include-secret.',
      '  passed over 1 node_modules directory',
      '',
    ])
    await rm(join(place, 'docs', 'notes.txt'))
    await rm(join(place, 'docs', 'b.txt'))
    const second = await writ(['ingest', 'docs', '--corpus', 'mine', '--include-secret', '.env'])
    expect(second.out.split('\n').slice(0, 2)).toEqual([
      expect.stringContaining('mine: 2 documents, 63 bytes, 1 label, searchable after '),
      expect.stringMatching(/^ {2}replaces 3 documents, 133 bytes, ingested 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/),
    ])
    const third = await writ(['ingest', 'docs/a.txt', '--corpus', 'mine', '--json'])
    const { documents, replaced } = JSON.parse(third.out) as {
      documents: number
      replaced: { documents: number; ingestedAt: string; firstIngestedAt: string }
    }
    expect([documents, replaced.documents]).toEqual([1, 2])
    expect(replaced.firstIngestedAt < replaced.ingestedAt).toBe(true)
    const listed = await writ(['corpus', 'ls'])
    expect(listed.out).toMatch(/^mine {2}1 document, 25 bytes {2}ingested .* UTC, first .* UTC\n$/)
  })

  it('takes standard input for -, once, in whatever encoding', async () => {
    const made = await writ(
      ['ingest', '-', 'docs', '--corpus', 'mine', '--json'],
      'Gamma mentions a patent.\n',
    )
    expect(JSON.parse(made.out)).toMatchObject({ documents: 3 })
    const asked = await writ(['ask', 'Which documents mention a patent?', '--corpus', 'mine', '--json'])
    expect((JSON.parse(asked.out) as { answer: string }).answer).toContain('stdin')
  })
})

describe('ask', () => {
  /** Everything that reached the model server, and the answer. */
  async function sent(args: readonly string[], input?: string): Promise<{ prompts: string; ended: Ended }> {
    const prompts: string[] = []
    const answer = sequence(['It says so.'])
    simulator = await startSimulator({
      script: (request) => {
        prompts.push(...request.messages.map(({ content }) => content))
        return answer(request)
      },
    })
    const flags = ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'direct', '--json']
    const ended = await writ(['ask', 'SIMTASK:t What is the password?', ...args, ...flags], input)
    return { prompts: prompts.join('\n'), ended }
  }

  it('sends no secret of a directory to the model server, and names what was left out', async () => {
    await write('docs/.env', `PASSWORD=${password}\n`)
    await write('docs/.env.production', `PASSWORD=${password}\n`)
    await write('docs/.ssh/id_ed25519', 'not even looked at')
    await write('docs/notes.txt', `The deploy token was ${token} until May.\n`)
    const { prompts, ended } = await sent(['docs'])
    expect(prompts).toContain('until May.')
    for (const secret of [password, token, 'looked at']) {
      expect(prompts).not.toContain(secret)
      expect(ended.out).not.toContain(secret)
    }
    const { omitted } = JSON.parse(ended.out) as { omitted: { doc: string; code: string; reason: string }[] }
    expect(omitted.map(({ doc, code }) => `${doc} ${code}`)).toEqual([
      '.env secret',
      '.env.production secret',
      '.ssh/id_ed25519 secret',
      'notes.txt masked',
    ])
    for (const { reason } of omitted) expect(reason).toMatch(/\w+ \w+/)
  })

  it('reads a file of keys that is named, and only that', async () => {
    await write('docs/.env', `PASSWORD=${password}\n`)
    await write('docs/.env.production', 'PASSWORD=another-one\n')
    const { prompts } = await sent(['docs', './docs/.env'])
    expect(prompts).toContain(password)
    expect(prompts).not.toContain('another-one')
  })

  it('reads none that a glob or a project file found', async () => {
    await write('docs/.env', `PASSWORD=${password}\n`)
    expect((await sent(['docs/{a.txt,.env}'])).prompts).not.toContain(password)
    await simulator?.stop()
    await write('writ.config.json', JSON.stringify({ paths: ['docs/.env', 'docs/a.txt'] }))
    const { prompts, ended } = await sent([])
    expect(prompts).toContain('Alpha')
    expect(prompts).not.toContain(password)
    expect(JSON.parse(ended.out)).toMatchObject({ omitted: [{ doc: '.env', code: 'secret' }] })
  })

  it('takes what may be read from the configuration of the user, never from that of a directory', async () => {
    await write('docs/.env', `PASSWORD=${password}\n`)
    await write('.config/writ/config.json', JSON.stringify({ includeSecret: ['.env'] }))
    expect((await sent(['docs'])).prompts).toContain(password)
    await simulator?.stop()
    await rm(join(place, '.config'), { recursive: true })
    await write('writ.config.json', JSON.stringify({ includeSecret: ['.env'] }))
    const { prompts, ended } = await sent(['docs'])
    expect(prompts).toBe('')
    expect(JSON.parse(ended.out)).toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining('--include-secret'),
    })
  })

  it('takes standard input for -, and leaves no copy behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('writ-'))
    const { prompts, ended } = await sent(['-'], 'The password is swordfish.\n')
    expect(prompts).toContain('swordfish')
    expect(ended.code).toBe(0)
    const after = (await readdir(tmpdir())).filter((name) => /^writ-[A-Za-z0-9]{6}$/.test(name))
    expect(after.filter((name) => !before.includes(name))).toEqual([])
  })
})

describe('corpus rm', () => {
  it('forgets a corpus and frees what nobody else uses', async () => {
    await writ(['ingest', 'docs', '--corpus', 'mine'])
    await writ(['ingest', 'docs', '--corpus', 'twin'])
    await writ(['ingest', 'docs/a.txt', '--corpus', 'asked'])
    expect(
      (await writ(['ask', 'Which documents mention a patent?', '--corpus', 'asked', '--quiet'])).code,
    ).toBe(0)
    expect(await packs()).toHaveLength(2)

    const unasked = await writ(['corpus', 'rm', 'mine'])
    expect([unasked.code, unasked.err]).toEqual([2, expect.stringContaining('nothing was done: add --yes')])
    expect((await writ(['corpus', 'ls'])).out).toContain('mine')
    const shared = await writ(['corpus', 'rm', 'mine', '--yes'])
    expect(shared.out).toContain('mine is removed; 0 bytes freed.\n')
    expect(shared.out).toContain('other corpora use them: 1 pack of its documents.')
    const last = await writ(['corpus', 'rm', 'twin', '--yes'])
    expect(last.out).toMatch(/^twin is removed; [\d,.]+ (bytes|KB) freed\.\n$/)
    expect(await packs()).toHaveLength(1)

    const used = await writ(['corpus', 'rm', 'asked', '--json', '--yes'])
    expect(JSON.parse(used.out)).toMatchObject({ name: 'asked', documents: 1, packsDeleted: 0, packsKept: 1 })
    expect(await packs()).toHaveLength(1)
    expect((await writ(['corpus', 'ls'])).out).toBe('There are no corpora in this home yet.\n')
    const unknown = await writ(['corpus', 'rm', 'mine'])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('UNKNOWN_CORPUS')])
  })

  it('frees nothing while runs cannot be listed, and says so', async () => {
    await writ(['ingest', 'docs', '--corpus', 'mine'])
    await writ(['ask', 'Which documents mention a patent?', '--corpus', 'mine', '--quiet'])
    const shard = join(place, '.writ', 'ledger', 'shard-0001.db')
    const file = await open(shard, 'r+')
    await file.write(Buffer.alloc(4096, 0xa5), 0, 4096, 0)
    await file.close()
    const removed = await writ(['corpus', 'rm', 'mine', '--yes'])
    expect([removed.code, removed.err]).toEqual([1, expect.stringContaining('LEDGER_DAMAGED')])
    expect(await packs()).toHaveLength(1)
    expect((await writ(['corpus', 'ls'])).out).toContain('mine')
    for (const name of ['last', '01a2', '01a21707-e4cc-701d-903f-e8afe14a1d5e']) {
      const shown = await writ(['show', name])
      expect([shown.code, shown.err]).toEqual([1, expect.stringContaining('LEDGER_DAMAGED')])
    }
    const listed = await writ(['runs'])
    expect([listed.code, listed.err]).toEqual([0, expect.stringContaining(`${shard} is damaged`)])
  })
})
