import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  checkpointText,
  consistencyProof,
  cosigners,
  ED25519_NOTE,
  EMPTY_ROOT,
  formatAddCheckpoint,
  formatVerifierKey,
  fromBase64,
  leafHash,
  nodesOf,
  parseLogCheckpoint,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  rootOfHashes,
  signNote,
} from '@writ/evidence'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Ended } from '../cli/command.fixture.ts'
import { runCommand } from '../cli/command-here.fixture.ts'
import { openSigner } from '../ledger/index.ts'

const WRIT = resolve(import.meta.dirname, '../../bin/writ.js')
const ORIGIN = 'writ.dev/log/test'
const leaves = Array.from({ length: 12 }, (_, i) => leafHash(new TextEncoder().encode(`leaf ${i}`)))
const forked = leaves.map((leaf, i) => (i === 2 ? leafHash(new TextEncoder().encode('other')) : leaf))

let place: string
let key: string
let logKey: string
let url: string
let child: ChildProcess | undefined

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'writ-witness-'))
  const made = await writ('init', '--dir', join(place, 'w'), '--name', 'example.com/w')
  key = made.out.trim()
  await serve()
})

afterEach(async () => {
  await stop()
  rmSync(place, { recursive: true, force: true })
})

function writ(...args: readonly string[]): Promise<Ended> {
  return runCommand(place, ['witness', ...args])
}

test('a witness is made in no directory that has a trust root: that of a home would be lost', async () => {
  const trust = join(place, 'home', 'trust.json')
  const before = readFileSync(trust)
  const { code, err } = await writ('init', '--dir', join(place, 'home'), '--name', 'example.com/w')
  expect(code).toBe(2)
  expect(err).toContain('trust.json is there already')
  expect(readFileSync(trust)).toEqual(before)
})

test('an address that is taken is said to be, and is no fault of Writ', async () => {
  const { port } = new URL(url)
  const { code, err } = await writ(
    'serve',
    '--dir',
    join(place, 'w'),
    '--port',
    port,
    '--log',
    `${ORIGIN}=${logKey}`,
  )
  expect(code).toBe(2)
  expect(err).toContain('EADDRINUSE')
})

async function serve(): Promise<void> {
  const signer = await openSigner(join(place, 'home'))
  const { name, publicKey } = signer.publicKey('log')
  const raw = fromBase64(publicKey) ?? new Uint8Array(0)
  logKey = formatVerifierKey({ name, type: ED25519_NOTE, publicKey: raw })
  const log = `${ORIGIN}=${logKey}`
  const args = [WRIT, 'witness', 'serve', '--dir', join(place, 'w'), '--port', '0', '--log', log]
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child = started
  url = await new Promise((ready, failed) => {
    let text = ''
    started.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const [shown, address] = text.split('\n')
      if (address?.startsWith('http') && text.endsWith('\n')) {
        expect(shown).toBe(key)
        ready(address)
      }
    })
    started.once('exit', (code) => failed(new Error(`the witness ended with ${code}`)))
  })
}

async function stop(): Promise<void> {
  const running = child
  child = undefined
  if (running === undefined || running.exitCode !== null) return
  const ended = new Promise((done) => running.once('exit', done))
  running.kill('SIGKILL')
  await ended
}

async function checkpoint(size: number, of = leaves, home = 'home', origin = ORIGIN): Promise<Uint8Array> {
  const signer = await openSigner(join(place, home))
  const root = size === 0 ? EMPTY_ROOT : rootOfHashes(of.slice(0, size))
  return await signNote(signer, 'log', checkpointText(origin, size, root))
}

function request(oldSize: number, note: Uint8Array, of = leaves, proof?: readonly Uint8Array[]): Uint8Array {
  const { size } = parseLogCheckpoint(note, 'c')
  const honest = oldSize === 0 || oldSize > size ? [] : consistencyProof(nodesOf(of), size, oldSize)
  return formatAddCheckpoint({ oldSize, proof: proof ?? honest, checkpoint: parseLogCheckpoint(note, 'c') })
}

async function post(body: Uint8Array): Promise<{ status: number; text: string; type: string | null }> {
  const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: new Uint8Array(body) })
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') }
}

