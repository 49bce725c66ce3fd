import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, RunEvent, WritError } from '@writ/contract'
import { block, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { fixturePath } from '../formats/fixtures.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

// Filters of docs, search and grep in runs: through the gate, into records, and done again from those.

const here = testRuns()
const { run, verified } = here

const MAIL = [
  'From: ann@example.com',
  'Date: Tue, 12 Mar 2024 23:30:00 -0800',
  'Subject: Harbour dues',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'The harbour dues are due.',
  '--b',
  'Content-Type: text/csv',
  'Content-Disposition: attachment; filename=dues.csv',
  '',
  'name,amount',
  'harbour,12',
  '--b--',
  '',
].join('\n')

function write(path: string, content: string, day: string): void {
  const file = join(here.place, 'docs', path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  const at = new Date(`${day}T12:00:00Z`)
  utimesSync(file, at, at)
}

/** What the last run did once more from its record. */
async function again(answer: Answer): Promise<void> {
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

describe('filters', () => {
  it('narrow what is listed and searched by name, kind and day, say what has no day, and are done again', async () => {
    write('mail/dues.eml', MAIL, '2001-01-01')
    write('mail/none.eml', MAIL.replace(/^Date.*\n/m, ''), '2001-01-01')
    write('notes/harbour.md', '# Harbour\n\nThe harbour of old.\n', '2019-05-05')
    write('src/harbour.ts', 'export const harbour = 1\n', '2020-02-02')
    const repository = join(here.place, 'repo')
    mkdirSync(repository)
    writeFileSync(join(repository, 'port.txt'), 'A harbour in a commit.\n')
    const git = (...args: readonly string[]): void => {
      const env = { ...process.env, GIT_COMMITTER_DATE: '2022-06-30T23:30:00-0800', GIT_CONFIG_NOSYSTEM: '1' }
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository, env })
    }
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    const code = `
      const ids = (list) => list.map(({ id, doc }) => id ?? doc).map((id) => id.replace(/^repo@[0-9a-f]+/, 'repo'));
      const listed = await docs({ since: '2024-03-12', until: '2024-03-12' });
      const found = await search('harbour', { since: '2022', until: '2022-06' });
      const matches = await grep('harbour', { until: '2020', limit: 1 });
      const out = {
        listed: [ids(listed), listed.undated, Array.isArray(listed)],
        found: [ids(found), found.undated, found[0].rank],
        matches: [ids(matches.matches), matches.truncated, matches.undated],
        mail: ids(await search('harbour', { type: 'mail' })).sort(),
        tables: ids(await docs({ type: ['table', 'pdf'] })),
        named: ids(await search('harbour', { glob: ['notes/**', '*.ts'], type: 'text' })),
        both: ids(await search('harbour', { docs: ['mail/dues.eml', 'src/harbour.ts'], type: 'code' })),
        undated: (await docs({ type: 'code' })).undated,
        dates: (await docs('port.txt')).map(({ date }) => date),
        errors: [],
      };
      for (const options of [{ kind: 'pdf' }, { type: 'exe' }, { since: '2024-02-30' }, { since: '2024-05', until: '2023' }, { label: 'hidden' }, { glob: '[a' }, { glob: [] }])
        out.errors.push(await search('harbour', options).then(() => 'none', (error) => [error.name, error.message]));
      out.errors.push(await docs({ sinc: '2024' }).catch((error) => error.name), await grep('a', { label: [] }).catch((error) => error.name));
      FINAL(out)`
    const { answer } = await run(sequence([block(code)]), {
      asked: { context: { paths: [join(here.place, 'docs'), `git:${repository}`] } },
    })
    expect(answer.value).toEqual({
      listed: [['mail/dues.eml', 'mail/dues.eml/dues.csv'], 2, true],
      found: [['repo/port.txt'], 2, 1],
      matches: [['notes/harbour.md'], true, 2],
      mail: ['mail/dues.eml', 'mail/none.eml'],
      tables: ['mail/dues.eml/dues.csv', 'mail/none.eml/dues.csv'],
      named: ['notes/harbour.md'],
      both: ['src/harbour.ts'],
      dates: ['2022-06-30'],
      errors: [
        ...[
          'kind',
          'one of text, code',
          '"2024-02-30" is no day',
          'since is after until',
          'a label: public',
          'unclosed [',
        ].map((words) => ['BadRequest', expect.stringContaining(words)]),
        ['BadRequest', expect.any(String)],
        'BadRequest',
        'BadRequest',
      ],
    })
    await again(answer)
  })

  it('take no day of an archive or a mailbox for that of what is in it', async () => {
    const code = 'FINAL((await docs()).map(({ id, date }) => [id, date ?? null]))'
    const paths = ['pack.zip', 'inbox.mbox', 'page.htm'].map(fixturePath)
    const { answer } = await run(sequence([block(code)]), { asked: { context: { paths } } })
    const dates = new Map(answer.value as [string, string | null][])
    const within = [...dates].filter(([id]) => id.startsWith('pack.zip/') && !id.includes('.eml'))
    expect(within.length).toBeGreaterThan(0)
    expect(within.map(([, date]) => date)).toEqual(within.map(() => null))
    const mail = readFileSync(fixturePath('inbox.mbox'), 'latin1')
    const [day] = /(?<=^Date: ).*$/m.exec(mail) ?? []
    expect(dates.get('inbox.mbox/0001.eml')).toBe(
      new Date(`${day?.replace(/ \d\d:.*/, '')} UTC`).toISOString().slice(0, 10),
    )
    expect(dates.get('page.htm')).toBe(statSync(fixturePath('page.htm')).mtime.toISOString().slice(0, 10))
  })

  it('count only what they mean as searched', async () => {
    const context = [
      { id: 'a.txt', text: 'harbour '.repeat(100) },
      { id: 'b.md', text: 'harbour' },
      { id: 'c.csv', text: 'harbour' },
    ]
    const code = "FINAL((await search('harbour', { glob: ['b.*', 'c.*'], type: 'text' })).length)"
    const { answer } = await run(sequence([block(code)]), { asked: { context } })
    expect(answer.value).toBe(1)
    expect(answer.coverage).toMatchObject({ documents: 3, searched: 7, read: 7 })
    await again(answer)
  })

  it('are taken from the record of a run that was suspended, or is forked behind them', async () => {
    const context = [
      { id: 'a.txt', text: 'harbour '.repeat(100) },
      { id: 'b.md', text: 'harbour' },
    ]
    const cells = [
      block("const listed = await docs({ since: '2020' }); await search('harbour', { glob: 'b.*' })"),
      block(
        "FINAL([listed.length, listed.undated, (await search('harbour', { type: 'text', glob: 'b.*' })).length])",
      ),
    ]
    const suspended = new AbortController()
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'step' && event.op === 'search') suspended.abort()
    }
    const asked = { context, suspend: suspended.signal, onEvent }
    const error = await run(sequence(cells), { asked }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SUSPENDED' })
    const answer = await here.writ?.resume((error as WritError).run ?? '')
    if (answer === undefined) throw new Error('nothing was resumed')
    const expected = { status: 'complete', value: [0, 2, 1], coverage: { searched: 7 } }
    expect(answer).toMatchObject(expected)
    await again(answer)
    const { steps } = (await here.writ?.show(answer.run)) ?? { steps: [] }
    const last = steps.filter(({ kind }) => kind === 'cell').at(-1)
    const forked = await here.writ?.fork(answer.run, { at: { lane: '0', n: last?.n ?? 0 } })
    expect(forked).toMatchObject(expected)
    if (forked !== undefined) await again(forked)
  })

  it('by label raise a frame by nothing else, and tell of what is withheld as of what there is none of', async () => {
    const label = (level: 'public' | 'internal' | 'restricted', categories: readonly string[] = []) => ({
      level,
      categories,
      untrusted: false,
    })
    const context = [
      { id: 'open.txt', text: 'harbour open', label: label('public') },
      { id: 'own.txt', text: 'harbour own', label: label('internal', ['PII']) },
      { id: 'hr.txt', text: 'harbour restricted', label: label('restricted') },
    ]
    const code = `
      const ids = (options) => search('harbour', options).then((list) => list.map(({ doc }) => doc), (error) => [error.name, error.message]);
      const open = await ids({ label: 'public' });
      const rest = [await ids({ label: 'restricted' }), await ids({ label: 'secret' }), await ids({ label: ['restricted', 'public'] })];
      const named = await ids({ docs: ['hr.txt'], label: 'public' }), absent = await ids({ docs: ['no.txt'], label: 'public' });
      const listed = (await docs({ label: 'public' })).map(({ id, label }) => [id, label.level]);
      const none = [(await docs({ label: 'restricted' })).length, (await docs({ label: 'secret' })).length];
      FINAL({ open, listed, none, rest, named, absent })`
    const only = `FINAL((await search('harbour', { label: 'public' })).length)`
    const low = await run(sequence([block(only)]), { asked: { context } })
    const { answer } = await run(sequence([block(code)]), { asked: { context } })
    const { rest, named, absent } = answer.value as { rest: string[][]; named: string[]; absent: string[] }
    expect(answer.value).toMatchObject({ open: ['open.txt'], listed: [['open.txt', 'public']], none: [0, 0] })
    const [withheld, none, some] = rest
    expect(withheld?.[0]).toBe('PolicyDenied')
    expect(withheld?.map((text) => text.replace('restricted', 'secret'))).toEqual(none)
    expect(some).toEqual(['open.txt'])
    expect(named?.map((text) => text.replace('hr.txt', 'no.txt'))).toEqual(absent)
    expect(low.answer.label.categories).toEqual([])
    expect(answer.label.categories).toEqual(['PII'])
    await again(answer)
    const all = `const ids = async (label) => (await search('harbour', { label })).map(({ doc }) => doc).sort();
      FINAL([await ids('internal'), await ids('internal:PII'), await ids('internal:PII,SECRET_X'), await ids({ level: 'public', categories: [] })])`
    const whole = await run(sequence([block(all)]), { asked: { context: context.slice(0, 2) } })
    expect(whole.answer.value).toEqual([['own.txt'], ['own.txt'], [], ['open.txt']])
  })
})
