import {
  ACTIONS,
  type Amount,
  type Attempt,
  BASES,
  type BudgetLeft,
  CHARGED_AS,
  CHECK_OUTCOMES,
  CHECKS,
  type Coverage,
  type Det,
  type EarlierRun,
  type Label,
  LEVELS,
  type Limits,
  MAX_CATEGORIES,
  type Obs,
  OUTCOMES,
  type Outcome,
  RECORD_KINDS,
  RECORD_VERSION,
  type RecordedCheck,
  type RecordedConversation,
  type RecordedDecision,
  type RecordedFork,
  type RecordedModel,
  type RecordedPartition,
  type RecordedPlan,
  type RecordedReason,
  type RecordedScript,
  type RecordKind,
  type Share,
  SPAWN_MODES,
  STATUSES,
  type UserFacts,
  type Votes,
} from '@writ/contract'
import {
  count,
  digest,
  flag,
  list,
  literal,
  matching,
  nullable,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  where,
} from './shape.ts'

// The shape of every record of version 2. The types make the compiler compare it with the contract.

/** Identifiers of runs: they appear in origins and statement subjects. */
export const runId: Shape<string> = matching('a run identifier', /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/)
/** `0` for the root frame, `0.3.1` for a child of a child. */
export const laneName: Shape<string> = matching('a lane', /^0(\.(0|[1-9][0-9]{0,14}))*$/)

const outcome = oneOf(OUTCOMES)
const code = nullable(text)
const texts = list(text)

const sortedTexts: Shape<readonly string[]> = where(
  'strings, sorted and each once',
  (value) =>
    Array.isArray(value) &&
    value.every((item, i) => typeof item === 'string' && (i === 0 || String(value[i - 1]) < item)),
)

/** Few enough that no work over labels grows faster than the records do. */
const categories: Shape<readonly string[]> = where(
  `at most ${MAX_CATEGORIES} strings, sorted and each once`,
  (value) => Array.isArray(value) && value.length <= MAX_CATEGORIES && sortedTexts.accepts(value),
)

const label = object<Label>({ level: oneOf(LEVELS), categories, untrusted: flag })

const amount = object<Amount>({
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costMicroUsd: count,
})

const limits = object<Limits>({
  maxCalls: count,
  maxTokens: nullable(count),
  maxCostMicroUsd: nullable(count),
  maxDepth: count,
  maxTurns: count,
  timeoutMs: nullable(count),
  concurrency: count,
  maxOutputBytes: count,
  cellSteps: count,
  frameSteps: count,
  frameReadBytes: count,
})

const share = object<Share>({
  calls: count,
  tokens: nullable(count),
  costMicroUsd: nullable(count),
  steps: count,
  readBytes: count,
})

const budgetLeft = object<BudgetLeft>({
  calls: count,
  tokens: nullable(count),
  costMicroUsd: nullable(count),
  depth: count,
  turns: count,
  steps: count,
})

const plan = object<RecordedPlan>({ basis: oneOf(['exact', 'passages']), kind: text, plan: digest })

const reason = object<RecordedReason>({
  code: text,
  data: record<string | number>(
    where('a string or an integer', (value) => typeof value === 'string' || Number.isSafeInteger(value)),
  ),
})

type SupportCounts = NonNullable<Det['run.close']['support']>

const support = object<SupportCounts>({ quoted: count, computed: count, unsupported: count })

const coverage = object<Coverage>({
  documents: count,
  bytes: count,
  touched: count,
  searched: count,
  read: count,
})

export const decision: Shape<RecordedDecision> = object<RecordedDecision>({
  action: oneOf(ACTIONS),
  resource: text,
  taint: label,
  depth: count,
  discharged: texts,
  verdict: oneOf(['allow', 'deny', 'pending']),
  policies: texts,
  reason: text,
})

const user = object<UserFacts>({ id: text, clearance: count, active: flag, purposes: texts })

const partition = object<RecordedPartition>({
  id: text,
  collection: text,
  owner: text,
  label,
  purposes: texts,
  documents: count,
  bytes: count,
  pack: digest,
})

const model = object<RecordedModel>({
  id: text,
  digest: text,
  maxLevel: count,
  categories: texts,
  jurisdiction: text,
  onPrem: flag,
  retention: flag,
  approved: flag,
  contextWindow: count,
  inputNanoUsd: nullable(count),
  outputNanoUsd: nullable(count),
  cachedInputNanoUsd: optional(count),
  priceAsOf: optional(text),
})

const outcomeCounts: Shape<Readonly<Partial<Record<Outcome, number>>>> = where(
  'counts above zero by outcome',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([key, n]) => OUTCOMES.some((known) => known === key) && Number.isSafeInteger(n) && Number(n) > 0,
    ),
)

const contextStep = object<Det['context.read']>({
  op: text,
  outcome,
  input: digest,
  decisions: list(decision),
  partitions: texts,
  withheld: flag,
  label,
  output: digest,
  code,
})

const script = object<RecordedScript>({
  name: matching('the name of a script', /^[a-z][a-z0-9-]{0,63}$/),
  planHash: digest,
  input: digest,
})

const fork = object<RecordedFork>({
  run: runId,
  at: object<RecordedFork['at']>({ lane: laneName, n: count }),
  records: count,
  models: list(model),
  changes: digest,
})

const check = object<RecordedCheck>({
  check: oneOf(CHECKS),
  outcome: oneOf(CHECK_OUTCOMES),
  checked: count,
  failed: count,
  code,
  votes: optional(object<Votes>({ asked: count, came: count, agreeing: count, again: count })),
})

