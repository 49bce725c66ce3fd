import {
  ACTIONS,
  type Amount,
  type Amounts,
  type Attempt,
  type BudgetLeft,
  CHARGED_AS,
  CHECK_OUTCOMES,
  CHECKS,
  type ClosingNotes,
  type Det,
  type EarlierRun,
  type Label,
  LEVELS,
  type Limits,
  type Looked,
  MAX_CATEGORIES,
  OUTCOMES,
  type Outcome,
  type PassedModel,
  type PythonPackage,
  type RecordedCheck,
  type RecordedConversation,
  type RecordedCoverage,
  type RecordedDecision,
  type RecordedFallbacks,
  type RecordedFork,
  type RecordedModel,
  type RecordedNotePartition,
  type RecordedNotes,
  type RecordedPartition,
  type RecordedPlan,
  type RecordedProfile,
  type RecordedReason,
  type RecordedScript,
  type ReusedItems,
  type Share,
  type SpawnedScript,
  type UserFacts,
  type Votes,
} from '@writ/contract'
import {
  count,
  digest,
  flag,
  list,
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

// The shapes of what records are made of.

/** Identifiers of runs: they appear in origins and statement subjects. */
export const runId: Shape<string> = matching('a run identifier', /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/)
/** `0` for the root frame, `0.3.1` for a child of a child. */
export const laneName: Shape<string> = matching('a lane', /^0(\.(0|[1-9][0-9]{0,14}))*$/)

export const outcome: Shape<Outcome> = oneOf(OUTCOMES)
export const code: Shape<string | null> = nullable(text)
export const texts: Shape<readonly string[]> = list(text)

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

export const label: Shape<Label> = object<Label>({ level: oneOf(LEVELS), categories, untrusted: flag })

export const amount: Shape<Amount> = object<Amount>({
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costMicroUsd: count,
})

export const limits: Shape<Limits> = object<Limits>({
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
  maxPromptBytes: optional(count),
  maxWorkerTurns: optional(count),
  maxWorkerCalls: optional(count),
  maxVerifierTurns: optional(count),
  maxVerifierCalls: optional(count),
})

export const share: Shape<Share> = object<Share>({
  calls: count,
  tokens: nullable(count),
  costMicroUsd: nullable(count),
  steps: count,
  readBytes: count,
})

export const budgetLeft: Shape<BudgetLeft> = object<BudgetLeft>({
  calls: count,
  tokens: nullable(count),
  costMicroUsd: nullable(count),
  depth: count,
  turns: count,
  steps: count,
})

export const plan: Shape<RecordedPlan> = object<RecordedPlan>({
  basis: oneOf(['exact', 'passages']),
  kind: text,
  plan: digest,
})

export const reason: Shape<RecordedReason> = object<RecordedReason>({
  code: text,
  data: record<string | number>(
    where('a string or an integer', (value) => typeof value === 'string' || Number.isSafeInteger(value)),
  ),
})

type SupportCounts = NonNullable<Det['run.close']['support']>

export const support: Shape<SupportCounts> = object<SupportCounts>({
  quoted: count,
  computed: count,
  unsupported: count,
})

const amounts: Shape<Amounts> = object<Amounts>({ files: count, bytes: count })

const looked: Shape<Looked> = object<Looked>({ touched: count, searched: count, read: count })

export const coverage: Shape<RecordedCoverage> = object<RecordedCoverage>({
  documents: count,
  bytes: count,
  touched: count,
  searched: count,
  read: count,
  unstructured: optional(amounts),
  perDocument: optional(digest),
  checks: optional(looked),
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

export const user: Shape<UserFacts> = object<UserFacts>({
  id: text,
  clearance: count,
  active: flag,
  purposes: texts,
})

const partitionParts = {
  id: text,
  collection: text,
  owner: text,
  label,
  purposes: texts,
  documents: count,
  bytes: count,
  pack: digest,
}

export const partition: Shape<RecordedPartition> = object<RecordedPartition>(partitionParts)

export const notes: Shape<RecordedNotes> = object<RecordedNotes>({
  partitions: list(
    object<RecordedNotePartition>({
      ...partitionParts,
      runs: list(object<RecordedNotePartition['runs'][number]>({ run: runId, notes: count })),
    }),
  ),
  stale: count,
  leftOut: count,
  unreadable: list(runId),
})

export const closingNotes: Shape<ClosingNotes> = object<ClosingNotes>({
  shown: count,
  runs: list(runId),
  kept: count,
  content: optional(digest),
})

export const model: Shape<RecordedModel> = object<RecordedModel>({
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

export const fallbacks: Shape<RecordedFallbacks> = object<RecordedFallbacks>({
  root: list(model),
  sub: list(model),
})

export const profile: Shape<RecordedProfile> = object<RecordedProfile>({
  model: text,
  language: oneOf(['javascript', 'typescript', 'python']),
  chunkChars: count,
  batchSize: count,
  fanOut: nullable(count),
  hints: digest,
})

export const passed: Shape<readonly PassedModel[]> = list(
  object<PassedModel>({ model: text, decision: nullable(decision) }),
)

export const outcomeCounts: Shape<Readonly<Partial<Record<Outcome, number>>>> = where(
  'counts above zero by outcome',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([key, n]) => OUTCOMES.some((known) => known === key) && Number.isSafeInteger(n) && Number(n) > 0,
    ),
)

const context = {
  op: text,
  outcome,
  input: digest,
  decisions: list(decision),
  partitions: texts,
  withheld: flag,
  label,
  output: digest,
  code,
}

export const contextSearch: Shape<Det['context.search']> = object<Det['context.search']>({
  ...context,
  notes: optional(list(count)),
  exact: optional(where<true>('true', (value) => value === true)),
})

export const contextRead: Shape<Det['context.read']> = object<Det['context.read']>({
  ...context,
  exact: optional(where<true>('true', (value) => value === true)),
})

const named = {
  name: matching('the name of a script', /^[a-z][a-z0-9-]{0,63}$/),
  planHash: digest,
}

export const script: Shape<RecordedScript> = object<RecordedScript>({ ...named, input: digest })

export const namedScript: Shape<Omit<RecordedScript, 'input'>> = object<Omit<RecordedScript, 'input'>>(named)

export const pythonPackage: Shape<PythonPackage> = object<PythonPackage>({
  name: text,
  version: text,
  imports: texts,
  file: text,
  sha256: digest,
})

export const spawnedScript: Shape<SpawnedScript> = object<SpawnedScript>({ ...named, calls: nullable(count) })

export const fork: Shape<RecordedFork> = object<RecordedFork>({
  run: runId,
  at: object<RecordedFork['at']>({ lane: laneName, n: count }),
  records: count,
  models: list(model),
  fallbacks: optional(fallbacks),
  verifier: optional(list(model)),
  changes: digest,
})

export const check: Shape<RecordedCheck> = object<RecordedCheck>({
  check: oneOf(CHECKS),
  outcome: oneOf(CHECK_OUTCOMES),
  checked: count,
  failed: count,
  code,
  votes: optional(object<Votes>({ asked: count, came: count, agreeing: count, again: count })),
})

export const reuse: Shape<ReusedItems> = object<ReusedItems>({
  item: count,
  items: count,
  lane: laneName,
  n: count,
  of: nullable(count),
  input: digest,
  output: digest,
})

export const conversation: Shape<RecordedConversation> = object<RecordedConversation>({
  messages: count,
  leftOut: count,
  label,
  follows: list(object<EarlierRun>({ run: runId, root: digest, records: count })),
})

export const attempt: Shape<Attempt> = object<Attempt>({
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
