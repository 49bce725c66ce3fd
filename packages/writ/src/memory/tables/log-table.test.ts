import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fixturePath } from '../../formats/fixtures.fixture.ts'
import { findTables, tableKind } from './find-tables.ts'
import type { FoundTable } from './found-table.ts'

function find(text: string | Buffer, name = 'app.log'): ReturnType<typeof findTables>[number] | undefined {
  const bytes = Buffer.from(text)
  return findTables(tableKind(name), bytes.length, () => bytes)[0]
}

function table(text: string | Buffer): FoundTable {
  const found = find(text)
  if (found === undefined || 'problem' in found) throw new Error(found?.problem ?? 'no table')
  return found
}

/** The rows of a log by the names of their fields, without those that are empty. */
function rows(text: string | Buffer): readonly Readonly<Record<string, string>>[] {
  const { columns, rows: found } = table(text)
  return [...found].map(({ cells }) =>
    Object.fromEntries(cells.flatMap((cell, at) => (cell === null ? [] : [[columns[at]?.name ?? '', cell]]))),
  )
}

it.each<[string, string, Readonly<Record<string, string>>]>([
  [
    'time, level, source',
    '2026-01-02 10:11:12,123 ERROR app.db: no room: none\n',
    { time: '2026-01-02 10:11:12.123', level: 'ERROR', source: 'app.db', message: 'no room: none' },
  ],
  [
    'time, thread, level',
    '[2026-01-02T10:11:12+02:00] [main] WARN disk is full',
    { time: '2026-01-02 08:11:12', level: 'WARN', source: 'main', message: 'disk is full' },
  ],
  [
    'level in brackets',
    '2026-01-02T10:11:12Z [error] it failed',
    { time: '2026-01-02 10:11:12', level: 'error', message: 'it failed' },
  ],
  ['no level', '2026-01-02 10:11:12 started', { time: '2026-01-02 10:11:12', message: 'started' }],
  [
    'RFC 5424',
    '<165>1 2003-10-11T22:14:15.003+02:00 host evntslog 12 ID47 [a@1 k="v\\"]"] \ufeffAn event',
    {
      time: '2003-10-11 20:14:15.003',
      level: 'notice',
      host: 'host',
      source: 'evntslog',
      process: '12',
      id: 'ID47',
      fields: '[a@1 k="v\\"]"]',
      message: 'An event',
    },
  ],
  [
    'RFC 3164',
    "<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed",
    {
      time: '10-11 22:14:15',
      level: 'crit',
      host: 'mymachine',
      source: 'su',
      process: '230',
      message: "'su root' failed",
    },
  ],
  [
    'combined access',
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b HTTP/1.0" 200 2326 "-" "Mozilla \\"x\\""',
    {
      time: '2000-10-10 20:55:36',
      source: '127.0.0.1',
      user: 'frank',
      method: 'GET',
      path: '/a?b',
      status: '200',
      bytes: '2326',
      agent: 'Mozilla \\"x\\"',
      message: 'GET /a?b HTTP/1.0',
    },
  ],
  [
    "access of Python's server",
    '127.0.0.1 - - [27/Nov/2026 09:51:57] "GET /ok HTTP/1.1" 200 -',
    {
      time: '2026-11-27 09:51:57',
      source: '127.0.0.1',
      method: 'GET',
      path: '/ok',
      status: '200',
      message: 'GET /ok HTTP/1.1',
    },
  ],
  [
    'errors of nginx',
    '2026/11/27 09:51:58 [error] 12#12: *3 open() "/x" failed (2: No such file)',
    {
      time: '2026-11-27 09:51:58',
      level: 'error',
      source: '12#12',
      message: '*3 open() "/x" failed (2: No such file)',
    },
  ],
  [
    'errors of Apache',
    '[Fri Nov 27 09:05:01.123456 2026] [core:error] [pid 7:tid 140] [client 10.0.0.1:80] AH1: denied',
    {
      time: '2026-11-27 09:05:01.123456',
      level: 'error',
      source: 'core',
      process: '7',
      client: '10.0.0.1:80',
      message: 'AH1: denied',
    },
  ],
  [
    'errors of older Apache',
    '[Fri Nov 27 09:05:01 2026] [warn] [client ::1] denied: [x] y',
    { time: '2026-11-27 09:05:01', level: 'warn', client: '::1', message: 'denied: [x] y' },
  ],
  [
    'logfmt',
    'ts=2026-01-02T10:11:12Z level=error msg="it \\"failed\\"" took=12 empty=\n',
    { time: '2026-01-02T10:11:12Z', level: 'error', message: 'it "failed"', took: '12' },
  ],
  ['JSON lines', '{"time": "10:00", "level": "ERROR"}\n', { time: '10:00', level: 'ERROR' }],
])('reads a line: %s', (_form, line, expected) => {
  expect(rows(line)).toEqual([expected])
})

it('takes UTC by its name, and no word for a zone', () => {
  expect(rows('2026-01-02 10:00:00 UTC [1] LOG:  x\n')).toMatchObject([{ message: '[1] LOG:  x' }])
  expect(rows('2026-01-02 10:00:00 Zebras run\n')).toMatchObject([{ message: 'Zebras run' }])
})

