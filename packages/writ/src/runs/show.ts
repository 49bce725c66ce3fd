import {
  addAmounts,
  answeredConversation,
  answerNotes,
  askedInWords,
  type Coverage,
  type DocumentCoverage,
  everyPartition,
  formatLabel,
  type Json,
  type JsonObject,
  type Ledger,
  NOTHING,
  openingPath,
  type RecordedCoverage,
  type RecordedDecision,
  type RecordedPartition,
  reasonInWords,
  WritError,
} from '@writ/contract'
import { decodeRecord, modelListsAt, type RecordOf } from '@writ/evidence'
import {
  aboutStep,
  ContentReader,
  type Frame,
  type RunSource,
  type RunSteps,
  type Step,
  type StepContent,
  type StepError,
} from '../export/index.ts'
import { isCostKnown } from '../export/steps/run-steps.ts'
import type { Viewer } from '../export/view-access.ts'
import type { ForkView, FrameView, RunOrigin, RunView, StepDetail, StepView } from './run-view.ts'

/** A run that is looked at: its records, what lies beside them, and who looks. */
export interface Viewed {
  readonly home: string
  readonly source: RunSource
  readonly steps: RunSteps
  readonly viewer: Viewer
}

/** Reads how a run began. Rejects with `UNKNOWN_RUN`. */
export async function originOf(ledger: Ledger, run: string): Promise<RunOrigin> {
  let opening: RecordOf<'run.open'> | undefined
  let charged = NOTHING
  for await (const bytes of ledger.records(run)) {
    const record = decodeRecord(bytes)
    if (record.kind === 'run.open') opening = record
    if (record.seq >= (opening?.det.fork?.records ?? 0)) break
    if (record.kind === 'model.result') charged = addAmounts(charged, record.det.charged)
  }
  const { fork } = opening?.det ?? {}
  const view = fork && { run: fork.run, at: fork.at, records: fork.records, charged }
  const schema = await ledger.payload(run, openingPath('answerSchema'))
  return {
    partitions: opening === undefined ? [] : everyPartition(opening.det),
    fork: view ?? null,
    answerSchema: schema === undefined ? null : (JSON.parse(Buffer.from(schema).toString()) as JsonObject),
  }
}

/** A run as far as whoever looks may see it. */
export async function showRun(viewed: Viewed): Promise<RunView> {
  const { home, source, steps: told, viewer } = viewed
  const { opening, closing, abort, steps } = told
  const reader = new ContentReader(source, told)
  const views: StepView[] = []
  const goals = new Map<string, string | null>()
  let released: RunView['released'] = null
  let perDocument: readonly DocumentCoverage[] | null = null
  for (const step of steps) {
    const view = await outline(step, viewed, reader)
    views.push(view)
    if (step.kind === 'run.open') goals.set(step.lane, view.about)
    if (step.child !== null) goals.set(step.child, view.about)
    if (step.kind === 'run.close' && view.withheld === null) perDocument = await reader.perDocument(step)
    if (step.kind === 'output.release' && view.withheld === null) released = await releasedBy(step, reader)
  }
  const { user, purpose, partitions, confinement, script, conversation } = opening.det
  const {
    status = abort === undefined ? 'open' : 'aborted',
    basis = null,
    support = null,
  } = closing?.det ?? {}
  const held = closing?.det.label ?? told.frames[0]?.label ?? opening.det.questionLabel
  await viewer.note(home, source.run, 'show')
  return {
    run: source.run,
    status,
    question: goals.get('0') ?? null,
    user: user.id,
    purpose,
    models: [
      ...new Set(
        Object.values(modelListsAt(opening.det, opening.det.fork?.records ?? 0))
          .flat()
          .map(({ id }) => id),
      ),
    ],
    startedAt: opening.obs.at,
    tookMs: closing?.obs.tookMs ?? null,
    reason: closing?.obs.reason ?? abort?.obs.message ?? null,
    basis,
    support,
    checks: told.checks,
    coverage: closing === undefined ? null : covered(closing.obs.coverage, perDocument),
    notes: answerNotes(opening.det.notes, closing?.det.notes) ?? null,
    label: formatLabel(held),
    script: script === undefined ? null : { name: script.name, planHash: script.planHash },
    confinement,
    charged: closing?.det.charged ?? null,
    cachedInputTokens: steps.reduce((sum, step) => sum + step.cachedInputTokens, 0),
    costKnown: isCostKnown(opening, null),
    released,
    answerSchema: released === null ? null : await schemaIn(source),
    frames: told.frames.map((frame) => frameView(frame, goals.get(frame.lane) ?? null)),
    steps: views,
    partitions,
    fork: forkView(told),
    conversation: conversation === undefined ? null : answeredConversation(conversation),
  }
}

/** What was looked at, with the documents one by one where whoever looks may see them. */
function covered(recorded: RecordedCoverage, perDocument: readonly DocumentCoverage[] | null): Coverage {
  const { perDocument: _, ...inAll } = recorded
  return { ...inAll, ...(perDocument === null ? {} : { perDocument }) }
}

