import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { RECORD_VERSION } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportFile, verifyFile } from '../index.ts'
import { systemClock } from '../kernel/basis/system-clock.ts'
import type { RecordedRun } from '../kernel/journal/recorded-run.ts'
import { replayRun } from '../kernel/run/replay.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'

// Runs that were made once and are kept: every later Writ has to verify them and do them again, equal in every field.
// When this fails, read docs/decisions/2026-11-25-saved-runs.md before making them anew (`npm run saved-runs`).

const SAVED = resolve(import.meta.dirname, '..', '..', 'saved-runs')
const NAMES = ['batch', 'deep', 'interrupted', 'limited', 'question', 'race', 'stopped-cell']

interface Beside {
  readonly schema: 'writ.saved-run/1'
  readonly run: string
  readonly key: string
  readonly payloads: Readonly<Record<string, string>>
}

let place: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-saved-'))
})

afterAll(async () => {
  await rm(place, { recursive: true, force: true })
})

async function evidenceOf(name: string): Promise<string> {
  const path = join(place, `${name}.writ`)
  await writeFile(path, gunzipSync(await readFile(join(SAVED, `${name}.writ.gz`))))
  return path
}

async function recorded(name: string): Promise<RecordedRun> {
  const text = gunzipSync(await readFile(join(SAVED, `${name}.json.gz`))).toString()
  const { run, key, payloads } = JSON.parse(text) as Beside
  let lines = ''
  for await (const piece of exportFile(await evidenceOf(name), { format: 'jsonl' })) lines += piece
  const records = lines
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { seq, lane, n, kind, det, obs } = JSON.parse(line) as AnyRecord
      return { v: RECORD_VERSION, run, seq, lane, n, kind, det, obs } as AnyRecord
    })
  const payload = (path: string): Promise<Uint8Array | undefined> => {
    const content = payloads[path]
    return Promise.resolve(content === undefined ? undefined : Buffer.from(content))
  }
  return { run, key: Buffer.from(key, 'hex'), records, payload }
}

async function again(run: RecordedRun): Promise<Awaited<ReturnType<typeof replayRun>>> {
  const sandbox = await openSandbox()
  try {
    return await replayRun(run, { clock: systemClock, reasoner: createReasoner(), sandbox })
  } finally {
    await sandbox.close()
  }
}

function closeOf(
  records: readonly AnyRecord[] | undefined,
): Extract<AnyRecord, { kind: 'run.close' }>['det'] | undefined {
  return records?.find((record) => record.kind === 'run.close')?.det
}

describe('saved runs', () => {
  it('are those that are named here, and small', async () => {
    const files = await readdir(SAVED)
    expect(files.sort()).toEqual(
      [...NAMES.flatMap((name) => [`${name}.json.gz`, `${name}.writ.gz`]), 'trust.json'].sort(),
    )
    const sizes = await Promise.all(files.map(async (file) => (await readFile(join(SAVED, file))).length))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000)
  })

  it('hold what they are kept for', async () => {
    const [question, batch, deep, interrupted, limited, stopped] = await Promise.all(
      ['question', 'batch', 'deep', 'interrupted', 'limited', 'stopped-cell'].map(
        async (name) => (await recorded(name)).records,
      ),
    )
    const refused = (question ?? []).flatMap((record) =>
      record.kind === 'context.search' ? record.det.decisions : [],
    )
    expect(refused.some(({ verdict }) => verdict === 'deny')).toBe(true)
    expect(batch?.some((record) => record.kind === 'model.call' && record.det.items === 40)).toBe(true)
    expect(closeOf(deep)).toMatchObject({ status: 'complete', maxDepth: 3, frames: 15 })
    expect(closeOf(interrupted)).toMatchObject({ status: 'failed' })
    expect(closeOf(interrupted)?.reason).toMatchObject({ code: 'INTERRUPTED' })
    expect(closeOf(limited)).toMatchObject({ status: 'incomplete' })
    expect(stopped?.some((record) => record.kind === 'cell' && record.det.outcome !== 'ok')).toBe(true)
  })

  it.each(NAMES)('%s verifies against its pinned trust root', async (name) => {
    const report = await verifyFile(await evidenceOf(name), { trust: join(SAVED, 'trust.json') })
    expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(report.ok).toBe(true)
  })

  it.each(NAMES)('%s is identical when it is done again', async (name) => {
    const run = await recorded(name)
    const { outcome, at, steps } = await again(run)
    expect(
      { outcome, at },
      'if this is CODE_MISMATCH, the guest ABI moved on: say why, then make the runs anew',
    ).toEqual({
      outcome: 'IDENTICAL',
      at: null,
    })
    expect(steps).toBe(run.records.findLast((record) => record.kind === 'run.close')?.det.steps)
  })

  it('are compared: a changed model output parts', async () => {
    const run = await recorded('batch')
    const result = run.records.find(({ kind }) => kind === 'model.result')
    const changed = `${result?.lane}/${result?.n}/model.result/output`
    const payload = async (path: string): Promise<Uint8Array | undefined> => {
      const bytes = await run.payload(path)
      return path === changed && bytes !== undefined
        ? Buffer.from(Buffer.from(bytes).toString().replace('listed', 'listing'))
        : bytes
    }
    expect(await again({ ...run, payload })).toMatchObject({ outcome: 'DIVERGED', at: { seq: result?.seq } })
  })
})
