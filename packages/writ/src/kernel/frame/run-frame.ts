import {
  type CorpusView,
  type GuestContext,
  isWritError,
  levelNumber,
  type Partition,
  STRING_CONTEXT_BYTES,
  type StrategyChoice,
  toWritError,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import { outcomeOf, type RunState, showable } from '../state/run-state.ts'
import { overviewStep, readStep } from '../steps/context-requests.ts'
import { performContextStep } from '../steps/context-step.ts'
import type { FrameResult } from '../steps/join.ts'
import type { HeldTurns } from '../steps/open-child.ts'
import type { Released } from '../steps/release.ts'
import { KernelFrame } from './kernel-frame.ts'

/** What child frames do. */
const RECURSE = Object.freeze({ strategy: 'recurse', repl: true, turns: true })
/** What those do that follow a script. */
const FOLLOW = Object.freeze({ strategy: 'script', repl: true, turns: false })

const EMPTY: CorpusView = { documents: 0, bytes: 0, sample: [] }

/** How a frame of this room ended. */
export interface FrameRun extends FrameResult {
  readonly value: Released | undefined
}

type Strategy = Omit<StrategyChoice, 'reason'>

/** Runs a frame to its end. Never rejects: whatever happens, the frame closes with all it started recorded. */
export async function runFrame(
  state: RunState,
  lane: FrameState,
  holds: HeldTurns,
  strategy: Strategy = lane.script === undefined ? RECURSE : FOLLOW,
): Promise<FrameRun> {
  const { ports, tally } = state
  const { id, depth, goal, model, parent } = lane
  if (parent !== null) tally.frames += 1
  tally.maxDepth = Math.max(tally.maxDepth, depth)
  const shown = showable(state, lane.label, goal)
  ports.onEvent({
    type: 'frame.open',
    lane: id,
    parent: parent?.id ?? null,
    depth,
    goal: shown,
    model: model.id,
  })
  const run = await live(state, lane, holds, strategy).catch((error: unknown): FrameRun => {
    return { value: undefined, error: toWritError(error), incomplete: false }
  })
  holds.next?.release()
  holds.last?.release()
  lane.share.draw(lane.label)
  if (parent !== null) tally.steps += lane.steps
  const outcome = run.value !== undefined ? 'ok' : run.error === undefined ? 'error' : outcomeOf(run.error)
  const { turns, label, charged } = lane
  ports.onEvent({ type: 'frame.close', lane: id, outcome, turns, label, charged })
  return run
}

/** Opens the frame for reasoning, lets it reason, and closes it. */
async function live(
  state: RunState,
  lane: FrameState,
  holds: HeldTurns,
  strategy: Strategy,
): Promise<FrameRun> {
  const { reasoner } = state.ports
  const corpus = strategy.repl ? await overview(state, lane) : EMPTY
  const frame = new KernelFrame(state, lane, {
    holds,
    corpus,
    context: strategy.repl ? await stringContext(state, lane, corpus) : { type: 'none' },
    runFrame,
    runAlike: (run, voter, held) => runFrame(run, voter, held, strategy),
  })
  try {
    const { error, incomplete } = await reasoner.run(frame, strategy)
    return { value: frame.released, error, incomplete }
  } finally {
    await frame.close()
  }
}

/** Metadata of the corpus that a frame may show its model at the start: a labelled read like any other. */
async function overview(state: RunState, lane: FrameState): Promise<CorpusView> {
  // A text given to this frame is what it was opened for, whatever its label.
  const own = (id: string): boolean => state.partitions.every((partition) => partition.id !== id)
  const partitions = lane.scope.partitions.filter(
    (partition) => keepsLevel(lane, partition) || own(partition.id),
  )
  if (partitions.length === 0) return EMPTY
  const step = overviewStep(state.ports.store, lane, partitions)
  return (await permitted(performContextStep(state, lane, lane.next(), step, ignore))) ?? EMPTY
}

/** One small text is handed over whole, so that it behaves as a string. Counts only what the overview was granted. */
async function stringContext(
  state: RunState,
  lane: FrameState,
  { documents, bytes, sample }: CorpusView,
): Promise<GuestContext> {
  if (lane.scope.partitions.length === 0) return { type: 'none' }
  const [only] = sample
  if (only === undefined || documents > 1 || bytes > STRING_CONTEXT_BYTES)
    return { type: 'handle', docs: documents, bytes }
  const step = readStep(state.ports.store, lane, { doc: only })
  const read = await permitted(performContextStep(state, lane, lane.next(), step, ignore))
  return read === undefined ? { type: 'none' } : state.givenText.of(read.text, 1)
}

/** A refusal leaves the frame without what it asked for; anything else is a failure. */
async function permitted<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step
  } catch (error) {
    if (isWritError(error) && error.code === 'POLICY_DENIED') return undefined
    throw error
  }
}

function keepsLevel(lane: FrameState, partition: Partition): boolean {
  const { level, categories } = partition.label
  const same = categories.every((category) => lane.label.categories.includes(category))
  return same && levelNumber(level) <= levelNumber(lane.label.level)
}

function ignore(): void {
  // Nothing is delivered to a VM before the frame's first cell.
}