test('a log that only grows is cosigned, the same size again too, and the cosignature holds', async () => {
  const witness = parseVerifierKey(key)
  if (witness === undefined) throw new Error('no verifier key')
  expect(witness).toMatchObject({ name: 'example.com/w', type: 4 })
  let old = 0
  for (const size of [3, 3, 4, 9]) {
    const note = await checkpoint(size)
    const { status, text } = await post(request(old, note))
    expect(status).toBe(200)
    const { text: body, signatures } = parseNote(note, 'c')
    const cosigned = { text: body, signatures: [...signatures, ...parseSignatures(text, 'answer')] }
    const [found] = cosigners(cosigned, [witness], 'c')
    expect(Math.abs((found?.time ?? 0) - Date.now() / 1000)).toBeLessThan(60)
    old = size
  }
})

test('an older tree, as a restored store signs it, conflicts, and a fork is refused', async () => {
  expect((await post(request(0, await checkpoint(5)))).status).toBe(200)
  expect(await post(request(0, await checkpoint(3)))).toEqual({
    status: 409,
    text: '5\n',
    type: 'text/x.tlog.size',
  })
  expect((await post(request(3, await checkpoint(4)))).status).toBe(409)
  expect((await post(request(5, await checkpoint(5, forked), forked))).status).toBe(422)
  expect((await post(request(5, await checkpoint(8, forked), forked))).status).toBe(422)
  expect((await post(request(5, await checkpoint(8), leaves, []))).status).toBe(422)
  expect((await post(request(5, await checkpoint(8)))).status).toBe(200)
})

test('what it cosigned survives a kill', async () => {
  expect((await post(request(0, await checkpoint(5)))).status).toBe(200)
  await stop()
  await serve()
  expect(await post(request(0, await checkpoint(3)))).toMatchObject({ status: 409, text: '5\n' })
  expect((await post(request(5, await checkpoint(6)))).status).toBe(200)
})

test('two requests at once from one size: one is cosigned, the other conflicts', async () => {
  const bodies = [request(0, await checkpoint(4)), request(0, await checkpoint(7))]
  const answers = await Promise.all(bodies.map(post))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
})

test('each refusal has its status', async () => {
  const note = await checkpoint(3)
  expect((await post(request(0, await checkpoint(3, leaves, 'home', 'writ.dev/log/other')))).status).toBe(404)
  expect((await post(request(0, await checkpoint(3, leaves, 'another')))).status).toBe(403)
  const parsed = parseLogCheckpoint(note, 'c')
  const [made] = parsed.note.signatures
  if (made === undefined) throw new Error('no signature')
  const spoilt = { ...made, signature: made.signature.slice().reverse() }
  const spoil = (signatures: readonly (typeof made)[]): Uint8Array =>
    formatAddCheckpoint({
      oldSize: 0,
      proof: [],
      checkpoint: { ...parsed, note: { ...parsed.note, signatures } },
    })
  expect((await post(spoil([spoilt]))).status).toBe(403)
  expect((await post(spoil([made, spoilt]))).status).toBe(403)
  expect((await post(spoil([made, { ...spoilt, name: 'stranger' }]))).status).toBe(200)
  expect((await post(request(4, note))).status).toBe(400)
  expect(await post(new TextEncoder().encode('old 0\n'))).toMatchObject({ status: 400 })
  expect((await post(request(3, await checkpoint(4), leaves, [EMPTY_ROOT]))).status).toBe(422)
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405)
  expect((await fetch(`${url}/other`, { method: 'POST' })).status).toBe(404)
})

test('from nothing, an empty proof and the empty root are asked for', async () => {
  expect((await post(request(0, await checkpoint(3), leaves, [EMPTY_ROOT]))).status).toBe(422)
  expect((await post(request(0, await checkpoint(0)))).status).toBe(200)
  const signer = await openSigner(join(place, 'home'))
  const wrong = await signNote(signer, 'log', checkpointText(ORIGIN, 0, leaves[0] ?? EMPTY_ROOT))
  expect((await post(request(0, wrong))).status).toBe(422)
})

test('its key is made once, kept private, and never made anew', async () => {
  expect(statSync(join(place, 'w', 'witness.pem')).mode & 0o777).toBe(0o600)
  expect(await writ('init', '--dir', join(place, 'w'), '--name', 'b')).toMatchObject({ code: 2 })
  expect(await writ('init', '--dir', join(place, 'v'), '--name', 'a b')).toMatchObject({ code: 2 })
  const log = `o=${key.replace('+BA', '+AA')}`
  expect((await writ('serve', '--dir', join(place, 'w'), '--port', '0', '--log', log)).err).toContain(
    'is no log',
  )
  expect((await writ('serve', '--dir', join(place, 'w'), '--port', '0')).err).toContain('give --log')
})
