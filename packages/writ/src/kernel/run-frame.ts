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
import type { Hold } from './budget-pool.ts'
import { overviewStep, readStep } from './context-steps.ts'
import { KernelFrame } from './kernel-frame.ts'
import type { Lane } from './lane.ts'
import { performLocal } from './local-step.ts'
import type { Released } from './release.ts'
import { outcomeOf, type RunState } from './run-state.ts'
import type { FrameResult } from './spawn.ts'
import { lastTurnBytes } from './turn-bounds.ts'

/** What child frames do. */
const RECURSE = Object.freeze({ strategy: 'recurse', turns: true })

const EMPTY: CorpusView = { documents: 0, bytes: 0, sample: [] }

/** How a frame ended, and whether a limit or its last turn cut it short. */
export interface FrameRun extends FrameResult {
  readonly value: Released | undefined
  readonly incomplete: boolean
}

/** Opens a frame, lets reasoning run it to its end, and closes it with everything it started recorded. */
export async function runFrame(
  state: RunState,
  lane: Lane,
  holds: { readonly next?: Hold; readonly last?: Hold },
  strategy: Pick<StrategyChoice, 'strategy' | 'turns'> = RECURSE,
): Promise<FrameRun> {
  const { ports, tally, limits } = state
  tally.frames += 1
  tally.maxDepth = Math.max(tally.maxDepth, lane.depth)
  const { id, depth, goal, model } = lane
  ports.onEvent({
    type: 'frame.open',
    lane: id,
    parent: lane.parent?.id ?? null,
    depth,
    goal,
    model: model.id,
  })
  const frame = new KernelFrame(state, lane, {
    holds,
    corpus: strategy.turns ? await overview(state, lane) : EMPTY,
    context: strategy.turns ? await stringContext(state, lane) : { type: 'none' },
    lastTurnBytes: lastTurnBytes(limits, model, ports.reasoner.promptBytes, goal),
    runFrame: (child, childLane, childHolds) => runFrame(child, childLane, childHolds),
  })
  const end = await ports.reasoner.run(frame, strategy.strategy).catch((error: unknown) => {
    return { incomplete: false, error: toWritError(error) }
  })
  await frame.close()
  if (lane.parent !== null) tally.steps += lane.steps
  if (end.incomplete) tally.limited = true
  const { released } = frame
  const outcome = released !== undefined ? 'ok' : end.error === undefined ? 'error' : outcomeOf(end.error)
  ports.onEvent({
    type: 'frame.close',
    lane: id,
    outcome,
    turns: lane.turns,
    label: lane.label,
    charged: lane.charged,
  })
  return { value: released, error: end.error, incomplete: end.incomplete }
}

/** Metadata of the corpus that a frame may show its model at the start: a labelled read like any other. */
async function overview(state: RunState, lane: Lane): Promise<CorpusView> {
  const partitions = lane.scope.partitions.filter((partition) => keepsLevel(lane, partition))
  if (partitions.length === 0) return EMPTY
  const step = overviewStep(state.ports.store, lane, partitions)
  return (await permitted(performLocal(state, lane, lane.next(), step, ignore))) ?? EMPTY
}

/** One small text is handed over whole, so that it behaves as a string. */
async function stringContext(state: RunState, lane: Lane): Promise<GuestContext> {
  const { partitions, docs } = lane.scope
  const { store } = state.ports
  if (partitions.length === 0) return { type: 'none' }
  const total =
    docs === null ? partitions.reduce((sum, partition) => sum + partition.documents, 0) : docs.size
  const bytes = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  const [only] =
    docs ??
    partitions.flatMap((partition) => (total === 1 ? store.documents(partition.id) : [])).map((doc) => doc.id)
  const info = only === undefined ? undefined : store.locate(only)
  if (total !== 1 || info === undefined || info.bytes > STRING_CONTEXT_BYTES)
    return { type: 'handle', docs: total, bytes }
  const step = readStep(store, lane, { doc: info.id })
  const read = await permitted(performLocal(state, lane, lane.next(), step, ignore))
  return read === undefined ? { type: 'none' } : { type: 'text', text: read.text, docs: 1 }
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

function keepsLevel(lane: Lane, partition: Partition): boolean {
  const { level, categories } = partition.label
  const same = categories.every((category) => lane.label.categories.includes(category))
  return same && levelNumber(level) <= levelNumber(lane.label.level)
}

function ignore(): void {
  // Nothing is delivered to a VM before the frame's first cell.
}