const conversation = object<RecordedConversation>({
  messages: count,
  leftOut: count,
  label,
  follows: list(object<EarlierRun>({ run: runId, root: digest, records: count })),
})

const detShapes: { readonly [K in RecordKind]: Shape<Det[K]> } = {
  'run.open': object<Det['run.open']>({
    schema: literal('writ.run/2'),
    question: digest,
    questionLabel: label,
    user,
    osUser: text,
    purpose: text,
    bundle: digest,
    models: list(model),
    partitions: list(partition),
    limits,
    epochMs: count,
    confinement: object<Det['run.open']['confinement']>({ level: text, layers: texts }),
    guestAbi: text,
    omitted: digest,
    answerSchema: optional(digest),
    checks: optional(list(oneOf(CHECKS))),
    votes: optional(count),
    fork: optional(fork),
    script: optional(script),
    earlier: optional(digest),
    conversation: optional(conversation),
  }),
  'strategy.chosen': object<Det['strategy.chosen']>({
    strategy: text,
    requested: text,
    reason: text,
    contextBytes: count,
    contextWindow: count,
    held: amount,
    plan: nullable(plan),
  }),
  'context.search': contextStep,
  'context.read': contextStep,
  local: object<Det['local']>({
    op: text,
    outcome,
    input: digest,
    output: digest,
    code,
    label,
    budget: nullable(budgetLeft),
  }),
  'model.call': object<Det['model.call']>({
    outcome,
    input: digest,
    role: oneOf(['turn', 'leaf']),
    model: text,
    items: count,
    maxOutputTokens: count,
    decision,
    bound: amount,
    label,
    code,
  }),
  'model.attempt': object<Det['model.attempt']>({}),
  'model.usage': object<Det['model.usage']>({}),
  'model.result': object<Det['model.result']>({
    outcome,
    output: digest,
    outcomes: outcomeCounts,
    charged: amount,
    label,
    code,
  }),
  cell: object<Det['cell']>({ code: digest, outcome, output: digest, fuel: count, final: flag }),
  'frame.spawn': object<Det['frame.spawn']>({
    outcome,
    input: digest,
    child: text,
    profile: text,
    model: text,
    scope: texts,
    decision,
    label,
    bound: amount,
    mode: oneOf(SPAWN_MODES),
    share: nullable(share),
    ceiling: list(decision),
    code,
  }),
  'frame.join': object<Det['frame.join']>({
    child: text,
    outcome,
    code,
    value: digest,
    label,
    citations: count,
    incomplete: flag,
    charged: amount,
    delivered: oneOf(['value', 'error', 'sealed']),
  }),
  'output.release': object<Det['output.release']>({
    outcome,
    value: digest,
    bytes: count,
    citations: digest,
    sealed: texts,
    checks: optional(list(check)),
    problems: optional(digest),
    label,
    decision: nullable(decision),
    code,
  }),
  'run.close': object<Det['run.close']>({
    status: oneOf(STATUSES),
    reason: nullable(reason),
    basis: nullable(oneOf(BASES)),
    support: nullable(support),
    label,
    charged: amount,
    frames: count,
    maxDepth: count,
    steps: count,
    denials: digest,
  }),
  'run.abort': object<Det['run.abort']>({ code: text }),
}

const attempt = object<Attempt>({
  item: count,
  attempt: count,
  status: count,
  tookMs: count,
  charged: amount,
  meteredInputTokens: nullable(count),
  meteredOutputTokens: nullable(count),
  meteredCachedTokens: optional(count),
  sentBytes: count,
  receivedBytes: count,
  chargedAs: oneOf(CHARGED_AS),
  requestId: nullable(text),
})

const timed = object<{ readonly at: number }>({ at: count })
const lasting = object<{ readonly at: number; readonly tookMs: number }>({ at: count, tookMs: count })

const obsShapes: { readonly [K in RecordKind]: Shape<Obs[K]> } = {
  'run.open': object<Obs['run.open']>({ at: count, version: text }),
  'strategy.chosen': timed,
  'context.search': lasting,
  'context.read': lasting,
  local: timed,
  'model.call': object<Obs['model.call']>({ at: count, inFlight: count }),
  'model.attempt': object<Obs['model.attempt']>({ at: count, command: count, item: count, attempt: count }),
  'model.usage': object<Obs['model.usage']>({
    at: count,
    command: count,
    first: count,
    detail: list(attempt),
  }),
  'model.result': object<Obs['model.result']>({
    at: count,
    tookMs: count,
    command: count,
    attempts: count,
    detail: list(attempt),
  }),
  cell: lasting,
  'frame.spawn': timed,
  'frame.join': object<Obs['frame.join']>({
    at: count,
    tookMs: count,
    command: count,
    childRoot: digest,
    childRecords: count,
  }),
  'output.release': lasting,
  'run.close': object<Obs['run.close']>({ at: count, tookMs: count, reason: nullable(text), coverage }),
  'run.abort': object<Obs['run.abort']>({ at: count, message: text }),
}

const headShape = { v: literal(RECORD_VERSION), run: runId, seq: count, lane: laneName, n: count }

/** The shape of a record of one kind. */
export const recordShapes: Readonly<Record<RecordKind, Shape<unknown>>> = byKind((kind) =>
  object<Record<'v' | 'run' | 'seq' | 'lane' | 'n' | 'kind' | 'det' | 'obs', unknown>>({
    ...headShape,
    kind: literal(kind),
    det: detShapes[kind],
    obs: obsShapes[kind],
  }),
)

function byKind<T>(make: (kind: RecordKind) => T): Record<RecordKind, T> {
  return Object.fromEntries(RECORD_KINDS.map((kind) => [kind, make(kind)])) as Record<RecordKind, T>
}