/** One step whole, as far as whoever looks may see it. Rejects with `USAGE` when the run has no such step. */
export async function showStep(viewed: Viewed, name: string): Promise<StepDetail> {
  const { home, source, steps: told, viewer } = viewed
  const step = stepNamed(told, name)
  if (step === undefined)
    throw new WritError(
      'USAGE',
      `The run ${source.run} has no step ${name}: name one as <frame>/<n>, such as 0/7, or by its seq.`,
      { run: source.run },
    )
  const reader = new ContentReader(source, told)
  const view = await outline(step, viewed, reader)
  const partitions = everyPartition(told.opening.det)
  const decisions = step.decisions.map((decision) => ({ ...decision, words: inWords(decision, partitions) }))
  const refused = decisions.find(({ verdict }) => verdict !== 'allow')
  const content = view.withheld === null ? await reader.content(step) : undefined
  await viewer.note(home, source.run, `step ${step.lane}/${step.n}`)
  return {
    step: view,
    decision: refused ?? decisions[0] ?? null,
    decisions,
    read: partitions.filter(({ id }) => step.partitions.includes(id)),
    input: content === undefined ? null : await inputOf(step, content, reader),
    output: content?.output ?? null,
    error: view.error,
    withheld: view.withheld,
  }
}

async function inputOf(step: Step, { input }: StepContent, reader: ContentReader): Promise<Json> {
  if (step.kind !== 'model.call') return input
  const prompts = await reader.prompts(step)
  const plain = prompts?.map((messages) => messages.map(({ role, text }) => ({ role, text }))) ?? null
  return step.items === 1 ? (plain?.[0] ?? null) : plain
}

function stepNamed({ steps }: RunSteps, name: string): Step | undefined {
  if (/^\d+$/.test(name)) return steps.find(({ seq }) => seq === Number(name))
  return steps.find(({ lane, n }) => `${lane}/${n}` === name)
}

async function outline(
  step: Step,
  { steps, viewer, source }: Viewed,
  reader: ContentReader,
): Promise<StepView> {
  const { seq, lane, n, kind, op, outcome, code, model, instead, items, returned, unsent, child } = step
  const { charged, cachedInputTokens, bound, at, tookMs, shared } = step
  const withheld = await viewer.withheld(step.label, step.touched)
  const content = await reader.content(step)
  const open = withheld === null
  const partitions = everyPartition(steps.opening.det)
  return {
    seq,
    lane,
    n,
    kind,
    op,
    // Whoever can guess a request could tell by its hash whether it was this one.
    commandHash: open ? content.commandHash : null,
    outcome,
    code,
    about: open ? aboutIn(step, steps, content) : null,
    documents: open ? content.documents : [],
    error: open ? (content.error ?? bare(code, source)) : bare(code, source),
    withheld,
    refusals: step.decisions
      .filter(({ verdict }) => verdict !== 'allow')
      .map((decision) => inWords(decision, partitions)),
    label: formatLabel(step.label),
    model,
    instead,
    items,
    returned,
    unsent,
    child,
    charged,
    cachedInputTokens,
    costKnown: isCostKnown(steps.opening, model),
    bound,
    at,
    tookMs,
    shared,
  }
}

async function releasedBy(step: Step, reader: ContentReader): Promise<RunView['released']> {
  if (step.outcome !== 'ok') return null
  return await reader.released(step)
}

async function schemaIn(source: RunSource): Promise<JsonObject | null> {
  const text = await source.text(openingPath('answerSchema'))
  return text === undefined ? null : (JSON.parse(text) as JsonObject)
}

/** What a step was for; of the strategy, why it was chosen, which is no content. */
function aboutIn(step: Step, { strategy }: RunSteps, content: StepContent): string | null {
  return step.kind === 'strategy.chosen' ? (strategy?.det.reason ?? null) : aboutStep(step, content)
}

/** An error of which only the code may be told, or is left. */
function bare(code: string | null, { keyed }: RunSource): StepError | null {
  if (code === null) return null
  return { code, message: keyed ? '' : 'what it said is gone with the run’s key' }
}

/** A decision for whoever does not know the policies. */
function inWords(decision: RecordedDecision, partitions: readonly RecordedPartition[]): string {
  const { verdict, policies, reason, taint } = decision
  const what = askedInWords(decision, partitions)
  const by = policies.length === 0 ? '' : ` (${policies.join(', ')})`
  const holding = `by a frame that holds ${formatLabel(taint)}`
  if (verdict === 'allow') return `${what} was allowed ${holding}${by}`
  return `${what} was ${verdict === 'deny' ? 'refused' : 'left pending'} ${holding}: ${reasonInWords(reason)}${by}`
}

function frameView(frame: Frame, goal: string | null): FrameView {
  const { lane, depth, parent, turns, model, outcome, charged, from, to } = frame
  const took = { tookMs: Math.max(0, to - from) }
  return {
    lane,
    depth,
    parent,
    goal,
    turns,
    model,
    outcome,
    label: formatLabel(frame.label),
    charged,
    ...took,
  }
}

function forkView({ opening, steps }: RunSteps): ForkView | null {
  const { fork } = opening.det
  if (fork === undefined) return null
  const { run, at, records } = fork
  const paid = steps.filter(({ kind, shared }) => kind === 'model.call' && shared)
  const charged = paid.reduce((sum, step) => addAmounts(sum, step.charged ?? NOTHING), NOTHING)
  return { run, at, records, charged }
}
