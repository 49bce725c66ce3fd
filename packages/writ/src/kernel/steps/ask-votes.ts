import { type FrameValue, type ItemOutcome, type Json, type SpawnRequest, WritError } from '@writ/contract'
import { type ComparedLeaf, compareVotes } from '../basis/votes/compare-votes.ts'
import { votesNeeded } from '../basis/votes/count-votes.ts'
import type { FrameState } from '../state/frame-state.ts'
import { modelsOf } from '../state/run-models.ts'
import type { RunState } from '../state/run-state.ts'
import { unseal } from './sealed-values.ts'
import { performSpawn, type RunFrame } from './spawn.ts'

/** What is asked of so many frames, each by itself. */
export interface Ballot {
  /** Answers that are compared, the first one of the root among them. */
  readonly asked: number
  /** The value that votes are held against, and which of its leaves they decide. */
  readonly value: Json
  readonly decides: (leaf: ComparedLeaf) => boolean
  /** Whether it asks again for leaves that were asked for before. */
  readonly again: boolean
  /** What each frame is asked, what was said before that, and how it is run. */
  readonly request: Pick<SpawnRequest, 'goal' | 'schema'>
  readonly conversation: FrameState['conversation']
  readonly run: RunFrame
  /** The vote that an answer is. */
  readonly vote: (answer: Json) => { readonly value: Json; readonly only: ReadonlySet<string> | null }
}

/**
 * Asks frames for their votes, no more at once than agreement takes, until the majority cannot change any more at any leaf that
 * the ballot decides. Each is a child of its own, on a share of its own, and none hears of another. What is under way when
 * nothing is left to decide is cancelled.
 */
export async function askVotes(state: RunState, lane: FrameState, ballot: Ballot): Promise<void> {
  const { poll } = lane
  const { asked, value, decides, again } = ballot
  let left = asked - 1
  const needed = (open: number): number => {
    const leaves = compareVotes(value, poll.votes).filter(decides)
    return votesNeeded(again ? leaves.map((leaf) => ({ ...leaf, again })) : leaves, asked, open)
  }
  const inherited = lane.inherited.length
  for (let count = needed(left); count > 0; count = needed(left)) {
    left -= count
    await askAtOnce(state, lane, ballot, count, (underWay) => needed(left + underWay) === 0)
  }
  // What voters cited speaks for their votes, not for the answer.
  lane.inherited.length = inherited
}

/** Asks so many frames. Their votes count in the order in which they were asked for, whichever came first. */
async function askAtOnce(
  state: RunState,
  lane: FrameState,
  ballot: Ballot,
  count: number,
  isDecided: (underWay: number) => boolean,
): Promise<void> {
  const { poll } = lane
  const before = poll.votes.length
  const came: (Json | undefined)[] = []
  let underWay = count
  let cancelled = false
  const children = Array.from({ length: count }, () => childOf(state, lane, ballot))
  await Promise.all(
    children.map(async (child, i) => {
      const [outcome] = await performSpawn(state, lane, [child], ballot.run, () => undefined)
      underWay -= 1
      came[i] = answerOf(lane, outcome)
      poll.votes.length = before
      poll.votes.push(...came.filter((answer) => answer !== undefined).map(ballot.vote))
      if (underWay === 0 || cancelled || !isDecided(underWay)) return
      cancelled = true
      // Where the record tells how the others ended, it only waits.
      if (!(await state.journal.settles(lane.id, lane.steps))) lane.cancel()
    }),
  )
}

function childOf(
  state: RunState,
  lane: FrameState,
  { asked, request, conversation }: Ballot,
): Parameters<typeof performSpawn>[2][number] {
  const { voter } = state.authority
  if (voter === undefined) throw new WritError('INTERNAL', 'The run has no profile for a voter.')
  const step = lane.next()
  const model = modelsOf(state, step).root.id
  return {
    step,
    request: { ...request, scope: 'inherit', model },
    profile: voter,
    voter: { parts: asked, conversation },
  }
}

/** What a frame answered; undefined when it came to nothing, or to what its parent may not see. */
function answerOf(lane: FrameState, outcome: ItemOutcome<FrameValue> | undefined): Json | undefined {
  const { poll } = lane
  if (outcome?.ok !== true) {
    poll.failure ??= outcome?.error.code ?? 'INTERNAL'
    return undefined
  }
  const { valueJson } = outcome.value
  if (unseal(lane, valueJson).lanes.length === 0) return JSON.parse(valueJson) as Json
  poll.failure ??= 'SEALED'
  return undefined
}
