import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inDocuments } from './in-documents.fixture.ts'

// What the command says to what it cannot take, and to directories that others have written.

const here = inDocuments()
const { writ } = here

describe('bad input', () => {
  const ask = (...args: string[]): string[] => ['ask', 'What?', ...args, '--json']

  it.each([
    ['a missing path', ask('no-such-path'), 'PATH_NOT_FOUND', 2],
    ['a glob that matches nothing', ask('docs/*.pdf'), 'PATH_NOT_FOUND', 2],
    ['no paths', ask(), 'USAGE', 2],
    ['an unknown model', ask('docs', '--model', 'nobody/nothing'), 'UNKNOWN_MODEL', 2],
    [
      'a cost limit without a price',
      ask('docs', '--model', 'x', '--base-url', 'http://127.0.0.1:1', '--max-cost', '1'),
      'UNKNOWN_PRICE',
      2,
    ],
    ['an unknown corpus', ask('--corpus', 'none'), 'UNKNOWN_CORPUS', 2],
    ['an unknown user', ask('docs', '--as', 'nobody-at-all'), 'UNKNOWN_USER', 2],
    ['an unknown purpose', ask('docs', '--purpose', 'none'), 'UNKNOWN_PURPOSE', 2],
    ['an unknown strategy', ask('docs', '--strategy', 'guess'), 'USAGE', 2],
    ['a missing schema', ask('docs', '--schema', 'none.json'), 'PATH_NOT_FOUND', 2],
    ['a schema that is no JSON', ask('docs', '--schema', 'docs/a.txt'), 'BAD_SCHEMA', 2],
    ['a value file of no known form', ask('docs', '--out-value', 'value.xlsx'), 'USAGE', 2],
    ['a label that is none', ask('docs', '--label', 'hush'), 'BAD_LABEL', 2],
    ['a missing policy', ask('docs', '--policy', 'none'), 'BAD_POLICY', 2],
    ['a number that is none', ask('docs', '--max-calls', 'many'), 'USAGE', 2],
    ['an unknown option', ask('docs', '--no-such-option'), 'USAGE', 2],
    ['an unknown command', ['undo', 'x', '--json'], 'USAGE', 2],
    ['a replay of an unknown run', ['replay', 'none', '--json'], 'UNKNOWN_RUN', 2],
    ['a diff with an unknown run', ['diff', 'none', 'none', '--json'], 'UNKNOWN_RUN', 2],
    ['an unknown run', ['show', 'none', '--json'], 'UNKNOWN_RUN', 2],
    ['a missing evidence file', ['verify', 'none.writ', '--json'], 'EVIDENCE_UNREADABLE', 2],
    [
      'a here.place for evidence that does not exist',
      ask('docs', '--out', 'none/run.writ'),
      'EVIDENCE_UNWRITABLE',
      1,
    ],
  ])('%s', async (_, args, code, exit) => {
    const ended = await writ(args)
    expect(JSON.parse(ended.out)).toMatchObject({
      schema: 'writ.error/1',
      code,
      next: expect.stringMatching(/\w/),
    })
    expect(ended.code).toBe(exit)
  })

  it.each([
    [['undo'], 'Run `writ --help` to see commands and options.'],
    [['corpora', '--help'], 'Run `writ --help` to see commands and options.'],
    [['corpora', '-h', '--quiet'], 'Run `writ --help` to see commands and options.'],
    [['help', 'corpora'], 'Run `writ --help` to see commands and options.'],
    [['ask', 'Who?', 'docs', '--no-such-option'], 'Run `writ ask --help` to see what it takes.'],
    [['ask', ' ', 'docs'], 'Run `writ ask --help` to see what it takes.'],
    [['abort', 'last'], 'Run `writ abort --help` to see what it takes.'],
    [['corpus', 'rm'], 'Run `writ corpus rm --help` to see what it takes.'],
  ])('names the help of the command: %j', async (args, next) => {
    const { err, code } = await writ(args)
    expect([err.trimEnd().split('\n').at(-1), code]).toEqual([next, 2])
  })

  it('shows the help of a command and of all of them', async () => {
    const all = await writ(['--help'])
    expect([all.code, (await writ(['help'])).out]).toEqual([0, all.out])
    const [one, other] = [await writ(['corpus', '--help']), await writ(['help', 'corpus'])]
    expect([one.code, other.code, other.out]).toEqual([0, 0, one.out])
    expect(one.out).toContain('Usage: writ corpus')
  })

  it('says what is wrong with a malformed policy, and where', async () => {
    await mkdir(join(here.place, 'bundle'))
    await writeFile(join(here.place, 'bundle', 'broken.cedar'), 'permit (principal, action\n')
    const ended = await writ(ask('docs', '--policy', 'bundle'))
    expect(ended.code).toBe(2)
    expect(JSON.parse(ended.out)).toMatchObject({
      code: 'BAD_POLICY',
      message: expect.stringContaining('broken.cedar'),
    })
  })

  it('leaves out what it cannot decode, and fails only when nothing is left', async () => {
    await mkdir(join(here.place, 'mixed'))
    await writeFile(join(here.place, 'mixed', 'bad.txt'), Buffer.from([0x61, 0x81, 0x8d, 0x62]))
    const nothing = await writ(ask('mixed'))
    expect(JSON.parse(nothing.out)).toMatchObject({ code: 'EMPTY_CORPUS' })
    await writeFile(join(here.place, 'mixed', 'good.txt'), 'A patent is mentioned here.\n')
    await writeFile(join(here.place, 'mixed', 'image.bin'), Buffer.from([0, 1, 2]))
    const some = await writ(['ask', 'Which documents mention a patent?', 'mixed', '--json'])
    const { omitted } = JSON.parse(some.out) as { omitted: { doc: string; code: string }[] }
    expect(omitted).toMatchObject([
      { doc: 'bad.txt', code: 'undecodable' },
      { doc: 'image.bin', code: 'binary' },
    ])
  })

  it('refuses a readable file that is no evidence with 6', async () => {
    const ended = await writ(['verify', join('docs', 'a.txt'), '--json'])
    expect(ended.code).toBe(6)
    expect(JSON.parse(ended.out)).toMatchObject({ ok: false })
  })

  it('refuses a home that cannot be one, before anything else', async () => {
    await writeFile(join(here.place, 'file'), '')
    const ended = await writ(ask('docs', '--home', 'file'))
    expect(JSON.parse(ended.out)).toMatchObject({ code: 'HOME_UNUSABLE' })
    const ingested = await writ(['ingest', 'docs', '--corpus', 'mine', '--home', '/proc/none', '--json'])
    expect(JSON.parse(ingested.out)).toMatchObject({ code: 'HOME_UNUSABLE' })
  })
})

