import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FLUSHED_SLOTS, formatHeadFile, formatSlot, headPath, readHead, SLOT_BYTES } from './head-file.ts'

let home: string
let shard: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-head-'))
  shard = join(home, 'ledger', 'shard-0001.db')
  mkdirSync(join(home, 'heads'))
})

afterEach(() => rmSync(home, { recursive: true }))

const headAt = (seq: number) => ({ seq, records: seq * 2, root: 'ab'.repeat(32), run: `run-${seq}` })
const BOOT = '0123abcd-0000-4000-8000-000000000000'

test('what is written of a head is read back', () => {
  writeFileSync(headPath(shard), formatHeadFile('shard-0001', headAt(7), BOOT))
  expect(readHead(shard)).toEqual({ flushed: headAt(7), slot: 1, latest: { head: headAt(7), boot: BOOT } })
  expect(readFileSync(headPath(shard))).toHaveLength(3 * SLOT_BYTES)
  expect(readHead(join(home, 'ledger', 'shard-0002.db'))).toBeUndefined()
})

test('the newer flushed head counts, wherever it lies; a torn one leaves the other', () => {
  const file = Buffer.from(formatHeadFile('shard-0001', headAt(7), BOOT))
  for (const slot of FLUSHED_SLOTS) {
    const newer = Buffer.from(file)
    newer.set(formatSlot('shard-0001', headAt(8), undefined), slot * SLOT_BYTES)
    writeFileSync(headPath(shard), newer)
    expect(readHead(shard)).toMatchObject({ flushed: headAt(8), slot })
    newer.fill(0, slot * SLOT_BYTES + 40, (slot + 1) * SLOT_BYTES)
    writeFileSync(headPath(shard), newer)
    expect(readHead(shard)).toMatchObject({ flushed: headAt(7) })
  }
})

test('no slot is read in which any character of what it says was changed, or which names another shard', () => {
  const slot = formatSlot('shard-0001', headAt(7), BOOT)
  const said = slot.indexOf(Buffer.from('  ').readUInt8(0), 200)
  for (let at = 0; at < said; at++) {
    const altered = Buffer.from(slot)
    altered[at] = (altered[at] ?? 0) ^ 1
    writeFileSync(headPath(shard), altered)
    expect(readHead(shard)?.latest).toBeUndefined()
  }
  writeFileSync(headPath(shard), formatHeadFile('shard-0002', headAt(7), BOOT))
  expect(readHead(shard)).toMatchObject({ flushed: undefined, latest: undefined })
})
