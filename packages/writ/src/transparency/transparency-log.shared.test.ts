import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Signer, TransparencyLog } from '@writ/contract'
import {
  checkpointText,
  consistencyHolds,
  fromHex,
  hex,
  inclusionHolds,
  leafHash,
  noteSignatureHolds,
  parseEntries,
  parseLogCheckpoint,
  rootOf,
  signNote,
} from '@writ/evidence'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSigner } from '../ledger/index.ts'
import { openTransparencyLog, publishTiles } from './index.ts'

let home: string
let signer: Signer
const opened: TransparencyLog[] = []

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'writ-log-'))
  signer = await openSigner(home)
})

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close()
  rmSync(home, { recursive: true, force: true })
})

async function open(): Promise<TransparencyLog> {
  const log = await openTransparencyLog(home, signer)
  opened.push(log)
  return log
}

const statement = (i: number): Uint8Array => new TextEncoder().encode(`statement ${i}`)
const raw = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const published = (): ReturnType<typeof parseLogCheckpoint> =>
  parseLogCheckpoint(readFileSync(join(home, 'log', 'checkpoint')), 'checkpoint')

async function appendMany(log: TransparencyLog, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) expect(await log.append(statement(i))).toBe(i)
}

test('every append is under a signed, published checkpoint of the right root', async () => {
  const log = await open()
  expect(log.checkpoint()).toBeUndefined()
  expect(log.origin).toBe(`writ.dev/log/${signer.publicKey('log').keyId.slice(0, 16)}`)
  for (let size = 1; size <= 9; size++) {
    expect(await log.append(statement(size - 1))).toBe(size - 1)
    const { note, ...head } = published()
    const root = rootOf(Array.from({ length: size }, (_, i) => statement(i)))
    expect({ ...head, root: hex(head.root) }).toEqual({ origin: log.origin, size, root: hex(root) })
    expect(note.signatures.map((one) => noteSignatureHolds(note, one, signer.publicKey('log')))).toEqual([
      true,
    ])
  }
})

test('proofs from the store hold for every leaf and every pair of sizes', async () => {
  const log = await open()
  await appendMany(log, 0, 20)
  const roots = Array.from({ length: 21 }, (_, n) =>
    rootOf(Array.from({ length: n }, (_, i) => statement(i))),
  )
  for (let size = 1; size <= 20; size++) {
    const root = roots[size] ?? raw('')
    for (let i = 0; i < size; i++) {
      expect(inclusionHolds(leafHash(statement(i)), i, size, log.inclusion(i, size), root)).toBe(true)
    }
    for (let first = 1; first <= size; first++) {
      const proof = log.consistency(first, size)
      expect(consistencyHolds(first, size, proof, roots[first] ?? raw(''), root)).toBe(true)
    }
  }
  expect(log.consistency(0, 20)).toEqual([])
})

test('the same statement again is the same leaf, also after opening again', async () => {
  const log = await open()
  await appendMany(log, 0, 3)
  expect(await log.append(statement(1))).toBe(1)
  const again = await open()
  expect(again.state()).toEqual(log.state())
  expect(await again.append(statement(2))).toBe(2)
  expect(published().size).toBe(3)
})

test('a statement longer than a bundle holds is refused and leaves the log as it was', async () => {
  const log = await open()
  await appendMany(log, 0, 1)
  await expect(log.append(new Uint8Array(65_536))).rejects.toMatchObject({ code: 'LOG_FAILED' })
  expect(log.state().size).toBe(1)
  await appendMany(log, 1, 2)
})

test('processes that append at once lose nothing and never sign two roots of one size', async () => {
  const program = join(import.meta.dirname, 'appending-process-fixture.ts')
  const names = ['a', 'b', 'c']
  const ends = names.map((name) => {
    const child = spawn(process.execPath, ['--conditions=@writ/source', program, home, name, '15'])
    return new Promise<number | null>((resolve) => child.on('close', resolve))
  })
  expect(await Promise.all(ends)).toEqual([0, 0, 0])
  const log = await open()
  const entries = log.entries(0).map((bytes) => new TextDecoder().decode(bytes))
  for (const name of names) {
    const own = entries.filter((entry) => entry.startsWith(`${name} `))
    expect(own).toEqual(Array.from({ length: 15 }, (_, i) => `${name} ${i}`))
  }
  expect(entries).toHaveLength(45)
  expect(published()).toMatchObject({ size: 45 })
  expect(hex(published().root)).toBe(hex(rootOf(log.entries(0))))
  const db = new DatabaseSync(join(home, 'log', 'log.db'), { readOnly: true })
  for (const { size, root } of db.prepare('SELECT size, root FROM checkpoints').all()) {
    expect(hex(root as Uint8Array)).toBe(hex(rootOf(log.entries(0).slice(0, Number(size)))))
  }
  db.close()
})

