import { spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { block, fanOut, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

// The command as a user starts it: the launcher in a process of its own. The model is built in or scripted.

const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))

let place: string
let simulator: Simulator | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-cli-'))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n'.repeat(300))
  await writeFile(join(place, 'docs', 'b.txt'), 'Beta mentions nothing of the kind.\n'.repeat(300))
})

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly tookMs: number
}

interface How {
  readonly node?: readonly string[]
  readonly env?: Record<string, string>
  /** Working directory; the place of the test by default. */
  readonly cwd?: string
  /** Sends SIGINT when this appears on stderr. */
  readonly interruptAt?: string
}

function writ(args: readonly string[], how: How = {}): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, [...(how.node ?? []), LAUNCHER, ...args], {
    cwd: how.cwd ?? place,
    env: { PATH: process.env.PATH ?? '', HOME: place, ...how.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  let { interruptAt } = how
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    if (interruptAt === undefined || !err.includes(interruptAt)) return
    interruptAt = undefined
    child.kill('SIGINT')
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, out, err, tookMs: performance.now() - started }))
  })
}

async function scripted(script: Script): Promise<string[]> {
  simulator = await startSimulator({ script })
  return ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'recurse']
}

const QUESTION = 'SIMTASK:cli what?'

describe('backup and restore', () => {
  it('work on the home of the working directory, as every command does', async () => {
    expect((await writ(['ask', 'Which mention patents?', 'docs', '--quiet'])).code).toBe(0)
    const made = await writ(['backup', 'copy', '--keys'])
    expect([made.err, made.code]).toEqual(['', 0])
    const restored = await writ(['restore', '../copy'], { cwd: join(place, 'docs') })
    expect([restored.err, restored.code]).toEqual(['', 0])
    expect((await writ(['runs'], { cwd: join(place, 'docs') })).out).toContain('Which mention patents?')
  })
})

