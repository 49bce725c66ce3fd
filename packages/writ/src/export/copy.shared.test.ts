import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, type Label, label } from '@writ/contract'
import {
  type AnyRecord,
  bytesSource,
  type Contents,
  encodeRecord,
  evidenceFiles,
  hex,
  originalFiles,
  packExport,
  parseStatement,
  payloadFiles,
  REPLAY_KIND,
  readEvidence,
  recordsFile,
  rootOf,
  signCheckpoint,
  signExport,
  signRunClose,
  signRunOpen,
  type Verdict,
} from '@writ/evidence'
import { block, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeEvidence } from '../files/write-evidence.ts'
import { createWrit, verifyFile, type Writ } from '../index.ts'
import { openLedger, openSigner } from '../ledger/index.ts'
import { encrypt } from '../ledger/run-cipher.ts'
import { clearedBundle } from '../runs/cleared-bundle.fixture.ts'
import { withinHome } from '../runs/within-home.fixture.ts'
import { recordedFile } from '../verify/recorded-file.ts'
import { bundleOf } from '../verify/verify-file.ts'

// One run in a home, copied with its payloads to another machine's: a directory with that file and the trust root only.
// The model is scripted.

let place: string
let home: string
let elsewhere: string
let trust: string
let writ: Writ
let simulator: Simulator
let answer: Answer
let contents: Contents

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-copy-'))
  home = join(place, 'home')
  elsewhere = join(place, 'elsewhere')
  const leaf = (): { kind: 'text'; text: string } => ({ kind: 'text', text: 'said' })
  const turns = [block("print(await llm_query('one'))"), block("FINAL('done')")]
  simulator = await startSimulator({ script: sequence(turns, leaf) })
  writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url })
  answer = await writ.completion({ query: 'SIMTASK:root What?', context: 'Alpha.', strategy: 'recurse' })
  await writ.copyEvidence(answer.run, { profile: 'replay', out: join(place, 'run.writ') })
  await mkdir(elsewhere)
  await cp(join(place, 'run.writ'), join(elsewhere, 'run.writ'))
  trust = join(elsewhere, 'trust.json')
  await cp(join(home, 'trust.json'), trust)
  contents = await readEvidence(bytesSource(await readFile(join(elsewhere, 'run.writ'))))
})

