import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const runner = resolve(import.meta.dirname, '../../bin/compiled-code.js')
const START = JSON.stringify(new URL('../threads/start-thread.ts', import.meta.url).href)

let place: string
let kept: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-kept-'))
  kept = join(place, 'kept')
  mkdirSync(join(place, 'store'))
  command('process.exit(3)')
  thread(`port.on('message', () => port.postMessage(answer()))`)
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** A command that asks its thread once, and then does something while that waits for more. */
function command(then: string): void {
  writeFileSync(
    join(place, 'main.cjs'),
    `import(${START}).then(({ startThread }) => {
       const file = require('node:url').pathToFileURL(require('node:path').join(__dirname, 'store', 'worker.cjs'))
       const worker = startThread({ file, name: 'store', resourceLimits: {} })
       worker.ref()
       worker.on('message', async (answer) => { process.stdout.write(String(answer)); ${then} })
       worker.postMessage('ask')
     })`,
  )
}

function thread(code: string): void {
  writeFileSync(
    join(place, 'store', 'worker.cjs'),
    `const { parentPort: port } = require('node:worker_threads'); function answer() { return 11 }; ${code}`,
  )
}

/** Runs the command in a process of its own; gives what it wrote. */
function run(): string {
  const code = `import { runKept } from ${JSON.stringify(runner)}; runKept(${JSON.stringify(join(place, 'main.cjs'))}, ${JSON.stringify(kept)})`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  })
  expect(status).toBe(3)
  return stdout + stderr
}

const files = (): string[] => readdirSync(kept).sort()
const threadFile = (): string => join(kept, files().find((name) => name.startsWith('thread-store-')) ?? '')

it('keeps what a thread compiled, functions that were called later among it', () => {
  expect(run()).toBe('11')
  expect(files()).toHaveLength(2)
  const { mtimeMs, ino } = statSync(threadFile())
  expect(readFileSync(threadFile(), 'latin1')).toContain('answer')
  expect(run()).toBe('11')
  expect(statSync(threadFile())).toMatchObject({ mtimeMs, ino })
})

it('runs a changed thread as it is now, and keeps it anew', () => {
  run()
  const { ino } = statSync(threadFile())
  thread(`port.on('message', () => port.postMessage(answer() * 2))`)
  expect(run()).toBe('22')
  expect(statSync(threadFile()).ino).not.toBe(ino)
  expect(run()).toBe('22')
})

it.each([
  ['a damaged byte', (bytes: Buffer) => bytes.fill(0xff, bytes.length - 300, bytes.length - 40)],
  ['nothing', () => Buffer.alloc(0)],
])('runs as ever over %s, and keeps it anew', (_what, damage) => {
  run()
  const whole = readFileSync(threadFile()).length
  writeFileSync(threadFile(), damage(readFileSync(threadFile())))
  expect(run()).toBe('11')
  expect(readFileSync(threadFile()).length).toBeGreaterThan(whole * 0.9)
})

it('removes what a process that was killed while it kept something left of it', () => {
  const old = ['thread-store-7.123.456', 'command-7.123.456'].map((name) => join(kept, name))
  const young = join(kept, 'thread-store-7.124.456')
  mkdirSync(kept)
  for (const draft of [...old, young]) writeFileSync(draft, 'half')
  for (const draft of old) utimesSync(draft, 1, 1)
  writeFileSync(join(kept, 'mine.1.2'), '')
  utimesSync(join(kept, 'mine.1.2'), 1, 1)
  expect(run()).toBe('11')
  const left = files().filter((name) => name.includes('.'))
  expect(left).toEqual(['mine.1.2', 'thread-store-7.124.456'])
})

it('ends with the status it was to end with where a thread never comes to keep anything', () => {
  thread(`port.on('message', () => { port.postMessage(answer()); for (;;) {} })`)
  expect(run()).toBe('11')
  expect(files()).toHaveLength(1)
})

it('runs its thread where nothing may be kept', () => {
  writeFileSync(kept, 'x')
  expect(run()).toBe('11')
})

it('waits for no thread that has ended', () => {
  const saying = `const { wait } = Atomics; Atomics.wait = (...args) => { process.stdout.write(' waits'); return wait(...args) }; `
  command(`${saying} await worker.terminate(); process.exit(3)`)
  expect(run()).toBe('11')
  expect(files()).toHaveLength(1)
  command(`${saying} process.exit(3)`)
  expect(run()).toMatch(/^11( waits)*$/) // no need to, where the thread is the first to have kept its own
  expect(files()).toHaveLength(2)
})