describe('ask and verify', () => {
  it('answers with the object of the reference, whose citations match the files, and which verifies', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs', '--json'])
    expect([asked.err, asked.code]).toEqual(['', 0])
    const answer = JSON.parse(asked.out) as Record<string, unknown> & {
      citations: { doc: string; start: number; end: number; quote: string }[]
      answer: string
      evidence: string
    }
    expect(Object.keys(answer).sort()).toEqual(
      [
        'schema',
        'run',
        'status',
        'basis',
        'answer',
        'value',
        'citations',
        'label',
        'usage',
        'support',
        'coverage',
        'denials',
        'omitted',
        'evidence',
        'reason',
      ].sort(),
    )
    expect(answer.answer).toContain('a.txt')
    expect(answer.answer).not.toContain('b.txt')
    expect(answer.citations.length).toBeGreaterThan(0)
    for (const { doc, start, end, quote } of answer.citations) {
      const file = await readFile(join(place, 'docs', doc))
      expect(file.subarray(start, end).toString()).toBe(quote)
    }
    await writeFile(join(place, 'answer.json'), asked.out)
    const verify = ['verify', answer.evidence, '--answer', 'answer.json', '--json']
    const trusting = ['--trust', join('.writ', 'trust.json')]
    const verified = await writ([...verify, ...trusting])
    expect(verified.code).toBe(0)
    expect(JSON.parse(verified.out)).toMatchObject({ schema: 'writ.verdict/1', ok: true })

    await writeFile(join(place, 'answer.json'), asked.out.replace('a.txt', 'c.txt'))
    const other = await writ([...verify, ...trusting])
    expect(other.code).toBe(6)
    expect(other.out).toContain('ANSWER_MISMATCH')

    const bytes = await readFile(answer.evidence)
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000)
    await writeFile(join(place, 'altered.writ'), bytes)
    expect((await writ(['verify', 'altered.writ', ...trusting])).code).toBe(6)

    const elsewhere = await writ(['verify', answer.evidence, '--json'], {
      env: { WRIT_HOME: join(place, 'none') },
    })
    expect(elsewhere.code).toBe(6)
    expect(elsewhere.out).toContain('NO_TRUST_ROOT')
  })

  it('takes no trust root that merely lies about, and says which one it took', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs', '--json'])
    const { evidence } = JSON.parse(asked.out) as { evidence: string }
    const root = join(place, '.writ', 'trust.json')
    const { keys } = JSON.parse(await readFile(root, 'utf8')) as { keys: { keyId: string }[] }
    const copy = join(place, 'copy.writ')
    await copyFile(evidence, copy)
    await symlink(copy, join(place, '.writ', 'runs', 'link.writ'))

    for (const file of ['copy.writ', join('.writ', 'runs', 'link.writ')]) {
      const bare = await writ(['verify', file])
      expect([bare.code, bare.out]).toEqual([6, expect.stringMatching(/^trust root: none.*NO_TRUST_ROOT/s)])
    }
    const ways: [string[], Record<string, string>?][] = [
      [['verify', evidence]],
      [['verify', copy, '--home', '.writ']],
      [['verify', copy, '--trust', root]],
      [['verify', copy], { WRIT_HOME: join(place, '.writ') }],
    ]
    for (const [args, env = {}] of ways) {
      const verified = await writ(args, { env })
      expect([verified.code, verified.err]).toEqual([0, ''])
      expect(verified.out).toMatch(/The evidence holds\.\n$/)
      for (const said of [root, ...keys.map(({ keyId }) => keyId)]) expect(verified.out).toContain(said)
    }
    const told = JSON.parse((await writ(['verify', evidence, '--json'])).out) as {
      trust: { path: string; keys: { keyId: string }[] }
    }
    expect(told.trust.path).toBe(root)
    const ids = (listed: { keyId: string }[]) => listed.map(({ keyId }) => keyId).sort()
    expect(ids(told.trust.keys)).toEqual(ids(keys))
  })

  it('judges the essentials whatever is asked for', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs', '--json'])
    const { evidence } = JSON.parse(asked.out) as { evidence: string }
    const some = await writ(['verify', evidence, '--only', 'DISCLOSURE'])
    expect([some.code, some.out]).toEqual([0, expect.stringContaining('✓ AUTHORITY')])
    expect(some.out).toContain('NOT_ASKED')
  })

  it('takes the same steps when asked again, and lists and shows its runs', async () => {
    const ask = ['ask', 'Which of these documents mention patents?', 'docs', '--json']
    const answers = [await writ(ask), await writ(ask)].map(
      ({ out }) => JSON.parse(out) as { run: string; answer: string },
    )
    expect(answers[0]?.answer).toBe(answers[1]?.answer)
    const steps = await Promise.all(
      answers.map(async ({ run }) => {
        const view = JSON.parse((await writ(['show', run, '--json'])).out) as { steps: object[] }
        return view.steps.map((step) => ({ ...step, seq: 0, at: 0, tookMs: 0 }))
      }),
    )
    expect(steps[0]).toEqual(steps[1])
    const listed = JSON.parse((await writ(['runs', '--json'])).out) as {
      runs: { run: string; status: string }[]
    }
    expect(listed.runs.map(({ run }) => run)).toEqual([answers[1]?.run, answers[0]?.run])
    expect(listed.runs[0]?.status).toBe('complete')
  })

  it('does a run again, and tells where two runs part', async () => {
    const ask = (question: string): Promise<Ended> => writ(['ask', question, 'docs', '--json'])
    const runOf = ({ out }: Ended): string => (JSON.parse(out) as { run: string }).run
    const one = await ask('Which of these documents mention patents?')
    const two = await ask('Which of these documents mention patents?')
    const other = await ask('Which of these documents mention licences?')
    await rm(join(place, 'docs'), { recursive: true })
    const { usage } = JSON.parse(one.out) as { usage: { steps: number } }
    const replayed = await writ(['replay', runOf(one), '--json'])
    expect([replayed.err, replayed.code]).toEqual(['', 0])
    expect(JSON.parse(replayed.out)).toEqual({ outcome: 'IDENTICAL', steps: usage.steps, at: null })
    expect((await writ(['replay', runOf(one)])).out).toContain('IDENTICAL')

    await mkdir(join(place, 'bundle'))
    await writeFile(join(place, 'bundle', 'deny.cedar'), 'forbid (principal, action, resource);')
    const elsewhere = await writ(['replay', runOf(one), '--policy', 'bundle', '--json'])
    expect(elsewhere.code).toBe(6)
    expect(JSON.parse(elsewhere.out)).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: 0, pointer: '/det/bundle' },
    })

    const same = await writ(['diff', runOf(one), runOf(two), '--json'])
    expect(same.code).toBe(0)
    expect(JSON.parse(same.out)).toMatchObject({ same: true })
    const parted = await writ(['diff', runOf(one), runOf(other)])
    expect(parted.code).toBe(1)
    expect(parted.out).toContain('The runs part.')

    await rm(join(place, '.writ', 'keys', 'runs', `${runOf(one)}.key`))
    const gone = await writ(['replay', runOf(one), '--json'])
    expect(gone.code).toBe(6)
    expect(JSON.parse(gone.out)).toMatchObject({
      outcome: 'INCOMPLETE',
      at: { expected: 'the key of the run' },
    })
  })

  it('prints for people: the answer on stdout, progress on stderr', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs'])
    expect(asked.code).toBe(0)
    expect(asked.out).toMatch(/^\[1\] a\.txt bytes \d+–\d+ “/m)
    expect(asked.out).toMatch(/^evidence \.writ\/runs\/.*\.writ$/m)
    expect(asked.err).toContain('frame 0 opens')
    expect(asked.out).not.toContain('frame 0 opens')
  })

  it('streams events and ends with the answer', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs', '--jsonl'])
    const events = asked.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    const types = new Set(events.map((event) => event.type))
    for (const type of ['run.open', 'frame.open', 'step', 'decision', 'frame.close', 'answer'])
      expect(types).toContain(type)
    expect(events.at(-1)?.type).toBe('answer')
  })

  it('asks over an ingested corpus', async () => {
    expect((await writ(['ingest', 'docs', '--corpus', 'mine'])).code).toBe(0)
    expect((await writ(['corpus', 'ls'])).out).toContain('mine  2 documents')
    const asked = await writ([
      'ask',
      'Which of these documents mention patents?',
      '--corpus',
      'mine',
      '--json',
    ])
    expect(asked.code).toBe(0)
    expect(asked.out).toContain('a.txt')
  })
})