describe('a directory of somebody else', () => {
  const ask = ['ask', 'Which of these documents mention patents?', '--json']

  it.each([
    ['baseUrl', { baseUrl: 'http://127.0.0.1:1/v1' }, 'baseUrl'],
    ['a paid model', { model: 'openai/gpt-5' }, 'model'],
    ['prices of nothing', { prices: { 'any/model': '0/0' } }, 'prices'],
    ['a policy', { policy: 'bundle' }, 'policy'],
    ['a user', { user: 'root' }, 'user'],
    ['a purpose', { purpose: 'anything' }, 'purpose'],
    ['trust', { labels: [{ glob: '**', label: 'public', trusted: true }] }, 'labels.0.trusted'],
  ])('cannot set %s', async (_, config, field) => {
    await writeFile(join(here.place, 'writ.config.json'), JSON.stringify(config))
    const ended = await writ([...ask, 'docs'])
    const message = expect.stringMatching(new RegExp(`writ\\.config\\.json: ${field} .*user configuration`))
    expect([ended.code, JSON.parse(ended.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    ])
  })

  it.each(['..', '/etc/hostname', '../*', 'link/*'])('cannot name %s as what to ask over', async (path) => {
    await mkdir(join(here.place, 'project'))
    await symlink(join(here.place, 'docs'), join(here.place, 'project', 'link'))
    await writeFile(join(here.place, 'project', 'writ.config.json'), JSON.stringify({ paths: [path] }))
    const ended = await writ(ask, { cwd: join(here.place, 'project') })
    const message = expect.stringContaining('leads out of the project directory')
    expect([ended.code, JSON.parse(ended.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    ])
  })

  it('may name what is in it, under a user configuration that may say everything', async () => {
    await mkdir(join(here.place, 'settings', 'writ', 'bundle'), { recursive: true })
    const user = join(here.place, 'settings', 'writ', 'config.json')
    const forbid = 'forbid (principal, action, resource);'
    await writeFile(join(here.place, 'settings', 'writ', 'bundle', 'deny.cedar'), forbid)
    await writeFile(user, JSON.stringify({ policy: 'bundle', labels: [{ glob: '**', label: 'public' }] }))
    await writeFile(join(here.place, 'writ.config.json'), JSON.stringify({ paths: ['do*'] }))
    expect((await writ(ask)).code).toBe(0)
    const env = { XDG_CONFIG_HOME: join(here.place, 'settings') }
    expect((await writ(ask, { env })).code).toBe(3)
  })

  it('shows its names and texts on a terminal without being obeyed', async () => {
    const evil = 'Alpha\u001b]0;owned\u0007 mentions a \u009b2Jpatent \u202e.\n'
    await writeFile(join(here.place, 'docs', 'c\u001b[2J.txt'), evil.repeat(20))
    await writeFile(join(here.place, 'docs', 'd\u001b[2J.txt'), Buffer.from([0x81, 0x8d]))
    const obeyed = /[\p{Cc}\u202e]/u
    const question = 'Which mention a \u001b[31mpatent?'
    const asked = await writ(['ask', question, 'docs'])
    const { runs } = JSON.parse((await writ(['runs', '--json'])).out) as { runs: { run: string }[] }
    const shown = [
      asked,
      await writ(['show', runs[0]?.run ?? '']),
      await writ(['runs']),
      await writ(['ingest', 'docs', '--corpus', 'mine']),
      await writ(['ask', 'What?', 'no\u001b[2Jsuch']),
    ]
    for (const { out, err } of shown) {
      expect(`${out}${err}`, out + err).toContain('\\u001b')
      expect(`${out}${err}`.replaceAll('\n', '')).not.toMatch(obeyed)
    }
  })
})

describe('the launcher', () => {
  it('says what to do on a Node that is too old, and does nothing else', async () => {
    const older = `Object.defineProperty(process.versions,'node',{value:'20.20.2'});Object.defineProperty(process,'version',{value:'v20.20.2'})`
    const ended = await here.start(['doctor'], {
      node: ['--import', `data:text/javascript,${encodeURIComponent(older)}`],
    })
    expect(ended.code).toBe(2)
    expect(ended.err).toContain('needs Node 24')
    expect(ended.err).toContain('v20.20.2')
    expect(ended.out).toBe('')
  })

  it('finds this machine in order', async () => {
    const home = join(here.place, '.writ')
    for (const said of [`${home} (made on first use)`, home]) {
      const ended = await writ(['doctor', '--json'])
      expect(JSON.parse(ended.out)).toMatchObject({ ok: true, home: said })
      expect(ended.code).toBe(0)
    }
  })

  it('lists what exists and not what does not', async () => {
    const { out, code } = await writ(['--help'])
    expect(code).toBe(0)
    for (const command of [
      'ask',
      'verify',
      'show',
      'runs',
      'replay',
      'diff',
      'ingest',
      'corpus',
      'erase',
      'resume',
      'abort',
      'export',
      'report',
      'keys',
      'hold',
      'log',
      'witness',
      'doctor',
    ])
      expect(out).toContain(command)
    for (const absent of ['approvals', 'completion']) expect(out).not.toContain(absent)
  })
})
