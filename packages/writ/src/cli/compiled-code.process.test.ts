import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const runner = resolve(import.meta.dirname, '../../bin/compiled-code.js')

let place: string
let kept: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-kept-'))
  kept = join(place, 'kept')
  writeFileSync(join(place, 'main.cjs'), `process.stdout.write(String(require('./other.cjs').answer()))`)
  writeFileSync(join(place, 'other.cjs'), 'exports.answer = () => 11')
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** Code that runs a file of the program. */
function running(file: string): string {
  return `import { runKept } from ${JSON.stringify(runner)}; runKept(${JSON.stringify(join(place, file))}, ${JSON.stringify(kept)})`
}

/** Runs the program in a process of its own; gives what it wrote. */
function run(flags: readonly string[] = [], before = ''): string {
  const code = `${before}; ${running('main.cjs')}`
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code], {
    encoding: 'utf8',
  })
  return stdout + stderr
}

/** The one file of what is kept. */
function keptFile(): string {
  const [file = '', ...others] = readdirSync(kept)
  expect(others).toEqual([])
  return join(kept, file)
}

it('keeps what a run compiled, functions that were called later among it', () => {
  expect(run()).toBe('11')
  const { mtimeMs, size } = statSync(keptFile())
  expect(run()).toBe('11')
  expect(statSync(keptFile())).toMatchObject({ mtimeMs, size })
  expect(readFileSync(keptFile(), 'latin1')).toContain('answer')
})

it('imports a module without a warning of Node, and lets other warnings through', () => {
  writeFileSync(join(place, 'answer.mjs'), 'export const answer = 33')
  writeFileSync(
    join(place, 'main.cjs'),
    `import('./answer.mjs').then(({ answer }) => { process.stdout.write(String(answer)); process.emitWarning('heard') })`,
  )
  expect(run()).toMatch(/^33\(node:\d+\) Warning: heard\n/)
})

it('runs a changed file as it is now, of the same length too', () => {
  run()
  writeFileSync(join(place, 'other.cjs'), 'exports.answer = () => 22')
  expect(run()).toBe('22')
  expect(run()).toBe('22')
})

it.each([
  ['a damaged byte', (bytes: Buffer) => bytes.fill(0xff, bytes.length - 300, bytes.length - 40)],
  ['a lost end', (bytes: Buffer) => bytes.subarray(0, -50)],
  ['a lost beginning', (bytes: Buffer) => bytes.subarray(50)],
  ['nothing', () => Buffer.alloc(0)],
  [
    'a head that names other lengths',
    (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replace(/"length":\d+/, '"length":99999999'), 'latin1'),
  ],
])('runs as ever over %s, and keeps it anew', (_what, damage) => {
  run()
  const whole = readFileSync(keptFile()).length
  writeFileSync(keptFile(), damage(readFileSync(keptFile())))
  expect(run()).toBe('11')
  expect(readFileSync(keptFile()).length).toBeGreaterThan(whole * 0.9)
})

it('keeps no place for files that are gone', () => {
  run()
  writeFileSync(join(place, 'main.cjs'), 'process.stdout.write(String(33))')
  rmSync(join(place, 'other.cjs'))
  expect(run()).toBe('33')
  expect(readFileSync(keptFile(), 'latin1')).not.toContain('other.cjs')
})

it('takes nothing from a V8 with other flags', () => {
  run()
  expect(run(['--no-lazy'])).toBe('11')
  expect(readdirSync(kept)).toHaveLength(2)
})

it.each([
  ['a link to what was kept', (path: string) => symlinkSync(join(path, '../../was'), path)],
  ['a pipe that nobody writes to', (path: string) => spawnSync('mkfifo', [path])],
])('takes nothing from %s, and keeps it anew', (_what, put) => {
  run()
  const path = keptFile()
  renameSync(path, join(place, 'was'))
  put(path)
  expect(run()).toBe('11')
  expect(lstatSync(keptFile()).isFile()).toBe(true)
})

