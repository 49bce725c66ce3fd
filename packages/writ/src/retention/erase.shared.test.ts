import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bytesSource, ERASURE_KIND, parseAnyStatement, parseStatement, readEvidence } from '@writ/evidence'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { erasedRuns } from '../files/erasures.ts'
import { openLedger, openSigner } from '../ledger/index.ts'
import { withinHome } from '../runs/within-home.fixture.ts'
import { createWrit } from '../runs/writ.ts'
import { openTransparencyLog } from '../transparency/index.ts'
import { verifyFile } from '../verify/verify-file.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-erase-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** Words that occur in nothing but the run: its question, its document, and so its answer. */
const SECRETS = ['Zyxquartz', 'Brobdalwick', 'Vexillorum']
const QUESTION = 'Who keeps the Zyxquartz vault of Brobdalwick?'
const DOCUMENT = 'The Zyxquartz vault of Brobdalwick is kept by Vexillorum since 1871.\n'.repeat(30)

function found(): string[] {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.flatMap(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name)).toString('latin1').toLowerCase()
    return SECRETS.flatMap(forms)
      .filter((form) => bytes.includes(form.toLowerCase()))
      .map((form) => `${name}: ${form}`)
  })
}

/** A word as it is, in UTF-16, in hexadecimal, and in Base64 at each of its three alignments. */
function forms(word: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${' '.repeat(shift)}${word}`).toString('base64')
    return text.slice(shift === 0 ? 0 : 4, text.length - 4)
  })
  return [word, Buffer.from(word, 'utf16le').toString('latin1'), Buffer.from(word).toString('hex'), ...base64]
}

async function ask(context: string): Promise<string> {
  const writ = await createWrit({ home })
  try {
    return (await writ.completion({ query: QUESTION, context })).run
  } finally {
    await writ.close()
  }
}

test('after an erasure nothing of the content is in the home; the structure is, and says so', async () => {
  const run = await ask(DOCUMENT)
  expect(found().length).toBeGreaterThan(2)
  const done = await withinHome(home, (writ) => writ.erase(run, 'asked for'))
  expect(found()).toEqual([])
  expect(done.reached.join()).toContain('1 pack of documents that only this run used')
  expect(done.notReached.join()).toContain('named corpora')
  expect(readdirSync(join(home, 'keys', 'runs'))).toEqual([])
  expect([...erasedRuns(home)]).toEqual([run])
  const signed = parseStatement(readFileSync(join(home, 'erasures', `${run}.dsse`)), 'erasure', ERASURE_KIND)
  expect(signed.statement.predicate).toEqual(done)
  const writ = await createWrit({ home })
  try {
    const view = await writ.show(run)
    expect(view).toMatchObject({ run, status: 'complete', question: null })
    expect(view.steps.length).toBeGreaterThan(3)
    expect(await writ.replay(run)).toMatchObject({ outcome: 'INCOMPLETE' })
    const erased = {
      code: 'KEY_UNAVAILABLE',
      message: expect.stringContaining(`was erased at ${done.at}`),
      next: expect.stringContaining('cannot be brought back'),
    }
    await expect(writ.resume(run)).rejects.toMatchObject(erased)
    await expect(writ.abort(run, 'r')).rejects.toMatchObject(erased)
    await expect(writ.fork(run, { at: { lane: '0', n: 1 } })).rejects.toMatchObject(erased)
    let report = ''
    for await (const piece of writ.export(run, { format: 'html' })) report += piece
    report = report.replace(/<\/?bdi>/g, '')
    expect(report).toContain(`erased at ${done.at}`)
    for (const what of [...done.reached, ...done.notReached, 'asked for', 'evidence checked: it holds']) {
      expect(report).toContain(what)
    }
  } finally {
    await writ.close()
  }
  const file = join(home, 'runs', `${run}.writ`)
  const judged = async (): Promise<object> =>
    (await verifyFile(file, { trust: join(home, 'trust.json'), home })).verdicts.map(
      ({ name, result, code }) => `${name} ${result} ${code}`,
    )
  const verdicts = [
    'INTEGRITY pass OK',
    'AUTHORITY pass OK',
    'COMPLETENESS pass OK',
    'WITNESSED not-evaluated NO_WITNESS',
    'POLICY pass OK',
    'DISCLOSURE not-evaluated ERASED',
    'REPLAY not-evaluated INCOMPLETE',
  ]
  expect(await judged()).toEqual(verdicts)
  // Again does no harm, and says what is left to say.
  expect((await withinHome(home, (writ) => writ.erase(run, 'again'))).root).toBe(done.root)
  expect(await judged()).toEqual(verdicts)
  expect(found()).toEqual([])
  expect(readdirSync(join(home, 'runs'))).toEqual([`${run}.writ`])
  const log = await openTransparencyLog(home, await openSigner(home))
  const kinds = [...log.entries(0)].map((leaf) => parseAnyStatement(leaf, 'leaf').kind)
  expect(kinds).toEqual(['run-open', 'run-close', 'erasure', 'erasure'])
  await log.close()
})

test('documents another run uses stay with it, and are named; its own content stays', async () => {
  const [first, second] = [await ask(DOCUMENT), await ask(DOCUMENT)]
  const done = await withinHome(home, (writ) => writ.erase(first, 'r'))
  expect(done.notReached.join()).toContain('1 pack of documents that other runs use')
  // Which packs it used is known no more; what was said of them is.
  expect((await withinHome(home, (writ) => writ.erase(first, 'again'))).notReached).toEqual(done.notReached)
  await expect(withinHome(home, (writ) => writ.holds.set(first, 'too late'))).rejects.toMatchObject({
    code: 'USAGE',
  })
  const writ = await createWrit({ home })
  try {
    expect(await writ.replay(second)).toMatchObject({ outcome: 'IDENTICAL' })
    expect((await writ.show(second)).question).toBe(QUESTION)
  } finally {
    await writ.close()
  }
  await withinHome(home, (writ) => writ.erase(second, 'r'))
  expect(found()).toEqual([])
})

test('a held run is not erased until it is released, and both are recorded', async () => {
  const run = await ask(DOCUMENT)
  await withinHome(home, (writ) => writ.holds.set(run, 'case 7'))
  const before = found()
  await expect(withinHome(home, (writ) => writ.erase(run, 'r'))).rejects.toMatchObject({
    code: 'LEGAL_HOLD',
    exitCode: 3,
  })
  expect(found()).toEqual(before)
  await expect(withinHome(home, (writ) => writ.holds.set(run, 'again'))).rejects.toMatchObject({
    code: 'USAGE',
  })
  await withinHome(home, (writ) => writ.holds.release(run, 'settled'))
  expect(
    (await withinHome(home, (writ) => writ.holds.list())).map(({ events }) =>
      events.map(({ reason }) => reason),
    ),
  ).toEqual([['case 7', 'settled']])
  await withinHome(home, (writ) => writ.erase(run, 'r'))
  expect(found()).toEqual([])
})

test('a run is busy while another one in its shard is written, and nothing of it is gone', async () => {
  const run = await ask(DOCUMENT)
  const before = found()
  const ledger = await openLedger(home)
  await ledger.open('another', 'Why?', 1)
  await expect(withinHome(home, (writ) => writ.erase(run, 'r'))).rejects.toMatchObject({ code: 'RUN_BUSY' })
  expect(found()).toEqual(before)
  await ledger.close()
  await expect(withinHome(home, (writ) => writ.holds.set('no-such-run', 'r'))).rejects.toMatchObject({
    code: 'UNKNOWN_RUN',
  })
  await expect(withinHome(home, (writ) => writ.erase('no-such-run', 'r'))).rejects.toMatchObject({
    code: 'UNKNOWN_RUN',
  })
})

test('drafts and an evidence file that is none are destroyed, and the statement says so', async () => {
  const run = await ask(DOCUMENT)
  const file = join(home, 'runs', `${run}.writ`)
  const bytes = readFileSync(file)
  writeFileSync(`${file}.1.tmp`, bytes)
  writeFileSync(file, bytes.subarray(0, bytes.length - 600))
  const done = await withinHome(home, (writ) => writ.erase(run, 'r'))
  expect(found()).toEqual([])
  expect(readdirSync(join(home, 'runs'))).toEqual([])
  expect(done.disclosures).toBeUndefined()
  expect(done.reached.join()).toContain('could not be read')
})

test('an erasure cut short after the evidence was linked finishes when done again', async () => {
  const run = await ask(DOCUMENT)
  const file = join(home, 'runs', `${run}.writ`)
  linkSync(file, `${file}.1.old`)
  await withinHome(home, (writ) => writ.erase(run, 'r'))
  expect(found()).toEqual([])
  const { ok } = await verifyFile(file, { trust: join(home, 'trust.json') })
  expect(ok).toBe(true)
})

test('of a copy that took the place of the evidence file, payloads and key go too', async () => {
  const out = join(home, 'out.writ')
  const writ = await createWrit({ home })
  const { run } = await writ.completion({ query: QUESTION, context: DOCUMENT, out })
  const file = join(home, 'runs', `${run}.writ`)
  mkdirSync(join(home, 'runs'))
  await writ.copyEvidence(run, { profile: 'replay', file: out, out: file })
  await writ.close()
  rmSync(out)
  await withinHome(home, (writ) => writ.erase(run, 'r'))
  const { digests } = await readEvidence(bytesSource(readFileSync(file)))
  const added = ['run.key', 'payloads/index.json', 'payloads/0000.pack', 'export.dsse']
  expect(added.filter((name) => digests.has(name))).toEqual([])
  expect(await verifyFile(file, { trust: join(home, 'trust.json') })).toMatchObject({ ok: true })
  expect(found()).toEqual([])
})

test('a reason no statement can hold is refused before anything is gone', async () => {
  const run = await ask(DOCUMENT)
  const before = found()
  await expect(withinHome(home, (writ) => writ.erase(run, 'x'.repeat(60_000)))).rejects.toMatchObject({
    code: 'USAGE',
  })
  expect(found()).toEqual(before)
})

test('a run whose erasure could not be logged does not count as erased, and is when done again', async () => {
  const run = await ask(DOCUMENT)
  const db = new DatabaseSync(join(home, 'log', 'log.db'))
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON leaves BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
  await expect(withinHome(home, (writ) => writ.erase(run, 'r'))).rejects.toMatchObject({ code: 'LOG_FAILED' })
  expect([...erasedRuns(home)]).toEqual([])
  db.exec('DROP TRIGGER full')
  db.close()
  await withinHome(home, (writ) => writ.erase(run, 'r'))
  expect([...erasedRuns(home)]).toEqual([run])
  const log = await openTransparencyLog(home, await openSigner(home))
  expect(log.indexOf(readFileSync(join(home, 'erasures', `${run}.dsse`)))).toBe(2)
  await log.close()
  expect(found()).toEqual([])
})