afterAll(async () => {
  await writ.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function verdictOf(path: string, name: string): Promise<Verdict | undefined> {
  const { verdicts } = await verifyFile(path, { trust })
  return verdicts.find((verdict) => verdict.name === name)
}

interface Change {
  readonly payload?: (path: string, text: string) => string
  readonly record?: (record: AnyRecord) => AnyRecord
}

/** The run of the file with other payloads or records, packed and signed again by the operator whose run it is. */
async function signedAgain(name: string, { payload = same, record = asIs }: Change): Promise<string> {
  const recorded = await recordedFile(contents)
  const { run, key = new Uint8Array(0) } = recorded
  const signer = await openSigner(home)
  const leaves = recorded.records.map((each) => encodeRecord(record(each)))
  const sealed = new Map<string, Uint8Array>()
  for (const { path } of contents.payloads?.items ?? []) {
    const text = new TextDecoder().decode(await recorded.payload(path))
    sealed.set(path, encrypt(key, { run, kind: 'payload', path }, Buffer.from(payload(path, text))))
  }
  const root = rootOf(leaves)
  const [first = new Uint8Array(0)] = leaves
  const files = evidenceFiles({
    records: await recordsFile(() => leaves),
    runOpen: await signRunOpen(signer, first),
    checkpoint: await signCheckpoint(signer, run, leaves.length, root),
    policy: bundleOf(contents),
    disclosures: contents.disclosures.items,
    keys: [],
  })
  const closing = { lastRecord: leaves.at(-1) ?? first, size: leaves.length, root, files }
  const payloads = await payloadFiles({
    run,
    key,
    paths: [...sealed.keys()],
    sealed: (path) => Promise.resolve(sealed.get(path) ?? new Uint8Array(0)),
  })
  const copy = {
    run,
    root: hex(root),
    at: new Date().toISOString(),
    decision: contents.exported?.statement.predicate.decision ?? null,
    files: new Map([...files, ['run-close.dsse', await signRunClose(signer, closing)], ...payloads]),
  }
  const path = join(elsewhere, name)
  await writeEvidence(path, packExport(copy, await signExport(signer, copy)))
  return path
}

const same = (_: string, text: string): string => text
const asIs = (record: AnyRecord): AnyRecord => record

describe('a replay file', () => {
  it('is done again where there is no home, and leaves none', async () => {
    const file = join(elsewhere, 'run.writ')
    expect(await verifyFile(file, { trust })).toMatchObject({ ok: true })
    expect(await verdictOf(file, 'REPLAY')).toMatchObject({ result: 'pass', code: 'OK' })
    expect(await verdictOf(file, 'POLICY')).toMatchObject({ result: 'pass', code: 'OK' })
    const away = await createWrit({ home: join(elsewhere, 'home') })
    const { run, report } = await away.replayFile(file, { trust })
    await away.close()
    expect(run).toBe(answer.run)
    expect(report).toEqual({ outcome: 'IDENTICAL', steps: answer.usage.steps, at: null })
    expect((await readdir(elsewhere)).toSorted()).toEqual(['run.writ', 'trust.json'])
  })

  it('has the payloads as the ledger has them, every one', async () => {
    const ledger = await openLedger(home)
    const paths = (contents.payloads?.items ?? []).map(({ path }) => path)
    expect(paths.length).toBeGreaterThan(5)
    expect(paths).toEqual(await ledger.payloadPaths(answer.run, ''))
    for (const { path, offset, size } of contents.payloads?.items ?? []) {
      const bytes = await contents.source('payloads/0000.pack')?.read(offset, size)
      expect(Buffer.from(bytes ?? [])).toEqual(
        Buffer.from((await ledger.sealedPayload(answer.run, path)) ?? []),
      )
    }
    await ledger.close()
  })

  it('parts at the step whose recorded model result was changed, however well signed', async () => {
    const changed = await signedAgain('result.writ', {
      payload: (path, text) => (path.includes('model.result/output') ? text.replace('said', 'sold') : text),
    })
    const { verdicts } = await verifyFile(changed, { trust })
    expect(verdicts.filter(({ result }) => result === 'fail').map(({ name }) => name)).toEqual(['REPLAY'])
    const { records } = await recordedFile(contents)
    const seq = records.findIndex(({ kind, n }) => kind === 'model.result' && isLeaf(records, n))
    const verdict = await verdictOf(changed, 'REPLAY')
    expect(verdict).toMatchObject({ code: 'DIVERGED', at: `records.ndjson#/${seq}/det/output` })
  })

  it('is not judged by code that shapes frames differently', async () => {
    const changed = await signedAgain('code.writ', {
      record: (record) =>
        record.kind === 'run.open' ? { ...record, det: { ...record.det, guestAbi: 'another' } } : record,
    })
    expect(await verifyFile(changed, { trust })).toMatchObject({ ok: true })
    expect(await verdictOf(changed, 'REPLAY')).toMatchObject({
      result: 'not-evaluated',
      code: 'CODE_MISMATCH',
    })
    expect((await writ.replayFile(changed, { trust })).report.outcome).toBe('CODE_MISMATCH')
  })

  it('holds with its proofs renewed', async () => {
    const path = join(elsewhere, 'renewed.writ')
    await cp(join(elsewhere, 'run.writ'), path)
    // Something else is logged since, so that the proofs are others.
    await writ.copyEvidence(answer.run, { profile: 'proof', out: join(place, 'later.writ') })
    await withinHome(home, (writ) => writ.log.prove(path))
    expect((await readFile(path)).equals(await readFile(join(elsewhere, 'run.writ')))).toBe(false)
    expect(await verifyFile(path, { trust, only: ['WITNESSED', 'REPLAY'] })).toMatchObject({ ok: true })
    expect(await verdictOf(path, 'REPLAY')).toMatchObject({ result: 'pass' })
    await rm(path)
  })

  it('is not done again when it does not hold, or not under the trust root given', async () => {
    const bytes = await readFile(join(elsewhere, 'run.writ'))
    const at = bytes.indexOf('run.key') + 512
    bytes[at] = (bytes[at] ?? 0) ^ 1
    const altered = join(elsewhere, 'altered.writ')
    await writeFile(altered, bytes)
    await expect(writ.replayFile(altered)).rejects.toMatchObject({ code: 'VERIFICATION_FAILED' })
    const stranger = join(place, 'stranger')
    await openSigner(stranger)
    await expect(
      writ.replayFile(join(elsewhere, 'run.writ'), { trust: join(stranger, 'trust.json') }),
    ).rejects.toMatchObject({ code: 'VERIFICATION_FAILED' })
    await expect(writ.replayFile(answer.evidence ?? '')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('fails POLICY where what let it leave is not what the pinned bundle says', async () => {
    const { run, root, decision } = contents.exported?.statement.predicate ?? {}
    if (run === undefined || root === undefined || !decision) throw new Error('the copy has no statement')
    const files = originalFiles(contents)
    const { payloads } = contents
    for (const name of ['payloads/0000.pack', 'payloads/index.json', 'run.key']) {
      const source = contents.source(name)
      files.set(name, (await source?.read(0, source.size)) ?? new Uint8Array(0))
    }
    expect(payloads?.items.length).toBeGreaterThan(0)
    const judged = async (taint: Label): Promise<Verdict | undefined> => {
      const copy = { run, root, at: new Date().toISOString(), decision: { ...decision, taint }, files }
      const path = join(elsewhere, 'claimed.writ')
      await writeEvidence(path, packExport(copy, await signExport(await openSigner(home), copy)))
      return await verdictOf(path, 'POLICY')
    }
    const differs = { code: 'DECISION_DIFFERS', at: 'export.dsse' }
    expect(await judged(label('public'))).toMatchObject(differs)
    // Asked for more than the run holds, policy still said yes; for more than may leave it would have said no.
    expect(await judged(label('confidential', [], true))).toMatchObject({ result: 'pass' })
    expect(await judged(label('secret', [], true))).toMatchObject(differs)
  })
})

function isLeaf(records: readonly AnyRecord[], n: number): boolean {
  return records.some(
    (record) => record.kind === 'model.call' && record.n === n && record.det.role === 'leaf',
  )
}

describe('making a copy', () => {
  it('with payloads is refused by policy for a label that may not leave, and writes nothing', async () => {
    const bundle = await clearedBundle(join(place, 'cleared'), 'secret')
    const turns = [block("print((await grep('Alpha', {})).matches.length)"), block("FINAL('done')")]
    const reader = await startSimulator({ script: sequence(turns) })
    const own = await createWrit({ home, model: 'any/model', baseUrl: reader.url, policy: bundle })
    const secret = await own.completion({
      query: 'SIMTASK:root What?',
      context: 'Alpha.',
      strategy: 'recurse',
      label: label('secret'),
    })
    await reader.stop()
    expect(secret).toMatchObject({ status: 'denied', label: { level: 'secret' } })
    const out = join(place, 'secret.writ')
    await expect(own.copyEvidence(secret.run, { profile: 'replay', out })).rejects.toMatchObject({
      code: 'POLICY_DENIED',
      exitCode: 3,
    })
    expect(await readdir(place)).not.toContain('secret.writ')
    // The same run without its payloads may be copied.
    expect(await own.copyEvidence(secret.run, { profile: 'proof', out })).toMatchObject({ decision: null })
    await own.close()
  })

  it('with payloads does not wait for a partition that nobody could read', async () => {
    const own = await createWrit({ home, model: 'any/model', baseUrl: simulator.url })
    const context = {
      query: 'SIMTASK:root What?',
      context: 'Alpha.',
      strategy: 'recurse',
      label: label('secret'),
    }
    const { run } = await own.completion(context)
    const out = join(place, 'untouched.writ')
    const { decision } = await own.copyEvidence(run, { profile: 'replay', out })
    expect(decision).toMatchObject({ verdict: 'allow', taint: { level: 'internal' } })
    expect(await verdictOf(out, 'POLICY')).toMatchObject({ result: 'pass' })
    await own.close()
  })

  it('closes fields, keeps everything else, and does not let a slip pass', async () => {
    const out = join(place, 'redacted.writ')
    const report = await writ.copyEvidence(answer.run, {
      profile: 'proof',
      redact: ['question', 'answer'],
      out,
    })
    expect(report.redacted).toHaveLength(2)
    const [before, after] = [await readFile(answer.evidence ?? ''), await readFile(out)]
    for (const closed of ['SIMTASK', '"done']) {
      expect([before.includes(closed), after.includes(closed)], closed).toEqual([true, false])
    }
    expect(await verdictOf(out, 'DISCLOSURE')).toMatchObject({
      result: 'pass',
      detail: expect.stringContaining('redacted: 0/0/run.open/question'),
    })
    await expect(
      writ.copyEvidence(answer.run, { profile: 'proof', redact: ['anwser'], out }),
    ).rejects.toMatchObject({ code: 'USAGE' })
    await expect(
      writ.copyEvidence(answer.run, { profile: 'replay', redact: ['question'], out }),
    ).rejects.toMatchObject({ code: 'USAGE' })
    // A copy of the copy keeps closed what is closed.
    const again = join(place, 'again.writ')
    await writ.copyEvidence(answer.run, { profile: 'proof', redact: ['denials'], file: out, out: again })
    expect((await readFile(again)).includes('SIMTASK')).toBe(false)
    expect(await verifyFile(again, { trust })).toMatchObject({ ok: true })
  })

  it('needs a file that holds', async () => {
    const bytes = await readFile(answer.evidence ?? '')
    bytes[1024] = (bytes[1024] ?? 0) ^ 1
    const file = join(place, 'broken.writ')
    await writeFile(file, bytes)
    await expect(
      writ.copyEvidence(answer.run, { profile: 'proof', file, out: join(place, 'never.writ') }),
    ).rejects.toMatchObject({ code: 'VERIFICATION_FAILED' })
    expect(await readdir(place)).not.toContain('never.writ')
  })
})

it('a replay is attested by the operator, once', async () => {
  const attest = join(place, 'replay.dsse')
  await writ.replayFile(join(elsewhere, 'run.writ'), { trust, attest })
  const { statement } = parseStatement(await readFile(attest), attest, REPLAY_KIND)
  const { root } = contents.runClose.statement.predicate
  expect(statement.predicate).toMatchObject({ run: answer.run, root, outcome: 'IDENTICAL' })
  await expect(writ.replay(answer.run, { attest })).rejects.toMatchObject({ code: 'EVIDENCE_UNWRITABLE' })
})
