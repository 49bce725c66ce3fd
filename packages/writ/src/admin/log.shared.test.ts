import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesSource, type LogAudit, readEvidence } from '@writ/evidence'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { auditPublished, createWrit, verifyFile } from '../index.ts'
import { withinHome } from '../runs/within-home.fixture.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-logged-'))
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

async function ask(): Promise<string> {
  const writ = await createWrit({ home })
  try {
    const context = [{ id: 'a.txt', text: 'The lease of unit 4 ends on 3 May. It renews by itself.' }]
    const answer = await writ.completion({ query: 'When does the lease end?', context })
    return answer.evidence ?? ''
  } finally {
    await writ.close()
  }
}

test('every run is in the log twice, its file proves it, and what was published says the same', async () => {
  const trust = join(home, 'trust.json')
  const files = [await ask(), await ask()]
  for (const file of files) {
    const { digests } = await readEvidence(bytesSource(readFileSync(file)))
    expect([...digests.keys()].filter((name) => name.startsWith('proofs/'))).toEqual([
      'proofs/run-open.tlog-proof',
      'proofs/run-close.tlog-proof',
    ])
    const report = await verifyFile(file, { trust })
    expect(report.ok).toBe(true)
    const witnessed = report.verdicts.find(({ name }) => name === 'WITNESSED')
    expect(witnessed).toMatchObject({ result: 'not-evaluated', code: 'NO_WITNESS' })
    expect(witnessed?.detail).toContain('run-open, run-close in the log writ.dev/log/')
  }
  const { origin, size, root, checkpoint } = await withinHome(home, (writ) => writ.log.show())
  expect({ size, text: checkpoint?.split('\n').slice(0, 2) }).toEqual({ size: 4, text: [origin, '4'] })
  const place = join(home, 'published')
  expect(await withinHome(home, (writ) => writ.log.publish(place))).toBe(4)
  const statements = { 'run-close': 2, 'run-open': 2 }
  const whole = { origin, size, root, statements, open: [], faults: [] }
  expect(await withinHome(home, (writ) => writ.log.audit(trust))).toEqual(whole)
  expect(await auditPublished(place, trust)).toEqual(whole)
  const bundle = join(place, 'tile/entries/000.p/4')
  const bytes = readFileSync(bundle)
  bytes.writeUInt8(bytes.readUInt8(400) ^ 1, 400)
  writeFileSync(bundle, bytes)
  expect((await auditPublished(place, trust)).faults).toContain(
    'the statements do not give the root of the checkpoint',
  )
})

test('a log is published over no other one, and over no more of itself than it has', async () => {
  await ask()
  const place = join(home, 'published')
  const old = join(home, 'old')
  await withinHome(home, (writ) => writ.log.publish(place))
  cpSync(join(home, 'log'), join(old, 'log'), { recursive: true })
  cpSync(join(home, 'keys'), join(old, 'keys'), { recursive: true })
  cpSync(join(home, 'trust.json'), join(old, 'trust.json'))
  await ask()
  await withinHome(home, (writ) => writ.log.publish(place))
  await expect(withinHome(old, (writ) => writ.log.publish(place))).rejects.toMatchObject({
    code: 'LOG_ROLLED_BACK',
  })
  const other = join(home, 'other')
  await withinHome(other, (writ) => writ.keys.rotate('log', { reason: 'so that there is a statement' }))
  await expect(withinHome(other, (writ) => writ.log.publish(place))).rejects.toMatchObject({
    code: 'LOG_FORKED',
  })
  expect(await auditPublished(place, join(home, 'trust.json'))).toMatchObject({
    size: 4,
    faults: [],
  })
})

test('a run is in the log as owing a close before its first step, and no longer when it ended', async () => {
  const trust = join(home, 'trust.json')
  const under: Promise<LogAudit>[] = []
  const writ = await createWrit({ home })
  const { run } = await writ.completion({
    query: 'When does the lease end?',
    context: 'The lease of unit 4 ends on 3 May.',
    onEvent: ({ type }) => {
      if (type === 'run.open') under.push(withinHome(home, (writ) => writ.log.audit(trust)))
    },
  })
  await writ.close()
  const [audit] = await Promise.all(under)
  expect(audit).toMatchObject({ size: 1, statements: { 'run-open': 1 }, faults: [] })
  expect(audit?.open.map((one) => one.run)).toEqual([run])
  expect(await withinHome(home, (writ) => writ.log.audit(trust))).toMatchObject({
    size: 2,
    open: [],
    faults: [],
  })
})

test('a log is audited and published without any key: of a restored home, or once a key was stolen', async () => {
  await ask()
  rmSync(join(home, 'keys'), { recursive: true })
  const trust = join(home, 'trust.json')
  expect(await withinHome(home, (writ) => writ.log.audit(trust))).toMatchObject({ size: 2, faults: [] })
  expect(await withinHome(home, (writ) => writ.log.publish(join(home, 'published')))).toBe(2)
  const none = join(home, 'none')
  await expect(withinHome(none, (writ) => writ.log.audit(trust))).rejects.toMatchObject({
    code: 'LOG_FAILED',
  })
  expect(existsSync(none)).toBe(false)
})

test('a run that cannot log its opening spends nothing and hands nothing out', async () => {
  await ask()
  const checkpoint = join(home, 'log', 'checkpoint')
  writeFileSync(checkpoint, readFileSync(checkpoint, 'utf8').replace('\n2\n', '\n3\n'))
  await expect(ask()).rejects.toMatchObject({ code: 'LOG_ROLLED_BACK' })
})
