import {
  type Amount,
  type Answer,
  type AnswerPlan,
  type Governance,
  goesOn,
  type ModelProfile,
  NOTHING,
  type RecordedPlan,
  type RunEvent,
  toWritError,
  type WritError,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import { checkedSchema } from '../../schema/index.ts'
import { BudgetPool } from '../basis/budget-pool.ts'
import { BudgetShare } from '../basis/budget-share.ts'
import { CoverageTally } from '../basis/coverage-tally.ts'
import { KnownAnswers } from '../basis/known-answers.ts'
import { ModelSlots, realTime } from '../basis/model-slots.ts'
import type { KernelPorts } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'
import { lastTurnBytes, turnBound } from '../basis/turn-bounds.ts'
import { runFrame } from '../frame/run-frame.ts'
import type { Journal } from '../journal/journal.ts'
import { LiveJournal } from '../journal/live-journal.ts'
import { Suspension } from '../journal/suspension.ts'
import { FrameState } from '../state/frame-state.ts'
import { Gate } from '../state/gate.ts'
import { GivenText } from '../state/given-text.ts'
import { promptBytes } from '../state/prompt-bytes.ts'
import { Refusing } from '../state/refusing.ts'
import { modelList, modelsOf } from '../state/run-models.ts'
import { noteLimit, type RunState } from '../state/run-state.ts'
import { observe } from '../steps/observe.ts'
import type { Released } from '../steps/release.ts'
import { answerOf, documentsCovered, type RootEnd } from './answer.ts'
import { closeNotes } from './closing-notes.ts'
import { conversationOf } from './conversation-of.ts'
import { logOpening } from './logged.ts'
import { requireConfinement } from './require-confinement.ts'
import { closeRecord, openRecord } from './run-records.ts'
import type { RunRequest } from './run-request.ts'
import { defaultDisclosures, sealRun } from './seal.ts'
import { startTimer } from './time-limit.ts'

/** What a finished run gives: the answer, without its path, and the evidence file's bytes, read while the ledger is open. */
export interface RunResult {
  readonly answer: Answer
  readonly evidence: AsyncIterable<Uint8Array>
  readonly governance: Governance
  /** Why the answer may not be handed out yet, when its evidence has to wait for witnesses. */
  readonly pending: WritError | null
}

/** What a resumed run already has, or a forked one has of the other. */
export interface Earlier {
  /** Does again what is recorded, then goes on with the journal that is given. */
  readonly journal: (anew: LiveJournal) => Journal
  /** What ends the run, given what asks for its end. */
  readonly endedBy: (asked: AbortSignal) => AbortSignal
  readonly epochMs: number
  /** Its records, in order. */
  readonly records: readonly { readonly lane: string; readonly bytes: Uint8Array }[]
}

/**
 * Runs one request from its opening record to its sealed evidence; with `earlier`, goes on where its record ends.
 * Rejects only when no evidence can be written, or when a resumed run does not follow its record.
 */
export async function executeRun(
  request: RunRequest,
  ports: KernelPorts,
  earlier?: Earlier,
): Promise<RunResult> {
  requireConfinement(ports.policy, ports.sandbox.confinement)
  const halted = new AbortController()
  const halt = (error: WritError): void => halted.abort(error)
  const asked = AbortSignal.any([request.signal, halted.signal])
  const signal = earlier?.endedBy(asked) ?? asked
  const timer = startTimer(request, halted)
  // The sandbox serves this run alone: when the run must end, so must every cell, however hard it loops.
  signal.addEventListener('abort', () => ports.sandbox.abandon(), { once: true })
  try {
    const { log, clock } = ports
    const suspension = new Suspension(request.run, request.suspend)
    const anew = new LiveJournal(log, clock, (error) => halt(toWritError(error)), suspension)
    if (earlier !== undefined) anew.continue(earlier.records)
    const journal = earlier?.journal(anew) ?? anew
    const epochMs = earlier?.epochMs ?? clock.now()
    const onEvent = (event: RunEvent): void => anew.whenTaken(() => ports.onEvent(event))
    const state = createState(request, { ...ports, onEvent }, { signal, halt, suspension, journal, epochMs })
    const opened = (): Promise<void> => logOpening(ports, anew.firstRecord)
    const ended = await Promise.race([runToClose(state, request, opened), suspension.stopped])
    const { answer, released, closing } = ended
    const disclosures = defaultDisclosures(state, request, answer, released, closing)
    const { evidence, pending } = await sealRun({ run: request.run, journal: anew, ports }, disclosures)
    await log.finish(answer.status)
    const { recordMs, size } = anew
    return { answer, evidence, pending, governance: { ...state.gate.cost, recordMs, records: size } }
  } finally {
    clearTimeout(timer)
  }
}

/** A run whose closing record is written. */
interface ClosedRun {
  readonly answer: Answer
  readonly released: Released | undefined
  readonly closing: StepId
}

/** Runs a request from its opening record to its closing one: what a replay does again. */
export async function runToClose(
  state: RunState,
  request: RunRequest,
  opened: () => Promise<void>,
): Promise<ClosedRun> {
  await openRecord(state, request)
  await opened()
  const { ports } = state
  const end = await runRoot(state, request)
  const closing = end.lane.next()
  // Where the store is gone, what the filters meant counts as not searched.
  if (state.journal.close(closing) === undefined)
    for (const tally of [state.coverage, state.checkCoverage])
      await tally.settle(state.ports.store).catch(() => undefined)
  const perDocument = await documentsCovered(state, end.lane, closing)
  const { answer: bare, reason } = answerOf(state, end, closing, perDocument)
  const { answer, ...notes } = closeNotes(state, closing, bare, end.lane.notes)
  // Where later runs look for them is settled before they are there: a run that is cut off in between does both again.
  if (notes.kept !== null) await ports.keepNotes?.(closing.n)
  await closeRecord(state, closing, answer, reason, notes)
  return { answer, released: end.result.value, closing }
}

/** What a run is done with: where its steps are recorded, how it is told to end, and how it tells so itself. */
export interface RunBasis {
  readonly journal: Journal
  readonly suspension: Suspension
  readonly epochMs: number
  readonly signal: AbortSignal
  readonly halt: (error: WritError) => void
}

/** The state of a run that opens. */
export function createState(
  request: RunRequest,
  ports: KernelPorts,
  { journal, suspension, epochMs, signal, halt }: RunBasis,
): RunState {
  const { limits, authority, models, profiles, run, fork, script } = request
  const { clock } = ports
  const started = clock.monotonic()
  const slots = new Map<string, ModelSlots>()
  return {
    run,
    epochMs,
    elapsedMs: () => clock.monotonic() - started + request.elapsedMs,
    limits,
    ports,
    authority,
    models,
    profiles,
    checks: request.checks,
    votes: request.votes,
    bySentence: request.leaves === 'sentences',
    validators: request.validators ?? [],
    share: new BudgetShare(new BudgetPool(limits), limits),
    partitions: [...ports.store.partitions],
    omitted: canonicalJson(ports.store.omitted),
    notes: request.notes,
    coverage: new CoverageTally(ports.store.partitions),
    checkCoverage: new CoverageTally(ports.store.partitions),
    suspension,
    journal,
    gate: new Gate(ports, authority, halt),
    slots: (model) => {
      const { id, rates = {} } = model
      const known =
        slots.get(id) ??
        new ModelSlots(
          limits.concurrency,
          rates,
          realTime(() => clock.monotonic()),
          (queue) => ports.onEvent({ type: 'queue', model: id, ...queue }),
        )
      slots.set(id, known)
      return known
    },
    tally: {
      frames: 1,
      maxDepth: 0,
      steps: 0,
      cut: null,
      models: new Set(),
      boundCalls: 0,
      cachedInputTokens: 0,
      reusedCalls: 0,
      notes: new Set(),
      costKnown: true,
      answered: new Set(),
      refusing: new Refusing(),
      planned: null,
    },
    givenText: new GivenText(),
    fork,
    script,
    scripts: request.scripts ?? [],
    signal,
  }
}

async function runRoot(state: RunState, request: RunRequest): Promise<RootEnd> {
  const { ports, models, authority } = state
  const { answerSchema } = request
  const { store, reasoner } = ports
  const lane = new FrameState({
    id: '0',
    parent: null,
    depth: 0,
    goal: request.question,
    schema: answerSchema === undefined ? null : await checkedSchema(answerSchema),
    conversation: request.conversation,
    script: state.script,
    profile: authority.orchestrator,
    models: (id) => modelList(state, id, 'root'),
    scope: {
      partitions: store.partitions,
      notes: (state.notes?.partitions ?? []).map(({ partition }) => partition),
      docs: null,
    },
    label: request.questionLabel,
    share: state.share,
    answers: new KnownAnswers(),
    bound: true,
    signal: state.signal,
  })
  // The opening record took the root's first id.
  lane.next()
  const bytes = store.partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  const documents = store.partitions.reduce((sum, partition) => sum + partition.documents, 0)
  const { contextWindow } = lane.model
  const id = lane.next()
  // A script is its own plan: the model's words about how it would answer do not count.
  const plan = state.script === undefined ? await planOf(state, id, request) : null
  state.tally.planned = plan?.basis ?? null
  const choice = reasoner.choose({
    requested: request.strategy,
    question: request.question,
    bytes,
    documents,
    contextWindow,
    planned: plan !== null,
    scripted: state.script !== undefined,
  })
  const { root } = modelsOf(state, id)
  const held = choice.turns ? lastTurnBound(state, root, lane.opening) : NOTHING
  const chosen = state.journal.write({
    kind: 'strategy.chosen',
    id,
    det: {
      strategy: choice.strategy,
      requested: request.strategy,
      reason: choice.reason,
      contextBytes: bytes,
      contextWindow,
      held,
      plan: plan === null ? null : recordedPlan(state, id, plan),
    },
    obs: { at: state.journal.now() },
    payloads: { plan: canonicalJson(plan) },
    durability: 'commit',
  })
  await chosen.durable
  ports.onEvent({
    type: 'run.open',
    run: state.run,
    question: request.question,
    model: models.root.title,
    strategy: choice.strategy,
    strategyReason: choice.reason,
    documents,
    bytes,
    confinement: ports.sandbox.confinement.layers.join(' → '),
    policy: ports.policy.bundle.name,
    ...conversationOf(request),
  })
  try {
    // The root's last turn is reserved from the start.
    const holds = choice.turns ? { last: state.share.pool.hold(held) } : {}
    return { lane, result: await runFrame(state, lane, holds, choice) }
  } catch (error) {
    const known = toWritError(error)
    noteLimit(state, lane.label, chosen.seq, known)
    return { lane, result: { value: undefined, error: known, incomplete: false } }
  }
}

function lastTurnBound(state: RunState, model: ModelProfile, opening: string): Amount {
  const { limits } = state
  const bytes = lastTurnBytes(limits, model, promptBytes(state, model), opening)
  return turnBound(limits, model, bytes)
}

/** How the root's model will answer, as far as the host knows beforehand; of a recorded run, what it knew then. */
async function planOf(
  { journal, models }: RunState,
  id: StepId,
  { question, conversation }: RunRequest,
): Promise<AnswerPlan | null> {
  return await observe<'strategy.chosen', AnswerPlan | null>(journal, {
    kind: 'strategy.chosen',
    id,
    kept: () => ({ name: 'plan' }),
    perform: () => Promise.resolve(models.root.plan?.(question, goesOn(conversation)) ?? null),
    recall: (_, plan) => JSON.parse(plan) as AnswerPlan | null,
  })
}

function recordedPlan({ journal }: RunState, id: StepId, plan: AnswerPlan): RecordedPlan {
  const { basis, kind } = plan
  return { basis, kind, plan: journal.commit(id, 'strategy.chosen', 'plan', canonicalJson(plan)) }
}