const OTHERS: readonly (readonly [string, () => void])[] = [
  ['others may write', () => chmodSync(keptFile(), 0o646)],
  ['another user wrote', () => chownSync(keptFile(), 12_345, 0)],
]

it.each(OTHERS.slice(0, process.getuid?.() === 0 ? 2 : 1))(
  'takes nothing that %s, and keeps it anew',
  (_whose, harm) => {
    run()
    harm()
    expect(run()).toBe('11')
    const { mode, uid } = statSync(keptFile())
    expect([mode & 0o777, uid]).toEqual([0o644, process.getuid?.()])
  },
)

it('keeps what others cannot write, whatever files of this process others may', () => {
  expect(run([], 'process.umask(0)')).toBe('11')
  expect([kept, keptFile()].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o644])
})

it('takes nothing that was kept of another program', () => {
  run()
  writeFileSync(join(place, 'next.cjs'), `process.stdout.write(String(require('./other.cjs').answer() * 2))`)
  const first = readFileSync(keptFile(), 'latin1')
  spawnSync(process.execPath, ['--input-type=module', '-e', running('next.cjs')])
  expect(first).toContain('main.cjs')
  expect(readFileSync(keptFile(), 'latin1')).not.toContain('main.cjs')
})

const SAYING = `import { Script } from 'node:vm'; Script.prototype.createCachedData = () => { process.stdout.write(' made'); throw new Error('of making') }`

it('makes nothing that it may not keep, and ends as ever where making fails', () => {
  expect(run([], SAYING)).toBe('11 made')
  writeFileSync(join(place, 'main.cjs'), 'process.exitCode = 3')
  const code = `${SAYING}; ${running('main.cjs')}`
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', code]).status).toBe(3)
  rmSync(kept, { recursive: true })
  writeFileSync(kept, 'x')
  writeFileSync(join(place, 'main.cjs'), 'process.stdout.write(String(11))')
  expect(run([], SAYING)).toBe('11')
})

it('leaves nothing behind where what is kept cannot be put in its place', () => {
  run()
  const path = keptFile()
  rmSync(path)
  mkdirSync(join(path, 'full'), { recursive: true })
  expect(run()).toBe('11')
  expect(keptFile()).toBe(path)
})

it('keeps one that is whole, however many end at once', async () => {
  const code = running('main.cjs')
  const ends = Array.from({ length: 6 }, () =>
    once(spawn(process.execPath, ['--input-type=module', '-e', code]), 'exit'),
  )
  expect(await Promise.all(ends)).toEqual(ends.map(() => [0, null]))
  const { ino } = statSync(keptFile())
  expect(run()).toBe('11')
  expect(statSync(keptFile()).ino).toBe(ino)
})

it('gives the error of a file that broke each time it is asked for, and never half of it', () => {
  writeFileSync(join(place, 'other.cjs'), 'exports.answer = 1; throw new Error("broke")')
  writeFileSync(
    join(place, 'main.cjs'),
    `for (const time of [1, 2]) try { process.stdout.write(String(require('./other.cjs').answer)) } catch (e) { process.stdout.write(e.message) }`,
  )
  expect(run()).toBe('brokebroke')
})

it.skipIf(process.getuid?.() === 0)('runs where nothing may be written', () => {
  chmodSync(place, 0o555)
  expect(run()).toBe('11')
  chmodSync(place, 0o755)
  expect(readdirSync(place)).not.toContain('kept')
})

it('runs where the place is a file', () => {
  writeFileSync(kept, 'x')
  expect(run()).toBe('11')
  expect(readFileSync(kept, 'utf8')).toBe('x')
})

it('gives the error of a file that does not compile, at its place', () => {
  writeFileSync(join(place, 'other.cjs'), 'exports.answer = (')
  expect(run()).toMatch(/other\.cjs:\d[\s\S]*SyntaxError/)
})