describe('the name of a run', () => {
  it('is its id, any prefix no other run has, or last, in every command that takes a run', async () => {
    const ask = ['ask', 'Which of these documents mention patents?', 'docs', '--json']
    const [first, second] = [await writ(ask), await writ(ask)].map(
      ({ out }) => (JSON.parse(out) as { run: string }).run,
    )
    if (first === undefined || second === undefined) throw new Error('two runs were asked for')
    const shared = Array.from(first, (_, at) => at).findIndex((at) => first[at] !== second[at])
    const prefix = first.slice(0, shared + 1)
    const shown = async (name: string): Promise<unknown> =>
      (JSON.parse((await writ(['show', name, '--json'])).out) as { run: unknown }).run
    expect([await shown(prefix), await shown('last'), await shown(first)]).toEqual([first, second, first])

    const both = await writ(['show', first.slice(0, shared), '--json'])
    expect([both.code, JSON.parse(both.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'AMBIGUOUS_RUN', message: expect.stringContaining(first) }),
    ])
    expect(both.out).toContain(second)

    expect(JSON.parse((await writ(['diff', prefix, 'last', '--json'])).out)).toMatchObject({ same: true })
    expect(JSON.parse((await writ(['replay', 'last', '--json'])).out)).toMatchObject({ outcome: 'IDENTICAL' })
    expect((await writ(['verify', 'last', '--home', '.writ'])).code).toBe(0)
    expect((await writ(['report', prefix])).out).toContain(`report of run ${first}`)
    expect(JSON.parse((await writ(['resume', prefix, '--json'])).out)).toMatchObject({ run: first })
    expect((await writ(['abort', 'last', '--reason', 'r', '--json'])).out).toContain('RUN_ENDED')
    expect((await writ(['hold', 'last', '--reason', 'r'])).out).toContain(`run ${second}: held`)
    expect((await writ(['erase', prefix, '--reason', 'r'])).out).toContain(`run ${first} erased`)
    const again = await writ(['erase', prefix, '--reason', 'r'])
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing is left to erase')])
  })

  it('is none of a home without runs', async () => {
    const none = await writ(['show', 'last', '--json'])
    expect([none.code, JSON.parse(none.out)]).toEqual([2, expect.objectContaining({ code: 'UNKNOWN_RUN' })])
  })
})