test('a restored older copy is refused at open, and by a process that has it open', async () => {
  const log = await open()
  await appendMany(log, 0, 2)
  await log.close()
  const path = join(home, 'log', 'log.db')
  copyFileSync(path, `${path}.old`)
  await appendMany(await open(), 2, 3)
  for (const one of opened.splice(0)) await one.close()
  copyFileSync(`${path}.old`, path)
  await expect(open()).rejects.toMatchObject({ code: 'LOG_ROLLED_BACK' })
  expect(published().size).toBe(3)
})

test('a store gone with its checkpoint still there is refused', async () => {
  await appendMany(await open(), 0, 2)
  for (const one of opened.splice(0)) await one.close()
  for (const name of readdirSync(join(home, 'log'))) {
    if (name.startsWith('log.db')) rmSync(join(home, 'log', name))
  }
  await expect(open()).rejects.toMatchObject({ code: 'LOG_ROLLED_BACK' })
})

test.each(['another root', 'another origin'])('a published checkpoint with %s is a fork', async (what) => {
  const log = await open()
  await appendMany(log, 0, 2)
  const origin = what === 'another origin' ? 'writ.dev/log/other' : log.origin
  const note = await signNote(signer, 'log', checkpointText(origin, 2, leafHash(statement(9))))
  writeFileSync(join(home, 'log', 'checkpoint'), note)
  await expect(log.append(statement(2))).rejects.toMatchObject({ code: 'LOG_FORKED' })
  expect(log.state().size).toBe(2)
  await expect(open()).rejects.toMatchObject({ code: 'LOG_FORKED' })
})

test('a damaged tree is refused before anything is signed on it', async () => {
  await appendMany(await open(), 0, 4)
  for (const one of opened.splice(0)) await one.close()
  const db = new DatabaseSync(join(home, 'log', 'log.db'))
  db.prepare('UPDATE nodes SET hash = ? WHERE height = 2').run(leafHash(statement(9)))
  db.close()
  await expect(open()).rejects.toMatchObject({ code: 'LOG_FORKED' })
})

test('what died between persisting and signing is signed when the log opens again', async () => {
  const log = await open()
  await appendMany(log, 0, 2)
  const failing: Signer = {
    publicKey: (role) => signer.publicKey(role),
    sign: () => Promise.reject(new Error('the process died')),
  }
  const dying = await openTransparencyLog(home, failing)
  opened.push(dying)
  await expect(dying.append(statement(2))).rejects.toThrow('died')
  expect(published().size).toBe(2)
  await open()
  expect(published().size).toBe(3)
})

test('the published tiles hold every leaf and grow without changing', async () => {
  const log = await open()
  await appendMany(log, 0, 5)
  const place = join(home, 'published')
  expect(publishTiles(log, place)).toBe(5)
  const first = readFileSync(join(place, 'tile/0/000.p/5'))
  await appendMany(log, 5, 260)
  expect(publishTiles(log, place)).toBe(260)
  expect(readFileSync(join(place, 'tile/0/000.p/5'))).toEqual(first)
  expect(readFileSync(join(place, 'checkpoint'))).toEqual(readFileSync(join(home, 'log', 'checkpoint')))
  const bundles = [
    parseEntries(readFileSync(join(place, 'tile/entries/000')), 256, 'e'),
    parseEntries(readFileSync(join(place, 'tile/entries/001.p/4')), 4, 'e'),
  ]
  expect(hex(rootOf(bundles.flat()))).toBe(hex(published().root))
  const tile = readFileSync(join(place, 'tile/1/000.p/1'))
  expect(hex(new Uint8Array(tile))).toBe(hex(rootOf(bundles[0] ?? [])))
})
