import { type Det, flowsTo, joinLabels, label, MAX_CATEGORIES } from '@writ/contract'
import { expect, test, vi } from 'vitest'
import { archiveOf } from './archive.fixture.ts'
import { nestsDeeper } from './canonical.ts'
import { InFlight } from './completeness-in-flight.ts'
import type { Lane } from './completeness-lanes.ts'
import { Shares } from './completeness-shares.ts'
import {
  APPROVAL,
  CHECKPOINT,
  CODE,
  DISCLOSURES,
  EXPORT,
  inOrder,
  MANIFEST,
  mostHeldBytes,
  POLICY,
  RUN_CLOSE,
  RUN_CLOSE_PROOF,
  RUN_KEY,
  RUN_OPEN,
  TRUST_HINT,
} from './evidence-layout.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import { filesOf, manifested, sample } from './mutated-file.fixture.ts'
import { OWNER } from './sample-run.fixture.ts'
import type { Verdict } from './verdict.ts'
import { verifyEvidence } from './verify.ts'

// What a hostile file may cost whoever verifies it. Times are compared within one run only: twice the bytes, about twice
// the time.

vi.setConfig({ testTimeout: 120_000 })

async function integrity(bytes: Uint8Array): Promise<Verdict | undefined> {
  return (await verifyEvidence(bytes, { trust: OWNER.trust() })).verdicts[0]
}

const withFile = (name: string, bytes: Uint8Array): Promise<Uint8Array> =>
  manifested(new Map([...filesOf(sample), [name, bytes]]))

/** Processor time, the least of some tries, in milliseconds. */
async function cost(work: () => unknown, tries = 3): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < tries; i++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  return Math.min(...times)
}

/** Between what eight times as much costs when it is linear, 8, and when it is quadratic, 64. */
const LINEAR = 24

/**
 * How many times as much as `n` of something eight times as much costs. What else runs on the machine makes it look more at
 * times, so what is not linear is measured again.
 */
async function growth(
  make: (n: number) => Promise<() => unknown> | (() => unknown),
  n: number,
): Promise<number> {
  const small = await make(n)
  const large = await make(8 * n)
  await small() // compiled by then
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && least >= LINEAR; round += 1)
    least = Math.min(least, (await cost(large)) / Math.max(await cost(small), 0.1))
  return least
}

test('a manifest that does not fit is held against each of many files once', async () => {
  const grown = await growth(async (n) => {
    const files = new Map(filesOf(sample))
    for (let i = 0; i < n; i++) files.set(`${POLICY}${String(i).padStart(90, '0')}`, new Uint8Array(0))
    const bytes = Buffer.from(await manifested(files))
    const listed = bytes.lastIndexOf('"sha256":"', bytes.indexOf('"schema":"writ.evidence/1"')) + 10
    bytes[listed] = (bytes[listed] ?? 0) ^ 1
    return async () => expect((await integrity(bytes))?.code).toBe('MANIFEST_MISMATCH')
  }, 1_000)
  expect(grown).toBeLessThan(LINEAR)
})

test('labels are joined and compared in time that grows with their categories', async () => {
  const grown = await growth((n) => {
    const all = Array.from({ length: n }, (_, i) => `c${i}`)
    const [whole, half] = [
      label('secret', all),
      label(
        'secret',
        all.filter((_, i) => i % 2 === 0),
      ),
    ]
    const other = label(
      'public',
      all.filter((_, i) => i % 2 === 1),
    )
    return () => {
      expect(flowsTo(half, whole)).toBe(true)
      expect(flowsTo(whole, half)).toBe(false)
      expect(joinLabels(half, other).categories).toHaveLength(n)
    }
  }, 4_000)
  expect(grown).toBeLessThan(LINEAR)
})

/** A run without limits, as far as these look at it. */
const RUN = { limits: { concurrency: 1e9 } } as unknown as Det['run.open']
const unlimited = { calls: 1, tokens: 1e15, costMicroUsd: 1e15, steps: 1, readBytes: 1 }
const ROOT = {
  frame: { lane: '0', share: { lane: '0', limits: unlimited, above: null } },
  at: 'records.ndjson#/0',
} as unknown as RecordPlace<Lane>

/** A call among many that are never answered. */
function openCall(n: number): RecordOf<'model.call'> {
  const bound = { calls: 1, inputTokens: 1, outputTokens: 1, costMicroUsd: 1 }
  const det = { role: 'sub', outcome: 'ok', model: 'm', items: 1, bound, maxOutputTokens: 1 }
  return { seq: n, lane: '0', n, det, obs: { at: n, inFlight: 1 } } as unknown as RecordOf<'model.call'>
}

