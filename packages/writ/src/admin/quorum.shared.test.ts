import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Answer, WritError } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand } from '../cli/command-here.fixture.ts'
import { createWrit, verifyFile } from '../index.ts'
import { withinHome } from '../runs/within-home.fixture.ts'

const WRIT = resolve(import.meta.dirname, '..', '..', 'bin', 'writ.js')

let place: string
let home: string
const running: ChildProcess[] = []

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-quorum-'))
  home = join(place, 'home')
})

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop))
  rmSync(place, { recursive: true, force: true })
})

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}

/** Makes a witness that the home's trust root pins. */
async function pinned(name: string): Promise<string> {
  const directory = join(place, name)
  const made = await runCommand(place, ['witness', 'init', '--dir', directory, '--name', name])
  expect(made.code).toBe(0)
  await withinHome(home, (writ) => writ.keys.trust(join(directory, 'trust.json')))
  return directory
}

async function serve(directory: string, port = 0): Promise<{ url: string; child: ChildProcess }> {
  const { watch } = await withinHome(home, (writ) => writ.log.show())
  const args = [WRIT, 'witness', 'serve', '--dir', directory, '--port', String(port), '--log', watch]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const url = await new Promise<string>((ready, failed) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const address = text.split('\n')[1]
      if (address?.startsWith('http') && text.endsWith('\n')) ready(address)
    })
    child.once('exit', (code) => failed(new Error(`the witness ended with ${code}`)))
  })
  return { url, child }
}

async function ask(witnesses: readonly string[], quorum = witnesses.length): Promise<Answer> {
  const required = quorum === 0 ? {} : { witnesses, witnessQuorum: quorum, witnessTimeoutMs: 5_000 }
  const writ = await createWrit({ home, ...required })
  try {
    const context = [{ id: 'a.txt', text: 'The lease of unit 4 ends on 3 May. It renews by itself.' }]
    return await writ.completion({ query: 'When does the lease end?', context })
  } finally {
    await writ.close()
  }
}

async function refused(asking: Promise<Answer>): Promise<WritError> {
  return await asking.then(
    () => expect.unreachable('an answer was handed out'),
    (error: WritError) => error,
  )
}

async function witnessed(file: string): Promise<readonly string[]> {
  const report = await verifyFile(file, { trust: join(home, 'trust.json') })
  const { result, code, detail } = report.verdicts.find(({ name }) => name === 'WITNESSED') ?? {}
  return [result ?? '', code ?? '', detail ?? '']
}

const evidence = (): readonly string[] =>
  existsSync(join(home, 'runs'))
    ? readdirSync(join(home, 'runs')).filter((name) => name.endsWith('.writ'))
    : []

test('an answer waits for its quorum, and its file passes WITNESSED', async () => {
  await withinHome(home, (writ) => writ.log.show())
  const directories = [await pinned('ann'), await pinned('bo')]
  await withinHome(home, (writ) => writ.keys.setThreshold('witness', 2))
  const urls = (await Promise.all(directories.map((directory) => serve(directory)))).map(({ url }) => url)
  for (const _ of [1, 2]) {
    const answer = await ask(urls)
    const [result, code, detail] = await witnessed(answer.evidence ?? '')
    expect([result, code]).toEqual(['pass', 'OK'])
    expect(detail).toContain('run-open, run-head, run-close in the log')
    expect(detail).toContain('2 witnesses cosigned it')
  }
})

test('a threshold leaves the runs made before it standing, and asks it of those after it', async () => {
  await withinHome(home, (writ) => writ.log.show())
  await pinned('ann')
  const before = await ask([])
  await withinHome(home, (writ) => writ.keys.setThreshold('witness', 1))
  const after = await ask([])
  expect((await witnessed(before.evidence ?? '')).slice(0, 2)).toEqual(['not-evaluated', 'NO_WITNESS'])
  const [result, code, detail] = await witnessed(after.evidence ?? '')
  expect([result, code]).toEqual(['fail', 'QUORUM_NOT_MET'])
  expect(detail).toContain('writ log prove <file> --witness <url>')
})

