import {
  type Amount,
  type Attempt,
  addAmounts,
  costMicroUsd,
  DEFAULT_LIMITS,
  type Det,
  type Label,
  label,
  type Obs,
  RECORD_VERSION,
  type RecordedDecision,
  type RecordKind,
} from '@writ/contract'
import { type AnyRecord, encodeRecord, hex, leafHash, MerkleTree, sha256Hex } from '@writ/evidence'

// The records of a long run, as a kernel would write them: a root that spawns a child for every item, each of which
// reads, asks a model twice, runs a cell, and answers.

export const LONG_RUN = '01890a5d-ac96-774b-bcce-b302099a8057'
export const OPENED_AT: number = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

const MODEL = 'any/model'
const ASKED = label('internal')
const USER = 'alice'
/** What the personal bundle permits an action by. */
const PERMITS = {
  'context::read': 'permit.context',
  'model::call': 'permit.model',
  'recursion::spawn': 'permit.spawn',
  'output::release': 'permit.release',
} as const
const HELD = label('confidential', ['PII'], true)
const PRICE = { inputNanoUsd: 250, outputNanoUsd: 1000 }
const USED = amount(1200, 150)
const BOUND = amount(1600, 4096)

/** Bytes of the records, made anew at each call; the number of records is the least that is not below `count`. */
export function* longRun(count: number, bundle: string): Generator<Uint8Array> {
  const run = new Writer()
  yield run.step('0', 'run.open', opening(bundle), { version: '0.1.0' })
  yield run.step('0', 'strategy.chosen', {
    strategy: 'recurse',
    requested: 'auto',
    reason: 'too-large',
    contextBytes: 60_000_000,
    contextWindow: 128_000,
    held: BOUND,
    plan: null,
  })
  yield run.step('0', 'context.read', reading(run, ASKED, 0), { tookMs: 1 })
  let children = 0
  for (; run.size < count - 2; children++) yield* childOf(run, children)
  const decision = ruling('output::release', 'sink:terminal', HELD, 0, ['validate:citations'])
  const released = {
    outcome: 'ok',
    value: run.digest(),
    bytes: 2_000,
    citations: run.digest(),
    sealed: [],
    label: HELD,
    decision,
    code: null,
  } as const
  yield run.step('0', 'output.release', released, { tookMs: 1 })
  yield run.step(
    '0',
    'run.close',
    {
      status: 'complete',
      reason: null,
      basis: children > 0 ? 'model' : 'passages',
      support: { quoted: 40, computed: 0, unsupported: 2 },
      label: HELD,
      charged: {
        calls: 2 * children,
        inputTokens: 2 * children * USED.inputTokens,
        outputTokens: 2 * children * USED.outputTokens,
        costMicroUsd: 2 * children * USED.costMicroUsd,
      },
      frames: 1 + children,
      maxDepth: Math.min(1, children),
      steps: run.steps + 1,
      denials: run.digest(),
    },
    {
      tookMs: run.elapsedMs,
      reason: null,
      coverage: { documents: 4_000, bytes: 60_000_000, touched: 4_000, searched: 0, read: 8_000_000 },
    },
  )
}

function* childOf(run: Writer, index: number): Generator<Uint8Array> {
  const lane = `0.${index}`
  const spawned = run.size
  const since = run.elapsedMs
  const n = run.next('0')
  yield run.step('0', 'frame.spawn', {
    outcome: 'ok',
    input: run.digest(),
    child: lane,
    profile: 'worker',
    model: MODEL,
    scope: ['contracts'],
    decision: ruling('recursion::spawn', 'profile:worker', HELD, 0),
    label: HELD,
    bound: addAmounts(BOUND, BOUND),
    mode: 'shared',
    share: null,
    ceiling: [],
    code: null,
  })
  const child = new MerkleTree()
  for (const record of childRecords(run, lane)) {
    child.append(leafHash(record))
    yield record
  }
  run.forget(lane)
  const joined = {
    child: lane,
    outcome: 'ok',
    value: run.digest(),
    label: HELD,
    citations: 2,
    incomplete: false,
    charged: addAmounts(USED, USED),
    delivered: 'value',
    code: null,
  } as const
  const obs = {
    tookMs: run.elapsedMs - since,
    command: spawned,
    childRoot: hex(child.root()),
    childRecords: child.size,
  }
  yield run.write('0', n, 'frame.join', joined, obs)
}

function* childRecords(run: Writer, lane: string): Generator<Uint8Array> {
  yield run.step(lane, 'context.read', reading(run, HELD, 1), { tookMs: 1 })
  yield* call(run, lane, 'turn')
  yield* call(run, lane, 'leaf')
  for (let cited = 0; cited < 2; cited++) {
    yield run.step(lane, 'local', {
      op: 'cite',
      outcome: 'ok',
      input: run.digest(),
      output: run.digest(),
      label: HELD,
      budget: null,
      code: null,
    })
  }
  const cell = { code: run.digest(), outcome: 'ok', output: run.digest(), fuel: 12, final: true } as const
  yield run.step(lane, 'cell', cell, { tookMs: 3 })
}

