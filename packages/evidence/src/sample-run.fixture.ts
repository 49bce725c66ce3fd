import {
  type Amount,
  type Answer,
  type Attempt,
  addAmounts,
  type Coverage,
  costMicroUsd,
  DEFAULT_LIMITS,
  type Det,
  type Label,
  type Limits,
  label,
  NOTHING,
  type Obs,
  RECORD_VERSION,
  type RecordedDecision,
  type RecordKind,
  type Signer,
  subtractAmounts,
  totalTokens,
} from '@writ/contract'
import { held, packed } from './archive.fixture.ts'
import { bundleHash } from './bundle-hash.ts'
import { canonicalJson } from './canonical.ts'
import { signCheckpoint } from './checkpoint.ts'
import { commitField, commitItems, type Field } from './commitment.ts'
import { sha256, sha256Hex } from './crypto.ts'
import { type Disclosure, disclose } from './disclosures.ts'
import { hex, utf8 } from './encoding.ts'
import { evidenceFiles } from './evidence-file.ts'
import { leafHash, MerkleTree, rootOf } from './merkle.ts'
import { type AnyRecord, encodeRecord } from './record.ts'
import { recordsFile } from './records-file.ts'
import { signRunClose, signRunOpen } from './statement-run.ts'
import { OPENED_AT, OWNER, WordSigner } from './word-signer.fixture.ts'

// A small run with everything a run can have: turns, cells, reads, a batch with a retry, a child frame, a denial, a
// release.
// For tests only.

export { OPENED_AT, OWNER, WordSigner }

export const RUN = '01890a5d-ac96-774b-bcce-b302099a8057'
export const RUN_KEY: Uint8Array = sha256(utf8('the key of the sample run'))

const QUESTION = 'Which contracts renew by themselves?'
const VALUE = { count: 2, share: 0.5, names: ['Ärger & Co', 'Bold'] }
const CITATIONS = [{ doc: 'a.txt', start: 3, end: 9, sha256: sha256Hex(utf8('renews')), quote: 'renews' }]
const DENIALS = [
  {
    action: 'context::read',
    resource: 'partition:p2',
    policies: ['guard.clearance'],
    reason: 'clearance',
    count: 1,
  },
]
const OMITTED = [{ doc: 'b.bin', code: 'binary', reason: 'it is no text' }]
const SUPPORT = { quoted: 0, computed: 0, unsupported: 4 }
const COVERAGE: Coverage = { documents: 6, bytes: 60, touched: 2, searched: 0, read: 12 }
const POLICY = {
  'manifest.json': '{"name":"sample"}',
  'policies/00-permits.cedar': 'permit(principal, action, resource);',
}
const ASKED = label('internal')
const LOW = label('internal', [], true)
const HIGH = label('confidential', ['PII'], true)
const PARTITIONS = Object.entries({ p1: LOW, p2: label('secret', [], true), p3: HIGH })
const LIMITS: Limits = { ...DEFAULT_LIMITS, maxTokens: 2000, maxCostMicroUsd: 500 }
const PRICE = { inputNanoUsd: 50, outputNanoUsd: 100 }
/** The worst case of one request of this run. */
const ONE: Amount = amount(40, 64)
/** Milliseconds between two records. */
export const PACE_MS = 10

/** Numbers and keeps the records of a run as a kernel would. */
class RunWriter {
  readonly records: AnyRecord[] = []
  readonly #next = new Map<string, number>()
  readonly #trees = new Map<string, MerkleTree>()
  charged: Amount = NOTHING

  /** A record of a new step; gives its n. */
  step<K extends RecordKind>(lane: string, kind: K, make: (n: number) => Det[K], obs: object = {}): number {
    const n = this.#next.get(lane) ?? 0
    this.#next.set(lane, n + 1)
    this.answer(lane, n, kind, make(n), obs)
    return n
  }

  /** A record of a step that has its number. */
  answer<K extends RecordKind>(lane: string, n: number, kind: K, det: Det[K], obs: object = {}): void {
    const seq = this.records.length
    const at = OPENED_AT + PACE_MS * seq
    const record = { v: RECORD_VERSION, run: RUN, seq, lane, n, kind, det, obs: { at, ...obs } as Obs[K] }
    this.records.push(record as unknown as AnyRecord)
    const tree = this.#trees.get(lane) ?? new MerkleTree()
    this.#trees.set(lane, tree)
    tree.append(leafHash(encodeRecord(record as unknown as AnyRecord)))
  }

  child(lane: string): { readonly childRoot: string; readonly childRecords: number } {
    const tree = this.#trees.get(lane) ?? new MerkleTree()
    return { childRoot: hex(tree.root()), childRecords: tree.size }
  }

