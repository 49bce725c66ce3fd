import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLongFile } from './long-file.ts'
import { verifyApart } from './verify-long.ts'

/** So many records alone fill more than the heap that is given. */
const RECORDS = 40_000
const NODE = ['--max-old-space-size=32']

let place: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-long-'))
})

afterAll(() => rm(place, { recursive: true, force: true }))

test('a run is judged, also by its policy, in less memory than its records take', async () => {
  const [path, trust] = [join(place, 'run.writ'), join(place, 'trust.json')]
  await writeLongFile(path, trust, RECORDS)
  const only = ['INTEGRITY', 'AUTHORITY', 'COMPLETENESS', 'POLICY']
  expect(await verifyApart(path, trust, only, NODE)).toMatchObject({ ok: true, open: [] })
})
