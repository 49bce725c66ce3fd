import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesSource, type Checkpoint, fromHex, hex, MerkleTree, readEvidence } from '@writ/evidence'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportFile } from '../index.ts'
import { type EventLine, jsonLines } from './json-lines.ts'
import { contracts, KEPT_MARK, READ_MARK, type Recorded, recordRun } from './recorded-fixture.ts'

// JSON Lines of a real run of the built-in extractive model.

const QUESTION = 'Which contracts end patent rights when the licensee starts patent litigation?'

let recorded: Recorded

beforeAll(async () => {
  recorded = await recordRun(QUESTION, contracts())
})

afterAll(async () => {
  await recorded.cleanUp()
})

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += piece
  return text
}

const home = (payloads: boolean, { writ, answer } = recorded): Promise<string> =>
  textOf(writ.export(answer.run, { format: 'jsonl', payloads }))

async function evidenceOf(
  path: string,
): Promise<{ readonly checkpoint: Checkpoint; readonly leaves: readonly Uint8Array[] }> {
  const { checkpoint, records } = await readEvidence(bytesSource(await readFile(path)))
  const leaves: Uint8Array[] = []
  for await (const batch of records()) leaves.push(...batch.leaves)
  return { checkpoint, leaves }
}

const linesOf = (text: string): EventLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EventLine)

describe('JSON Lines', () => {
  it('hold every record, whose leaves give the signed root', async () => {
    const lines = linesOf(await home(false))
    const { checkpoint, leaves } = await evidenceOf(recorded.evidence)
    expect(lines.length).toBe(leaves.length)
    const tree = new MerkleTree()
    for (const { leaf } of lines) tree.append(fromHex(leaf) ?? new Uint8Array(0))
    expect(hex(tree.root())).toBe(hex(checkpoint.root))
    expect(lines.map(({ seq }) => seq)).toEqual(leaves.map((_, n) => n))
    for (const [n, line] of lines.entries()) {
      const { run, seq, lane, n: step, kind, det, obs } = line
      const record = JSON.parse(new TextDecoder().decode(leaves[n])) as object
      expect({ v: 2, run, seq, lane, n: step, kind, det, obs }).toEqual(record)
      expect(line.at).toBe(new Date(obs.at).toISOString())
      expect(line.schema).toBe('writ.event/1')
    }
  })

  it('hold no content unless it is asked for', async () => {
    const closed = await home(false)
    expect(closed).not.toContain(READ_MARK)
    expect(linesOf(closed).some((line) => 'payloads' in line)).toBe(false)
    const payloads = await home(true)
    expect(payloads).toContain(READ_MARK)
    expect(payloads).not.toContain(KEPT_MARK)
    const [opening] = linesOf(payloads)
    expect(opening?.payloads?.question).toBe(QUESTION)
  })

  it('are the same from the evidence file, which opens only its disclosures', async () => {
    expect(await textOf(exportFile(recorded.evidence, { format: 'jsonl' }))).toBe(await home(false))
    const lines = linesOf(await textOf(exportFile(recorded.evidence, { format: 'jsonl', payloads: true })))
    const opened = lines.flatMap(({ kind, payloads }) =>
      Object.keys(payloads ?? {}).map((name) => `${kind}/${name}`),
    )
    expect(opened.sort()).toEqual([
      'output.release/citations',
      'output.release/value',
      'run.close/denials',
      'run.close/perDocument',
      'run.open/omitted',
      'run.open/question',
    ])
  })

  it('read no further than they are read', async () => {
    const { leaves } = await evidenceOf(recorded.evidence)
    let given = 0
    const source = {
      run: recorded.answer.run,
      keyed: false,
      origin: 'evidence' as const,
      async *records() {
        for (const leaf of leaves) {
          given += 1
          yield leaf
        }
      },
      paths: () => Promise.resolve([]),
      text: () => Promise.resolve(undefined),
    }
    const lines = jsonLines(source)[Symbol.asyncIterator]()
    await lines.next()
    await lines.next()
    expect(given).toBe(2)
    await lines.return?.()
  })

  it('say so where the key of the run is gone', async () => {
    const keys = join(recorded.home, 'keys', 'runs')
    const [key] = (await readdir(keys)).filter((name) => name.startsWith(recorded.answer.run))
    await rm(join(keys, key ?? 'no key'))
    const lines = linesOf(await home(true))
    const reply = lines.find(({ kind }) => kind === 'model.result')
    expect(reply?.payloads).toEqual({ output: null })
    expect((await home(true)).split('\n').length).toBe(lines.length + 1)
    expect(await home(true)).not.toContain('Definitions. Terms have')
  })

  it('keep the payloads where policy does not let everything of the run leave', async () => {
    const high = await recordRun(QUESTION, contracts(), 'restricted')
    await expect(home(true, high)).rejects.toMatchObject({ code: 'POLICY_DENIED' })
    expect(await home(false, high)).toContain('run.close')
    await high.cleanUp()
    await rm(recorded.evidence)
    await expect(home(true)).rejects.toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
  })

  it('refuse a run that is not there', async () => {
    const none = recorded.answer.run.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    await expect(textOf(recorded.writ.export(none, { format: 'jsonl' }))).rejects.toMatchObject({
      code: 'UNKNOWN_RUN',
    })
  })
})