test.each<[string, () => (call: RecordOf<'model.call'>) => void]>([
  [
    'requests under way',
    () => {
      const flight = new InFlight(RUN)
      return (call) => flight.call(call, 'x')
    },
  ],
  [
    'what is taken of a share',
    () => {
      const shares = new Shares(RUN)
      return (call) => shares.call(call, ROOT)
    },
  ],
])('%s: calls that are never answered cost the later ones no more', async (_, begin) => {
  const grown = await growth(
    (n) => () => {
      const take = begin()
      for (let i = 0; i < n; i++) take(openCall(i))
    },
    2_000,
  )
  expect(grown).toBeLessThan(LINEAR)
})

test('a join is the least label above both, in whatever order', () => {
  const [a, b] = [label('internal', ['b', 'd'], true), label('secret', ['a', 'b', 'c'])]
  const joined = { level: 'secret', categories: ['a', 'b', 'c', 'd'], untrusted: true }
  expect([joinLabels(a, b), joinLabels(b, a)]).toEqual([joined, joined])
  expect(joinLabels(a, label('public', ['d']))).toBe(a)
  expect([flowsTo(a, b), flowsTo(b, a), flowsTo(a, joinLabels(a, b))]).toEqual([false, false, true])
})

test('a label of more categories than a label has is in no record', async () => {
  const categories = Array.from({ length: MAX_CATEGORIES + 1 }, (_, i) => `c${String(i).padStart(4, '0')}`)
  const [first = new Uint8Array(0), ...rest] = sample.leaves
  const opened = JSON.parse(new TextDecoder().decode(first)) as {
    det: { questionLabel: { categories: string[] } }
  }
  opened.det.questionLabel.categories = categories
  const lines = [Buffer.from(JSON.stringify(opened)), ...rest].flatMap((one) => [one, Buffer.from('\n')])
  const found = await integrity(await withFile('records.ndjson', Buffer.concat(lines)))
  expect(found).toMatchObject({ code: 'BAD_RECORD', detail: expect.stringContaining('categories') })
})

test.each([MANIFEST, RUN_OPEN, RUN_CLOSE, APPROVAL, EXPORT, DISCLOSURES])(
  '%s with containers inside each other is refused before it is parsed',
  async (name) => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      const nested = Buffer.from('['.repeat(500_000) + ']'.repeat(500_000))
      const files = new Map([...filesOf(sample), [name, new Uint8Array(nested)]])
      const found = await integrity(name === MANIFEST ? await sameManifest(nested) : await manifested(files))
      expect(found?.result).toBe('fail')
      expect(parse.mock.calls.every(([text]) => text.length < 100_000)).toBe(true)
    } finally {
      parse.mockRestore()
    }
  },
)

/** The sample's archive with a manifest of these bytes. */
async function sameManifest(bytes: Uint8Array): Promise<Uint8Array> {
  return await archiveOf(inOrder(new Map([...filesOf(sample), [MANIFEST, bytes]])))
}

test('how deep text nests is told from its brackets, and not from those in its strings', () => {
  const cases: [string, boolean][] = [
    ['[[[]]]', false],
    ['[[[[]]]]', true],
    ['[{"a":[1]},{"a":[2]}]', false],
    ['[[["[["]]]', false],
    [String.raw`[[["\"[[", "\\"]]]`, false],
    [String.raw`[[["\\", [1]]]]`, true],
    ['"[[[[', false],
  ]
  for (const [text, deeper] of cases) expect([text, nestsDeeper(text, 3)]).toEqual([text, deeper])
})

test.each([CHECKPOINT, RUN_OPEN, RUN_CLOSE_PROOF, APPROVAL, RUN_KEY, CODE, TRUST_HINT, `${POLICY}x.cedar`])(
  '%s has a most of bytes',
  async (name) => {
    const most = mostHeldBytes(name)
    const found = await integrity(await withFile(name, new Uint8Array(most + 1)))
    expect(found).toMatchObject({
      code: 'BAD_SHAPE',
      at: name,
      detail: expect.stringContaining(`${most} are`),
    })
    const fits = await integrity(await withFile(name, new Uint8Array(most)))
    expect(fits?.detail).not.toContain('are allowed')
  },
)