test('one witness down: two of two keep the answer back, one of two hands it out', async () => {
  await withinHome(home, (writ) => writ.log.show())
  const directories = [await pinned('ann'), await pinned('bo')]
  await withinHome(home, (writ) => writ.keys.setThreshold('witness', 2))
  const [ann, bo] = await Promise.all(directories.map((directory) => serve(directory)))
  if (ann === undefined || bo === undefined) throw new Error('no witnesses')
  await stop(bo.child)
  const urls = [ann.url, bo.url]
  const error = await refused(ask(urls))
  expect(error).toMatchObject({ code: 'WITNESS_QUORUM', exitCode: 5, retryable: true })
  const [file = ''] = evidence()
  expect(error.message).toContain(file)
  expect((await witnessed(join(home, 'runs', file))).slice(0, 2)).toEqual(['fail', 'QUORUM_NOT_MET'])
  expect((await ask(urls, 1)).status).toBe('complete')
  const path = join(home, 'runs', file)
  const again = [ann.url, (await serve(directories[1] ?? '')).url]
  await withinHome(home, (writ) => writ.log.prove(path, { witnesses: again }))
  expect((await witnessed(path)).slice(0, 2)).toEqual(['pass', 'OK'])
  expect((await verifyFile(path, { trust: join(home, 'trust.json') })).ok).toBe(true)
})

test('a home put back as it was is refused by the witness that saw more, and so is a fork of it', async () => {
  await withinHome(home, (writ) => writ.log.show())
  const directory = await pinned('ann')
  const { url } = await serve(directory)
  await ask([url])
  cpSync(home, join(place, 'copy'), { recursive: true })
  await ask([url])
  await ask([url])
  rmSync(home, { recursive: true })
  cpSync(join(place, 'copy'), home, { recursive: true })
  // The witness has seen nine statements of this log. The copy has three, and each run adds three.
  expect(await refused(ask([url]))).toMatchObject({ code: 'LOG_ROLLED_BACK' })
  expect(await refused(ask([url]))).toMatchObject({ code: 'LOG_FORKED' })
})

test('only evidence of this log, whole, is proven again', async () => {
  await withinHome(home, (writ) => writ.log.show())
  const path = (await ask([])).evidence ?? ''
  await withinHome(home, (writ) => writ.log.prove(path))
  const other = join(place, 'other')
  await withinHome(other, (writ) => writ.log.show())
  await expect(withinHome(other, (writ) => writ.log.prove(path))).rejects.toMatchObject({
    code: 'VERIFICATION_FAILED',
  })
  cpSync(join(home, 'keys'), join(place, 'fresh', 'keys'), { recursive: true })
  cpSync(join(home, 'trust.json'), join(place, 'fresh', 'trust.json'))
  await expect(withinHome(join(place, 'fresh'), (writ) => writ.log.prove(path))).rejects.toMatchObject({
    code: 'LOG_FAILED',
  })
})

test('a witness whose key was revoked releases no answer, as it counts for no verifier', async () => {
  await withinHome(home, (writ) => writ.log.show())
  const directories = [await pinned('ann'), await pinned('bo')]
  const [ann, bo] = await Promise.all(directories.map((directory) => serve(directory)))
  await withinHome(home, (writ) => writ.keys.revoke('ann', { reason: 'stolen' }))
  expect(await refused(ask([ann?.url ?? '']))).toMatchObject({ code: 'WITNESS_QUORUM' })
  const both = [ann?.url ?? '', bo?.url ?? '']
  expect(await refused(ask(both))).toMatchObject({ code: 'USAGE' })
  expect((await ask(both, 1)).status).toBe('complete')
})

test('a quorum that cannot be made is said before anything is spent', async () => {
  await withinHome(home, (writ) => writ.log.show())
  await pinned('ann')
  expect(await refused(ask(['http://127.0.0.1:1'], 2))).toMatchObject({ code: 'USAGE' })
  expect(await refused(ask(['http://127.0.0.1:1', 'http://127.0.0.1:2'], 2))).toMatchObject({ code: 'USAGE' })
  expect(evidence()).toEqual([])
})