it('takes a trace with the line above, and the bytes of both', () => {
  const text = '2026-01-02 10:00:00 ERROR x\n  at y\nValueError: z\n\n2026-01-02 10:00:01 INFO y\n'
  expect(rows(text).map(({ message }) => message)).toEqual(['x\n  at y\nValueError: z', 'y'])
  const [first] = table(text).rows
  expect(text.slice(first?.start, first?.end)).toBe('2026-01-02 10:00:00 ERROR x\n  at y\nValueError: z')
})

it.each([
  [
    'a level is where none is looked for',
    '2026-01-02 10:00:00 INFO a\n2026-01-02 10:00:01 worker 7 ERROR b\n',
  ],
  ['a word may be a level', '2026-01-02 10:00:00 error while reading\n'],
  ['a line begins with a time of another form', '2026-01-02 10:00:00 INFO a\n02/01/2026 10:00:01 ERROR b\n'],
  ['a day is none', '2026-02-28 10:00:00 INFO a\n2026-02-30 10:00:01 ERROR b\n'],
  ['a time is none', '2026-01-02 10:00:00 INFO a\n2026-13-02 10:00:01 ERROR b\n'],
  ['only some times have a zone', '2026-01-02 10:00:00Z INFO a\n2026-01-02 10:00:01 INFO b\n'],
  [
    'a line of the web server is broken',
    '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1\nxx\n',
  ],
  ['a name is there twice', 'time=1 a=1 a=2\n'],
  // What `logger` writes names no host: the program stands where a host would.
  ['no host stands before the program', '<11>Nov 27 09:51:58 app[1]: disk: full\n'],
  [
    'only some times of a web server have a zone',
    '1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1\n1.1.1.1 - - [10/Oct/2000 13:55:37] "GET / HTTP/1.0" 200 1\n',
  ],
  ['a line of nginx goes on', '2026/11/27 09:51:58 [error] 12#12: a\nERROR b\n'],
  ['a line of Apache has no such day', '[Fri Nov 31 09:05:01 2026] [warn] a\n'],
  ['a level begins a line without a time', '2026-01-02 10:00:00 INFO a\nERROR: disk full\n'],
  ['a level in brackets begins one', '2026-01-02 10:00:00 INFO a\n[ERROR] disk full\n'],
  ['a line is an object', '2026-01-02 10:00:00 INFO a\n{"level":"ERROR"}\n'],
  ['a line counts seconds', '2026-01-02 10:00:00 INFO a\n1767348672.123 ERROR b\n'],
  ['a time stands further on in a line', '2026-01-02 10:00:00 INFO a\nFri Jan  2 10:11:12 2026 ERROR b\n'],
  ['a line is of glog', '2026-01-02 10:00:00 INFO a\nE0102 10:11:12.123456 1 main.go:1] b\n'],
  ['zones are named', '2026-01-02 10:00:00 CET started\n2026-07-02 10:00:00 CEST stopped\n'],
  [
    'a line stands for several',
    'Jan  2 10:00:00 h a[1]: x\nJan  2 10:00:01 h a[1]: message repeated 2 times: [ x]\n',
  ],
  [
    'a word of a message may be a level',
    '2026-01-02 10:00:00 ready\n2026-01-02 10:00:01 retry: ERROR handler set\n',
  ],
  ['it is prose', 'Dear diary,\n'],
])('makes no table where %s', (_what, text) => {
  expect(find(text)).toMatchObject({ problem: expect.any(String) })
})

it.each([
  ['dashes', `2026-01-02 10:00:00 ${'-'.repeat(60_000)}x`],
  ['blanks', `2026-01-02 10:00:00${' '.repeat(60_000)}`],
  ['quotes', `1.1.1.1 - - [10/Oct/2000:13:55:36 -0700] "${'\\"'.repeat(30_000)}`],
  ['brackets', `[Fri Nov 27 09:05:01 2026] [${'a'.repeat(60_000)}`],
  ['structured data', `<1>1 - - - - - ${'[a "'.repeat(16_000)}`],
  ['pairs', `time=1 ${'a='.repeat(30_000)}`],
  ['one line without end', 'x'.repeat(3_000_000)],
])(
  'ends with a line of %s',
  (_what, line) => {
    find(`${line}\n`.repeat(20))
  },
  2_000,
)

it('is told by its name', () => {
  for (const name of ['app.log', 'logs/app.log.1', 'x-20260102.log', 'var/syslog', 'ACCESS_LOG'])
    expect(tableKind(name), name).toBe('log')
  for (const name of ['log.txt', 'catalog', 'a.log.md', 'blog']) expect(tableKind(name), name).not.toBe('log')
})

it('counts the errors of each hour as the program that wrote them did', () => {
  const counted: Record<string, number> = {}
  for (const { time = '', level } of rows(readFileSync(fixturePath('app.log'))))
    if (level === 'ERROR') counted[time.slice(0, 13)] = (counted[time.slice(0, 13)] ?? 0) + 1
  expect(counted).toEqual(JSON.parse(readFileSync(fixturePath('app-errors.json'), 'utf8')))
})
