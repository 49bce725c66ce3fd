import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUp } from './backup.ts'
import { digest } from './backup-manifest.ts'
import { openSigner } from './keys/signer.ts'
import { openLedger } from './ledger.ts'
import { restore } from './restore.ts'

let place: string
let home: string
let copy: string
let other: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-backup-'))
  home = join(place, 'home')
  copy = join(place, 'copy')
  other = join(place, 'other')
})

afterEach(() => rmSync(place, { recursive: true }))

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function seqs(ledger: Ledger, run: string): Promise<number[]> {
  const found: number[] = []
  for await (const record of ledger.records(run)) found.push(JSON.parse(new TextDecoder().decode(record)).seq)
  return found
}

/** A home with keys and one open run of so many records; the ledger that writes it is still open. */
async function writing(count: number): Promise<Ledger> {
  await openSigner(home)
  const ledger = await openLedger(home)
  const log = await ledger.open('run-a', 'why?', 1)
  for (let seq = 0; seq < count; seq++) {
    const record = bytes(JSON.stringify({ run: 'run-a', seq }))
    await log.append(record, [{ path: `0/${seq}/x`, bytes: bytes(`value ${seq}`) }], 'commit')
  }
  return ledger
}

const checkpoint = (size: number): string => `writ.dev/log/0123456789abcdef\n${size}\nroot\n\n— name sig\n`

function publish(directory: string, size: number): string {
  mkdirSync(join(directory, 'log'), { recursive: true })
  const path = join(directory, 'log', 'checkpoint')
  writeFileSync(path, checkpoint(size))
  return path
}

test('a home that is being written is copied whole; with the keys of runs a restored one opens them and writes on', async () => {
  const ledger = await writing(300)
  const manifest = await backUp(home, copy, { keys: true })
  expect(manifest.files.map((file) => file.name)).toEqual([
    'trust.json',
    'ledger/shard-0001.db',
    'heads/shard-0001.head',
    'keys/runs/run-a.key',
  ])
  await ledger.close()
  await restore(copy, other)
  const restored = await openLedger(other)
  expect(await seqs(restored, 'run-a')).toHaveLength(300)
  expect(await restored.payload('run-a', '0/299/x')).toEqual(bytes('value 299'))
  expect(await restored.runs()).toMatchObject([{ run: 'run-a', question: 'why?', status: 'open' }])
  await (await restored.resume('run-a')).append(bytes('{"run":"run-a","seq":300}'), [], 'flush')
  expect(await seqs(restored, 'run-a')).toHaveLength(301)
  await restored.close()
})

test('without keys the structure is there and the content is not; signing keys are never there', async () => {
  await (await writing(3)).close()
  const log = readFileSync(join(home, 'keys', 'log.pem'))
  await backUp(home, copy, { keys: true })
  const every = readdirSync(copy, { recursive: true, encoding: 'utf8' })
  expect(every.filter((name) => name.endsWith('.pem'))).toEqual([])
  rmSync(copy, { recursive: true })
  await backUp(home, copy, { keys: false })
  await restore(copy, other)
  const restored = await openLedger(other)
  expect(await seqs(restored, 'run-a')).toEqual([0, 1, 2])
  expect(await restored.payload('run-a', '0/0/x')).toBeUndefined()
  await restored.close()
  // What it pins is gone, so nothing is signed with another key; with the keys put back it goes on.
  await expect(openSigner(other)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  expect(existsSync(join(other, 'keys', 'log.pem'))).toBe(false)
  for (const role of ['log', 'operator']) {
    writeFileSync(join(other, 'keys', `${role}.pem`), readFileSync(join(home, 'keys', `${role}.pem`)), {
      mode: 0o600,
    })
  }
  await openSigner(other)
  expect(readFileSync(join(other, 'keys', 'log.pem'))).toEqual(log)
})

test('a backup is not made over something, nor of nothing', async () => {
  await expect(backUp(home, copy, { keys: false })).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
  await (await writing(1)).close()
  await backUp(home, copy, { keys: false })
  await expect(backUp(home, copy, { keys: false })).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
})

test('a restore never overwrites, and takes nothing that is not what the manifest names', async () => {
  await (await writing(1)).close()
  await backUp(home, copy, { keys: false })
  const before = readFileSync(join(home, 'ledger', 'shard-0001.db'))
  await expect(restore(copy, home)).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
  expect(readFileSync(join(home, 'ledger', 'shard-0001.db'))).toEqual(before)
  const shard = join(copy, 'ledger', 'shard-0001.db')
  const whole = readFileSync(shard)
  writeFileSync(
    shard,
    Uint8Array.from(whole, (byte, index) => (index === 5000 ? byte ^ 1 : byte)),
  )
  await expect(restore(copy, other)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  expect(existsSync(other)).toBe(false)
  writeFileSync(shard, whole)
  const manifest = readFileSync(join(copy, 'manifest.json'), 'utf8')
  writeFileSync(join(copy, 'manifest.json'), manifest.replace('ledger/shard-0001.db', '../shard-0001.db'))
  await expect(restore(copy, other)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  rmSync(join(copy, 'manifest.json'))
  await expect(restore(copy, other)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
})

test('a backup behind a checkpoint that was published is refused; one that is not is restored', async () => {
  await (await writing(1)).close()
  publish(home, 4)
  await backUp(home, copy, { keys: false })
  const seen = publish(join(place, 'elsewhere'), 5)
  await expect(restore(copy, other, { published: seen })).rejects.toMatchObject({ code: 'BACKUP_BEHIND' })
  publish(other, 5)
  await expect(restore(copy, other)).rejects.toMatchObject({ code: 'BACKUP_BEHIND' })
  rmSync(other, { recursive: true })
  publish(join(place, 'elsewhere'), 4)
  await restore(copy, other, { published: seen })
  expect(readFileSync(join(other, 'log', 'checkpoint'), 'utf8')).toBe(checkpoint(4))
})

test('a shard that is only being made, or whose maker died, keeps no backup from being made', async () => {
  await (await writing(1)).close()
  writeFileSync(join(home, 'ledger', 'shard-0002.db'), '')
  const { files } = await backUp(home, copy, { keys: false })
  expect(files.map(({ name }) => name)).toEqual([
    'trust.json',
    'ledger/shard-0001.db',
    'heads/shard-0001.head',
  ])
})

test('what is restored is private, whatever carried the backup made of it', async () => {
  await (await writing(1)).close()
  await backUp(home, copy, { keys: true })
  chmodSync(join(copy, 'keys', 'runs', 'run-a.key'), 0o644)
  await restore(copy, other)
  const restored = await openLedger(other)
  expect(await restored.payload('run-a', '0/0/x')).toEqual(bytes('value 0'))
  await restored.close()
})

test('a file is hashed in pieces, so its size is bounded by nothing', () => {
  const path = join(place, 'large')
  writeFileSync(path, 'begins')
  truncateSync(path, 3_000_001)
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  expect(digest(path)).toEqual({ size: 3_000_001, sha256 })
})
