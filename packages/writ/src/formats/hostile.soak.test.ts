import { createHash } from 'node:crypto'
import type { Parsed, ParseRefusal } from '@writ/contract'
import { afterAll, expect, it } from 'vitest'
import { fixture } from './fixtures.fixture.ts'
import { HOSTILE } from './hostile-files.fixture.ts'
import { HOSTILE_STRUCTURES } from './hostile-structures.fixture.ts'
import { openParser } from './index.ts'
import { MAX_TEXT_BYTES, MAX_UNPACKED_BYTES } from './limits.ts'

// Files of every mechanism in a real child, one after another: each ends its own reading at most, and the next file is read.

const MECHANISMS = { ...HOSTILE, ...HOSTILE_STRUCTURES }
const VARIANTS = 6

const parser = openParser()
afterAll(() => parser.close())

it('has as many mechanisms and files as it says', () => {
  const files = Object.values(MECHANISMS).flatMap((make) =>
    Array.from({ length: VARIANTS }, (_, n) => sha256(make(n).bytes)),
  )
  expect(Object.keys(MECHANISMS).length).toBeGreaterThanOrEqual(150)
  expect(new Set(files).size).toBeGreaterThanOrEqual(900)
})

it.each(Object.entries(MECHANISMS))('%s harms nothing but itself', async (_name, make) => {
  for (let n = 0; n < VARIANTS; n += 1) {
    const outcome = await parser.parse({ name: `hostile-${n}`, ...make(n) })
    if ('code' in outcome) expect(outcome.reason).not.toBe('')
    else expectBounded(outcome)
    expect(JSON.stringify(outcome)).not.toContain('root:x:0:0')
  }
  const next: Parsed | ParseRefusal = await parser.parse({
    format: 'pdf',
    name: 'contract.pdf',
    bytes: fixture('contract.pdf'),
  })
  expect(next).toMatchObject({ document: { text: expect.stringContaining('Supply agreement') } })
})

function expectBounded({ document, members }: Parsed): void {
  expect(Buffer.byteLength(document?.text ?? '')).toBeLessThanOrEqual(MAX_TEXT_BYTES)
  expect(members.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(MAX_UNPACKED_BYTES)
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