describe('limits', () => {
  it('exits 4 when a limit refused something', async () => {
    const model = await scripted(fanOut(64))
    const asked = await writ(['ask', QUESTION, 'docs', ...model, '--max-calls', '10', '--json'])
    expect(asked.code).toBe(4)
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'incomplete', usage: { modelCalls: 10 } })
    expect(simulator?.journal().requests).toBe(10)
  })

  it('ends soon after the time limit when the server hangs', async () => {
    const model = await scripted(() => ({ kind: 'hang' }))
    const asked = await writ(['ask', QUESTION, 'docs', ...model, '--timeout', '6', '--json'])
    expect(asked.code).toBe(4)
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'incomplete' })
    expect(asked.tookMs).toBeLessThan(20_000)
  })

  it('ends soon after the time limit when a cell never yields', async () => {
    const model = await scripted(
      sequence([block("'a'.repeat(2e6).indexOf('b'.repeat(1e6) + 'c'); for (;;) {}")]),
    )
    const asked = await writ(['ask', QUESTION, 'docs', ...model, '--timeout', '6', '--json'])
    expect(asked.code).toBe(4)
    expect(asked.tookMs).toBeLessThan(20_000)
  })

  it('stops at Ctrl-C with 130 and leaves the run open: it can be resumed, or aborted with its evidence', async () => {
    let patient = false
    const model = await scripted((request) =>
      patient || request.task !== null ? block("FINAL(await llm_query('leaf'))") : { kind: 'hang' },
    )
    const asked = await writ(['ask', QUESTION, 'docs', ...model], { interruptAt: 'frame 0 opens' })
    expect([asked.code, asked.err]).toEqual([130, expect.stringContaining('writ resume')])
    const { runs } = JSON.parse((await writ(['runs', '--json'])).out) as {
      runs: { run: string; status: string }[]
    }
    expect(runs).toMatchObject([{ status: 'open' }])
    patient = true
    const run = runs[0]?.run ?? ''
    const resumed = await writ(['resume', run, '--json'])
    expect([resumed.err, resumed.code]).toEqual(['', 0])
    const verify = ['verify', join('.writ', 'runs', `${run}.writ`), '--home', '.writ']
    expect((await writ(verify)).code).toBe(0)
    expect(JSON.parse((await writ(['abort', run, '--reason', 'late', '--json'])).out)).toMatchObject({
      code: 'RUN_ENDED',
    })
  })

  it('ends an open run for good, with evidence that verifies', async () => {
    const model = await scripted(() => ({ kind: 'hang' }))
    await writ(['ask', QUESTION, 'docs', ...model], { interruptAt: 'frame 0 opens' })
    const { runs } = JSON.parse((await writ(['runs', '--json'])).out) as { runs: { run: string }[] }
    const run = runs[0]?.run ?? ''
    const aborted = await writ(['abort', run, '--reason', 'not needed any more'])
    expect([aborted.err, aborted.code]).toEqual(['', 0])
    const verify = [
      'verify',
      join('.writ', 'runs', `${run}.writ`),
      '--home',
      '.writ',
      '--only',
      'COMPLETENESS',
    ]
    expect((await writ(verify)).code).toBe(0)
    expect(JSON.parse((await writ(['resume', run, '--json'])).out)).toMatchObject({ code: 'RUN_ENDED' })
  })
})

