import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { block, fanOut, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import type { Ended } from './command.fixture.ts'
import { inDocuments } from './in-documents.fixture.ts'

// The command, here or as a user starts it: the launcher in a process of its own. The model is built in or scripted.

const QUESTION = 'SIMTASK:cli what?'

const here = inDocuments()
const { scripted, start, writ } = here

describe('backup and restore', () => {
  it('work on the home of the working directory, as every command does', async () => {
    expect((await start(['ask', 'Which mention patents?', 'docs', '--quiet'])).code).toBe(0)
    const made = await start(['backup', 'copy', '--keys'])
    expect([made.err, made.code]).toEqual(['', 0])
    const restored = await writ(['restore', '../copy'], { cwd: join(here.place, 'docs') })
    expect([restored.err, restored.code]).toEqual(['', 0])
    expect((await writ(['runs'], { cwd: join(here.place, 'docs') })).out).toContain('Which mention patents?')
  })
})

describe('ask and verify', () => {
  it('answers with the object of the reference, whose citations match the files, and which verifies', async () => {
    const asked = await start(['ask', 'Which of these documents mention patents?', 'docs', '--json'])
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
      const file = await readFile(join(here.place, 'docs', doc))
      expect(file.subarray(start, end).toString()).toBe(quote)
    }
    await writeFile(join(here.place, 'answer.json'), asked.out)
    const verify = ['verify', answer.evidence, '--answer', 'answer.json', '--json']
    const trusting = ['--trust', join('.writ', 'trust.json')]
    const verified = await writ([...verify, ...trusting])
    expect(verified.code).toBe(0)
    expect(JSON.parse(verified.out)).toMatchObject({ schema: 'writ.verdict/1', ok: true })

    await writeFile(join(here.place, 'answer.json'), asked.out.replace('a.txt', 'c.txt'))
    const other = await writ([...verify, ...trusting])
    expect(other.code).toBe(6)
    expect(other.out).toContain('ANSWER_MISMATCH')

    const bytes = await readFile(answer.evidence)
    bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000)
    await writeFile(join(here.place, 'altered.writ'), bytes)
    expect((await writ(['verify', 'altered.writ', ...trusting])).code).toBe(6)
    // Also without a trust root it says that more is wrong than that.
    const altered = await writ(['verify', 'altered.writ'])
    expect([altered.code, altered.out]).toEqual([
      6,
      expect.stringMatching(/does not hold: do not rely on it\.\n$/),
    ])

    const elsewhere = await writ(['verify', answer.evidence, '--json'], {
      env: { WRIT_HOME: join(here.place, 'none') },
    })
    expect(elsewhere.code).toBe(6)
    expect(elsewhere.out).toContain('NO_TRUST_ROOT')
  })

  it('takes no trust root that merely lies about, and says which one it took', async () => {
    const asked = await writ(['ask', 'Which of these documents mention patents?', 'docs', '--json'])
    const { evidence } = JSON.parse(asked.out) as { evidence: string }
    const root = join(here.place, '.writ', 'trust.json')
    const { keys } = JSON.parse(await readFile(root, 'utf8')) as { keys: { keyId: string }[] }
    const copy = join(here.place, 'copy.writ')
    await copyFile(evidence, copy)
    await symlink(copy, join(here.place, '.writ', 'runs', 'link.writ'))

    for (const file of ['copy.writ', join('.writ', 'runs', 'link.writ')]) {
      const bare = await writ(['verify', file])
      expect([bare.code, bare.out]).toEqual([6, expect.stringMatching(/^trust root: none.*NO_TRUST_ROOT/s)])
      expect(bare.out).toMatch(
        /whole in itself, but anyone could have made it: who signed .* Give one with --trust\.\n$/,
      )
    }
    const ways: [string[], Record<string, string>?][] = [
      [['verify', evidence]],
      [['verify', copy, '--home', '.writ']],
      [['verify', copy, '--trust', root]],
      [['verify', copy], { WRIT_HOME: join(here.place, '.writ') }],
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
    await rm(join(here.place, 'docs'), { recursive: true })
    const { usage } = JSON.parse(one.out) as { usage: { steps: number } }
    const replayed = await writ(['replay', runOf(one), '--json'])
    expect([replayed.err, replayed.code]).toEqual(['', 0])
    expect(JSON.parse(replayed.out)).toEqual({ outcome: 'IDENTICAL', steps: usage.steps, at: null })
    expect((await writ(['replay', runOf(one)])).out).toContain('IDENTICAL')

    await mkdir(join(here.place, 'bundle'))
    await writeFile(join(here.place, 'bundle', 'deny.cedar'), 'forbid (principal, action, resource);')
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

    await rm(join(here.place, '.writ', 'keys', 'runs', `${runOf(one)}.key`))
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
    const unconfirmed = await writ(['erase', prefix, '--reason', 'r', '--json'])
    expect([unconfirmed.code, JSON.parse(unconfirmed.out)]).toEqual([
      2,
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('add --yes') }),
    ])
    expect(JSON.parse((await writ(['replay', prefix, '--json'])).out)).toMatchObject({ outcome: 'IDENTICAL' })
    expect((await writ(['erase', prefix, '--reason', 'r', '--yes'])).out).toContain(`run ${first} erased`)
    const again = await writ(['erase', prefix, '--reason', 'r'])
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('nothing is left to erase')])
    const resumed = await writ(['resume', prefix])
    expect(resumed.code).toBe(1)
    expect(resumed.err).toMatch(
      /was erased at .*\n?.*cannot be brought back; `writ show [0-9a-f-]{36}` gives/s,
    )
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
    expect(here.simulator?.journal().requests).toBe(10)
  })

  it('ends soon after the time limit when the server hangs', async () => {
    const model = await scripted(() => ({ kind: 'hang' }))
    const asked = await start(['ask', QUESTION, 'docs', ...model, '--timeout', '6', '--json'])
    expect(asked.code).toBe(4)
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'incomplete' })
    expect(asked.tookMs).toBeLessThan(20_000)
  })

  it('ends soon after the time limit when a cell never yields', async () => {
    const model = await scripted(
      sequence([block("'a'.repeat(2e6).indexOf('b'.repeat(1e6) + 'c'); for (;;) {}")]),
    )
    const asked = await start(['ask', QUESTION, 'docs', ...model, '--timeout', '6', '--json'])
    expect(asked.code).toBe(4)
    expect(asked.tookMs).toBeLessThan(20_000)
  })

  it('stops at Ctrl-C with 130 and leaves the run open: it can be resumed, or aborted with its evidence', async () => {
    let patient = false
    const model = await scripted((request) =>
      patient || request.task !== null ? block("FINAL(await llm_query('leaf'))") : { kind: 'hang' },
    )
    const asked = await start(['ask', QUESTION, 'docs', ...model], { interruptAt: 'frame 0 opens' })
    expect([asked.code, asked.err]).toEqual([130, expect.stringContaining('writ resume')])
    const { runs } = JSON.parse((await writ(['runs', '--json'])).out) as {
      runs: { run: string; status: string }[]
    }
    expect(runs).toMatchObject([{ status: 'open' }])
    patient = true
    const run = runs[0]?.run ?? ''
    const resumed = await start(['resume', run, '--json']) // as confined as before
    expect([resumed.err, resumed.code]).toEqual(['', 0])
    const verify = ['verify', join('.writ', 'runs', `${run}.writ`), '--home', '.writ']
    expect((await writ(verify)).code).toBe(0)
    expect(JSON.parse((await writ(['abort', run, '--reason', 'late', '--json'])).out)).toMatchObject({
      code: 'RUN_ENDED',
    })
  })

  it('ends an open run for good, with evidence that verifies', async () => {
    const model = await scripted(() => ({ kind: 'hang' }))
    await start(['ask', QUESTION, 'docs', ...model], { interruptAt: 'frame 0 opens' })
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
    await mkdir(join(here.place, 'bundle'))
    await writeFile(join(here.place, 'bundle', 'deny.cedar'), 'forbid (principal, action, resource);')
    await writeFile(join(here.place, 'bundle', 'facts.json'), JSON.stringify({ confinement: 'reduced' }))
    const model = await scripted(fanOut(1))
    const asked = await writ(['ask', QUESTION, 'docs', ...model, '--policy', 'bundle', '--json'])
    expect(asked.code).toBe(3)
    expect(JSON.parse(asked.out)).toMatchObject({ status: 'denied' })
    expect(here.simulator?.journal().requests).toBe(0)
  })
})