function* call(run: Writer, lane: string, role: 'turn' | 'leaf'): Generator<Uint8Array> {
  const command = run.size
  const n = run.next(lane)
  const asked = {
    outcome: 'ok',
    input: run.digest(),
    role,
    model: MODEL,
    items: 1,
    maxOutputTokens: 4096,
    decision: ruling('model::call', `model:${MODEL}`, HELD, 1),
    bound: BOUND,
    label: HELD,
    code: null,
  } as const
  yield run.step(lane, 'model.call', asked, { inFlight: 1 })
  const result = {
    outcome: 'ok',
    output: run.digest(),
    outcomes: { ok: 1 },
    charged: USED,
    label: HELD,
    code: null,
  } as const
  const attempt: Attempt = {
    item: 0,
    attempt: 1,
    status: 200,
    tookMs: 400,
    charged: USED,
    meteredInputTokens: 1200,
    meteredOutputTokens: 150,
    sentBytes: BOUND.inputTokens - 32, // two messages: 8 each, and 16
    receivedBytes: 600,
    chargedAs: 'metered',
    requestId: `req-${command}`,
  }
  yield run.write(lane, n, 'model.result', result, { tookMs: 400, command, attempts: 1, detail: [attempt] })
}

function reading(run: Writer, held: Label, depth: number): Det['context.read'] {
  return {
    op: 'read',
    outcome: 'ok',
    input: run.digest(),
    decisions: [ruling('context::read', 'partition:contracts', held, depth)],
    partitions: ['contracts'],
    withheld: false,
    label: HELD,
    output: run.digest(),
    code: null,
  }
}

function ruling(
  action: keyof typeof PERMITS,
  resource: string,
  taint: Label,
  depth: number,
  discharged: readonly string[] = [],
): RecordedDecision {
  return {
    action,
    resource,
    taint,
    depth,
    discharged,
    verdict: 'allow',
    policies: [PERMITS[action]],
    reason: 'permitted',
  }
}

function amount(inputTokens: number, outputTokens: number): Amount {
  return { calls: 1, inputTokens, outputTokens, costMicroUsd: costMicroUsd(PRICE, inputTokens, outputTokens) }
}

function opening(bundle: string): Det['run.open'] {
  const digest = sha256Hex(new TextEncoder().encode(MODEL))
  return {
    schema: 'writ.run/2',
    question: digest,
    questionLabel: ASKED,
    osUser: USER,
    user: { id: USER, clearance: 2, active: true, purposes: ['general'] },
    purpose: 'general',
    bundle,
    models: [
      {
        id: MODEL,
        digest,
        maxLevel: 4,
        categories: ['PII', 'PHI', 'PCI', 'TRADE_SECRET', 'LEGAL_PRIVILEGE', 'EXPORT_CONTROLLED'],
        jurisdiction: 'LOCAL',
        onPrem: true,
        retention: false,
        approved: true,
        contextWindow: 128_000,
        ...PRICE,
      },
    ],
    partitions: [
      {
        id: 'contracts',
        label: HELD,
        purposes: ['general'],
        collection: 'contracts',
        owner: USER,
        documents: 4000,
        bytes: 60_000_000,
        pack: digest,
      },
    ],
    limits: { ...DEFAULT_LIMITS, maxCalls: 10_000_000, frameSteps: 10_000_000 },
    epochMs: OPENED_AT,
    confinement: { level: 'reduced', layers: ['vm'] },
    guestAbi: digest,
    omitted: digest,
  }
}

/** Numbers records as a kernel would. */
class Writer {
  readonly #next = new Map<string, number>()
  #digests = 0
  elapsedMs = 0
  size = 0
  steps = 0

  next(lane: string): number {
    return this.#next.get(lane) ?? 0
  }

  /** What stands for a commitment: each is another. */
  digest(): string {
    this.#digests += 1
    return sha256Hex(new TextEncoder().encode(`${this.#digests}`))
  }

  step<K extends RecordKind>(lane: string, kind: K, det: Det[K], obs: object = {}): Uint8Array {
    const n = this.next(lane)
    this.#next.set(lane, n + 1)
    this.steps += 1
    return this.write(lane, n, kind, det, obs)
  }

  write<K extends RecordKind>(lane: string, n: number, kind: K, det: Det[K], obs: object): Uint8Array {
    const seq = this.size
    this.size += 1
    const took = 'tookMs' in obs ? Number(obs.tookMs) : 1
    if (kind !== 'frame.join' && kind !== 'run.close') this.elapsedMs += took
    const record = {
      v: RECORD_VERSION,
      run: LONG_RUN,
      seq,
      lane,
      n,
      kind,
      det,
      obs: { at: OPENED_AT + this.elapsedMs, ...obs } as Obs[K],
    }
    return encodeRecord(record as unknown as AnyRecord)
  }

  forget(lane: string): void {
    this.#next.delete(lane)
  }
}