describe('policy', () => {
  it('exits 3 without a request when everything is forbidden', async () => {
    await mkdir(join(place, 'bundle'))
    await writeFile(join(place, 'bundle', 'deny.cedar'), 'forbid (principal, action, resource);')
    const model = await scripted(fanOut(1))
    const asked = await writ(['ask', QUESTION, 'docs', ...model, '--policy', 'bundle', '--json'])
    expect(asked.code).toBe(3)
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'denied' })
    expect(simulator?.journal().requests).toBe(0)
  })
})

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
      'a place for evidence that does not exist',
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

  it('says what is wrong with a malformed policy, and where', async () => {
    await mkdir(join(place, 'bundle'))
    await writeFile(join(place, 'bundle', 'broken.cedar'), 'permit (principal, action\n')
    const ended = await writ(ask('docs', '--policy', 'bundle'))
    expect(ended.code).toBe(2)
    expect(JSON.parse(ended.out)).toMatchObject({
      code: 'BAD_POLICY',
      message: expect.stringContaining('broken.cedar'),
    })
  })

  it('leaves out what it cannot decode, and fails only when nothing is left', async () => {
    await mkdir(join(place, 'mixed'))
    await writeFile(join(place, 'mixed', 'bad.txt'), Buffer.from([0x61, 0x81, 0x8d, 0x62]))
    const nothing = await writ(ask('mixed'))
    expect(JSON.parse(nothing.out)).toMatchObject({ code: 'EMPTY_CORPUS' })
    await writeFile(join(place, 'mixed', 'good.txt'), 'A patent is mentioned here.\n')
    await writeFile(join(place, 'mixed', 'image.bin'), Buffer.from([0, 1, 2]))
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
    await writeFile(join(place, 'file'), '')
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
    await writeFile(join(place, 'writ.config.json'), JSON.stringify(config))
    const ended = await writ([...ask, 'docs'])
    const message = expect.stringMatching(new RegExp(`writ\\.config\\.json: ${field} .*user configuration`))
    expect([ended.code, JSON.parse(ended.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    ])
  })

  it.each(['..', '/etc/hostname', '../*', 'link/*'])('cannot name %s as what to ask over', async (path) => {
    await mkdir(join(place, 'project'))
    await symlink(join(place, 'docs'), join(place, 'project', 'link'))
    await writeFile(join(place, 'project', 'writ.config.json'), JSON.stringify({ paths: [path] }))
    const ended = await writ(ask, { cwd: join(place, 'project') })
    const message = expect.stringContaining('leads out of the project directory')
    expect([ended.code, JSON.parse(ended.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'BAD_CONFIG', message }),
    ])
  })

  it('may name what is in it, under a user configuration that may say everything', async () => {
    await mkdir(join(place, 'settings', 'writ', 'bundle'), { recursive: true })
    const user = join(place, 'settings', 'writ', 'config.json')
    const forbid = 'forbid (principal, action, resource);'
    await writeFile(join(place, 'settings', 'writ', 'bundle', 'deny.cedar'), forbid)
    await writeFile(user, JSON.stringify({ policy: 'bundle', labels: [{ glob: '**', label: 'public' }] }))
    await writeFile(join(place, 'writ.config.json'), JSON.stringify({ paths: ['do*'] }))
    expect((await writ(ask)).code).toBe(0)
    const env = { XDG_CONFIG_HOME: join(place, 'settings') }
    expect((await writ(ask, { env })).code).toBe(3)
  })

  it('shows its names and texts on a terminal without being obeyed', async () => {
    const evil = 'Alpha\u001b]0;owned\u0007 mentions a \u009b2Jpatent \u202e.\n'
    await writeFile(join(place, 'docs', 'c\u001b[2J.txt'), evil.repeat(20))
    await writeFile(join(place, 'docs', 'd\u001b[2J.txt'), Buffer.from([0x81, 0x8d]))
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
    const ended = await writ(['doctor'], {
      node: ['--import', `data:text/javascript,${encodeURIComponent(older)}`],
    })
    expect(ended.code).toBe(2)
    expect(ended.err).toContain('needs Node 24')
    expect(ended.err).toContain('v20.20.2')
    expect(ended.out).toBe('')
  })

  it('finds this machine in order', async () => {
    const ended = await writ(['doctor', '--json'])
    expect(JSON.parse(ended.out)).toMatchObject({ ok: true })
    expect(ended.code).toBe(0)
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