  get last(): number {
    return this.records.length - 1
  }

  get steps(): number {
    return [...this.#next.values()].reduce((sum, n) => sum + n, 0)
  }
}

function amount(inputTokens: number, outputTokens: number): Amount {
  return { calls: 1, inputTokens, outputTokens, costMicroUsd: costMicroUsd(PRICE, inputTokens, outputTokens) }
}

function decision(
  action: RecordedDecision['action'],
  resource: string,
  taint: Label,
  lane = '0',
): RecordedDecision {
  return {
    action,
    resource,
    taint,
    depth: lane.split('.').length - 1,
    discharged: [],
    verdict: 'allow',
    policies: ['p'],
    reason: 'ok',
  }
}

const secret = (lane: string, n: number, field: Field, text: string = field): string =>
  commitField(RUN_KEY, lane, n, field, text)

/** The records of the sample run. */
export function sampleRecords(): readonly AnyRecord[] {
  const run = new RunWriter()
  open(run)
  turn(run, '0', ASKED)
  read(run, '0', 'p1', ASKED, LOW)
  batch(run)
  child(run)
  deniedRead(run)
  cell(run, false)
  turn(run, '0', HIGH)
  cell(run, true)
  close(run)
  return run.records
}

function cell(run: RunWriter, final: boolean): void {
  run.step(
    '0',
    'cell',
    (n) => ({
      code: secret('0', n, 'cell/code'),
      outcome: 'ok',
      output: secret('0', n, 'cell/output'),
      fuel: 3,
      final,
    }),
    { tookMs: 2 },
  )
}

function open(run: RunWriter): void {
  run.step(
    '0',
    'run.open',
    (n) => ({
      schema: 'writ.run/2',
      question: secret('0', n, 'run.open/question', QUESTION),
      questionLabel: ASKED,
      user: { id: 'alice', clearance: 2, active: true, purposes: ['general'] },
      osUser: 'alice',
      purpose: 'general',
      bundle: bundleHash(POLICY),
      models: [
        {
          id: 'builtin/extractive',
          digest: sha256Hex(utf8('extractive')),
          maxLevel: 4,
          categories: ['PII'],
          jurisdiction: 'local',
          onPrem: true,
          retention: false,
          approved: true,
          contextWindow: 8000,
          ...PRICE,
        },
      ],
      partitions: PARTITIONS.map(([id, sort]) => ({
        id,
        collection: 'papers',
        owner: 'alice',
        label: sort,
        purposes: ['general'],
        documents: 2,
        bytes: 20,
        pack: secret('0', n, `run.open/pack/${id}`),
      })),
      limits: LIMITS,
      epochMs: OPENED_AT,
      confinement: { level: 'reduced', layers: ['vm'] },
      guestAbi: sha256Hex(utf8('abi')),
      omitted: secret('0', n, 'run.open/omitted', canonicalJson(OMITTED)),
    }),
    { version: '0.1.0' },
  )
  run.step('0', 'strategy.chosen', () => ({
    strategy: 'recurse',
    requested: 'auto',
    reason: 'too-large',
    contextBytes: 60,
    contextWindow: 8000,
    held: ONE,
    plan: null,
  }))
}

/** The first read of a partition, which raises the frame's label. */
function read(run: RunWriter, lane: string, partition: string, before: Label, after: Label): void {
  run.step(
    lane,
    'context.read',
    (n) => ({
      op: 'read',
      outcome: 'ok',
      input: secret(lane, n, 'context.read/input'),
      decisions: [decision('context::read', `partition:${partition}`, before, lane)],
      partitions: [partition],
      withheld: false,
      label: after,
      output: secret(lane, n, 'context.read/output'),
      code: null,
    }),
    { tookMs: 1 },
  )
}

function deniedRead(run: RunWriter): void {
  run.step(
    '0',
    'context.read',
    (n) => ({
      op: 'read',
      outcome: 'denied',
      input: secret('0', n, 'context.read/input'),
      decisions: [
        {
          ...decision('context::read', 'partition:p2', HIGH),
          verdict: 'deny',
          policies: ['guard.clearance'],
          reason: 'clearance',
        },
      ],
      partitions: [],
      withheld: true,
      label: HIGH,
      output: secret('0', n, 'context.read/output'),
      code: 'POLICY_DENIED',
    }),
    { tookMs: 1 },
  )
  run.step('0', 'local', (n) => ({
    outcome: 'ok',
    input: secret('0', n, 'local/input'),
    op: 'budget',
    output: secret('0', n, 'local/output'),
    code: null,
    label: HIGH,
    budget: {
      calls: LIMITS.maxCalls - run.charged.calls - ONE.calls,
      tokens: (LIMITS.maxTokens ?? 0) - totalTokens(run.charged) - totalTokens(ONE),
      costMicroUsd: (LIMITS.maxCostMicroUsd ?? 0) - run.charged.costMicroUsd - ONE.costMicroUsd,
      depth: LIMITS.maxDepth,
      turns: LIMITS.maxTurns - 1,
      steps: LIMITS.frameSteps - n - 1,
    },
  }))
}

function command(
  run: RunWriter,
  lane: string,
  role: 'turn' | 'leaf',
  items: number,
  held: Label,
): Det['model.call'] {
  return {
    outcome: 'ok',
    input: commitItems(RUN_KEY, lane, run.last, 'model.call/input', ['x']),
    role,
    model: 'builtin/extractive',
    items,
    maxOutputTokens: 64,
    decision: decision('model::call', 'model:builtin/extractive', held, lane),
    bound: Array.from({ length: items }, () => ONE).reduce(addAmounts, NOTHING),
    label: held,
    code: null,
  }
}

/** An attempt that came back, with what it was metered. */
function attemptOf(item: number, attempt: number, charged: Amount): Attempt {
  const { inputTokens, outputTokens } = charged
  return {
    item,
    attempt,
    status: 200,
    tookMs: 4,
    charged,
    meteredInputTokens: inputTokens,
    meteredOutputTokens: outputTokens,
    sentBytes: 24,
    receivedBytes: 12,
    chargedAs: 'metered',
    requestId: null,
  }
}

function result(run: RunWriter, charged: Amount, after: Label, items: number): Det['model.result'] {
  run.charged = addAmounts(run.charged, charged)
  const output = sha256Hex(utf8('an output'))
  return { outcome: 'ok', output, outcomes: { ok: items }, charged, label: after, code: null }
}

function turn(run: RunWriter, lane: string, held: Label): void {
  const n = run.step(lane, 'model.call', () => command(run, lane, 'turn', 1, held), { inFlight: 1 })
  const charged = amount(20, 5)
  const obs = { tookMs: 4, command: run.last, attempts: 1, detail: [attemptOf(0, 1, charged)] }
  run.answer(lane, n, 'model.result', result(run, charged, held, 1), obs)
}

/** Two batches at once: the second is answered first; an item of the first is sent again. */
function batch(run: RunWriter): void {
  const first = run.step('0', 'model.call', () => command(run, '0', 'leaf', 2, LOW), { inFlight: 1 })
  const firstSeq = run.last
  const second = run.step('0', 'model.call', () => command(run, '0', 'leaf', 1, LOW), { inFlight: 2 })
  const secondSeq = run.last
  run.answer('0', first, 'model.attempt', {}, { command: firstSeq, item: 1, attempt: 2 })
  const one = amount(10, 5)
  run.answer('0', second, 'model.result', result(run, one, LOW, 1), {
    tookMs: 3,
    command: secondSeq,
    attempts: 1,
    detail: [attemptOf(0, 1, one)],
  })
  run.answer('0', first, 'model.usage', {}, { command: firstSeq, first: 0, detail: [attemptOf(0, 1, one)] })
  const throttled: Attempt = {
    ...attemptOf(1, 1, { ...NOTHING, calls: 1 }),
    status: 429,
    meteredInputTokens: null,
    meteredOutputTokens: null,
    receivedBytes: 0,
    chargedAs: 'nothing',
  }
  const attempts = [throttled, attemptOf(1, 2, one)]
  const charged = [one, ...attempts.map((attempt) => attempt.charged)].reduce(addAmounts)
  run.answer('0', first, 'model.result', result(run, charged, LOW, 2), {
    tookMs: 5,
    command: firstSeq,
    attempts: 3,
    detail: attempts,
  })
}

function child(run: RunWriter): void {
  const n = run.step('0', 'frame.spawn', (step) => ({
    outcome: 'ok',
    input: secret('0', step, 'frame.spawn/input'),
    child: '0.0',
    profile: 'worker',
    model: 'builtin/extractive',
    scope: ['p1', 'p3'],
    decision: decision('recursion::spawn', 'profile:worker', LOW),
    label: LOW,
    bound: addAmounts(ONE, ONE),
    mode: 'shared',
    share: null,
    ceiling: [],
    code: null,
  }))
  const commandSeq = run.last
  const before = run.charged
  read(run, '0.0', 'p3', LOW, HIGH)
  turn(run, '0.0', HIGH)
  run.answer(
    '0',
    n,
    'frame.join',
    {
      child: '0.0',
      outcome: 'ok',
      value: secret('0', n, 'frame.join/value'),
      label: HIGH,
      citations: 0,
      incomplete: false,
      charged: subtractAmounts(run.charged, before),
      delivered: 'value',
      code: null,
    },
    { tookMs: 9, command: commandSeq, ...run.child('0.0') },
  )
}

function close(run: RunWriter): void {
  run.step(
    '0',
    'output.release',
    (n) => ({
      outcome: 'ok',
      value: secret('0', n, 'output.release/value', canonicalJson(VALUE)),
      bytes: utf8(canonicalJson(VALUE)).length,
      citations: secret('0', n, 'output.release/citations', canonicalJson(CITATIONS)),
      sealed: [],
      label: HIGH,
      decision: decision('output::release', 'sink:terminal', HIGH),
      code: null,
    }),
    { tookMs: 1 },
  )
  run.step(
    '0',
    'run.close',
    (n) => ({
      status: 'complete',
      reason: null,
      basis: 'passages',
      support: SUPPORT,
      label: HIGH,
      charged: run.charged,
      frames: 2,
      maxDepth: 1,
      steps: run.steps,
      denials: secret('0', n, 'run.close/denials', canonicalJson(DENIALS)),
    }),
    { tookMs: PACE_MS * run.records.length, reason: null, coverage: COVERAGE },
  )
}

/** What a `proof` file is made from, ready to be altered before it is packed. */
export interface Sample {
  readonly leaves: readonly Uint8Array[]
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly runClose: Uint8Array
}

/** Signs and packs records as the owner (or another signer) would, whatever they say. */
export async function sampleEvidence(
  records: readonly AnyRecord[] = sampleRecords(),
  signer: Signer = OWNER,
): Promise<Sample> {
  return sampleOfLeaves(
    records.map((record) => encodeRecord(record)),
    signer,
  )
}

export async function sampleOfLeaves(
  leaves: readonly Uint8Array[],
  signer: Signer = OWNER,
  disclosures: readonly Disclosure[] = sampleDisclosures(leaves),
): Promise<Sample> {
  const first = leaves[0] ?? new Uint8Array(0)
  const lastRecord = leaves.at(-1) ?? new Uint8Array(0)
  const root = rootOf(leaves)
  const parts = evidenceFiles({
    records: await recordsFile(() => leaves),
    runOpen: await signRunOpen(signer, first),
    checkpoint: await signCheckpoint(signer, RUN, leaves.length, root),
    policy: POLICY,
    disclosures,
    keys: [signer.publicKey('log'), signer.publicKey('operator')],
  })
  const files = await held(parts)
  const runClose = await signRunClose(signer, { lastRecord, size: leaves.length, root, files })
  return { leaves, files, runClose }
}

function sampleDisclosures(leaves: readonly Uint8Array[]): readonly Disclosure[] {
  const records = leaves.map((leaf): AnyRecord => JSON.parse(new TextDecoder().decode(leaf)))
  return records.flatMap((record) => {
    const { lane, n, kind } = record
    if (kind === 'run.open') {
      return [
        disclose(RUN_KEY, lane, n, 'run.open/question', QUESTION),
        disclose(RUN_KEY, lane, n, 'run.open/omitted', canonicalJson(OMITTED)),
      ]
    }
    if (kind === 'output.release') {
      return [
        disclose(RUN_KEY, lane, n, 'output.release/value', canonicalJson(VALUE)),
        disclose(RUN_KEY, lane, n, 'output.release/citations', canonicalJson(CITATIONS)),
      ]
    }
    return kind === 'run.close'
      ? [disclose(RUN_KEY, lane, n, 'run.close/denials', canonicalJson(DENIALS))]
      : []
  })
}

export function pack(sample: Sample): Promise<Uint8Array> {
  return packed(sample.files, sample.runClose)
}

/** The answer of the sample run. */
export function sampleAnswer(): Answer {
  const closed = sampleRecords().at(-1)
  if (closed?.kind !== 'run.close') throw new Error('the sample run has no close')
  const { charged, frames, maxDepth, steps } = closed.det
  return {
    schema: 'writ.answer/1',
    run: RUN,
    status: 'complete',
    basis: 'passages',
    answer: canonicalJson(VALUE),
    value: VALUE,
    citations: CITATIONS,
    label: HIGH,
    usage: {
      modelCalls: charged.calls,
      inputTokens: charged.inputTokens,
      outputTokens: charged.outputTokens,
      costMicroUsd: charged.costMicroUsd,
      costKnown: true,
      boundCalls: 0,
      frames,
      maxDepth,
      steps,
      wallMs: closed.obs.tookMs,
    },
    support: { ...SUPPORT, unsupportedPaths: ['/count', '/names/0', '/names/1', '/share'] },
    coverage: COVERAGE,
    denials: DENIALS,
    omitted: OMITTED,
    evidence: '/somewhere/run.writ',
    reason: null,
  }
}
